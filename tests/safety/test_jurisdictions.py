"""What a jurisdiction changes; an unknown one gets the strictest profile."""

import pytest

from agent.safety.jurisdictions import fixed_phrases_only, is_known


@pytest.mark.parametrize(
    ("code", "known", "fixed"),
    [("CA", True, False), ("us-ca", True, False), ("IL", True, True), ("", False, True),
     ("ZZ", False, True)],
)  # fmt: skip
def test_profile(code, known, fixed):
    assert (is_known(code), fixed_phrases_only(code)) == (known, fixed)
