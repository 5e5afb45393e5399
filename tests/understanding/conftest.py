"""The models that `make setup` trained, loaded once."""

import pytest

from agent.understanding.reading import Understanding, load_understanding
from knowledge.encoder import Encoder, load_encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="session")
def understanding(encoder: Encoder) -> Understanding:
    return load_understanding(encoder)
