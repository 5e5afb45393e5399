"""A genuine token opens; an expired, forged or foreign one never does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from agent.domain.ids import PatientId
from server.tokens import BadToken, ExpiredToken, make_patient_token, verify_patient_token

KEY = "k" * 32
HOUR = timedelta(hours=1)


def token(key: str = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    claims: dict[str, Any] = {
        "sub": "PT-1",
        "aud": "portico",
        "exp": datetime.now(UTC) + HOUR,
    } | changes
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None}, key, algorithm
    )


def test_a_genuine_token_names_its_patient() -> None:
    claims = verify_patient_token(make_patient_token(PatientId("PT-1"), KEY, HOUR), KEY)
    assert claims.patient_id == "PT-1"
    assert timedelta(minutes=59) < claims.expires - datetime.now(UTC) < timedelta(minutes=61)


def test_further_claims_are_welcome() -> None:
    assert verify_patient_token(token(name="Mari", iss="portal"), KEY).patient_id == "PT-1"


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "nonsense",
        "a.b.c",
        token(key="x" * 32),
        token(algorithm="HS512", key="k" * 64),
        token(key="", algorithm="none"),
        token(aud="another-product"),
        token(aud=None),
        token(sub=None),
        token(sub=""),
        token(exp=None),
        token() + "x",
    ],
)
def test_a_forged_or_foreign_token_is_bad(forged: str) -> None:
    with pytest.raises(BadToken):
        verify_patient_token(forged, KEY)


def test_an_expired_token_says_so_only_when_it_was_genuine() -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    with pytest.raises(ExpiredToken):
        verify_patient_token(token(exp=past), KEY)
    with pytest.raises(BadToken) as refused:
        verify_patient_token(token(exp=past, key="x" * 32), KEY)
    assert not isinstance(refused.value, ExpiredToken)


def test_an_expiry_beyond_the_calendar_is_bad() -> None:
    with pytest.raises(BadToken):
        verify_patient_token(token(exp=10**18), KEY)
