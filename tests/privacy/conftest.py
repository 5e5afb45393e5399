"""The pseudonymiser, loaded once."""

import pytest

from agent.privacy.pseudonyms import Pseudonymiser, load_pseudonymiser


@pytest.fixture(scope="session")
def pseudonymiser() -> Pseudonymiser:
    return load_pseudonymiser()
