"""A genuine token opens; an expired, forged or foreign one never does."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from agent.domain.ids import PatientId
from knowledge.errors import InputError
from server.tokens import BadToken, ExpiredToken, TokenVerifier, make_patient_token

KEY = "k" * 32
HOUR = timedelta(hours=1)
VERIFIER = TokenVerifier(KEY)


def token(key: str = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    claims: dict[str, Any] = {
        "sub": "PT-1",
        "aud": "portico",
        "exp": datetime.now(UTC) + HOUR,
    } | changes
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None}, key, algorithm
    )


async def test_a_genuine_token_names_its_patient() -> None:
    claims = await VERIFIER.verify(make_patient_token(PatientId("PT-1"), KEY, HOUR))
    assert claims.patient_id == "PT-1"
    assert timedelta(minutes=59) < claims.expires - datetime.now(UTC) < timedelta(minutes=61)


async def test_further_claims_are_welcome() -> None:
    assert (await VERIFIER.verify(token(name="Mari", iss="portal"))).patient_id == "PT-1"


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
    ids=[
        "empty", "no token", "no signature", "another key", "another algorithm", "unsigned",
        "another audience", "no audience", "no subject", "empty subject", "no end", "altered",
    ],
)  # fmt: skip
async def test_a_forged_or_foreign_token_is_bad(forged: str) -> None:
    with pytest.raises(BadToken):
        (await VERIFIER.verify(forged))


async def test_an_expired_token_says_so_only_when_it_was_genuine() -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    with pytest.raises(ExpiredToken):
        (await VERIFIER.verify(token(exp=past)))
    with pytest.raises(BadToken) as refused:
        (await VERIFIER.verify(token(exp=past, key="x" * 32)))
    assert not isinstance(refused.value, ExpiredToken)


async def test_an_expiry_beyond_the_calendar_is_bad() -> None:
    with pytest.raises(BadToken):
        (await VERIFIER.verify(token(exp=10**18)))


@pytest.fixture
def portal(tmp_path: Path) -> tuple[TokenVerifier, dict[str, Any]]:
    """A verifier that knows a portal's published keys, and the private ones by algorithm."""
    private: dict[str, Any] = {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    published = []
    for name, key in private.items():
        algorithm: Any = jwt.get_algorithm_by_name(name)
        published.append({**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": name})
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": published}))
    return TokenVerifier(KEY, str(path)), private


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_a_token_signed_with_a_published_key_opens(
    portal: tuple[TokenVerifier, dict[str, Any]], algorithm: str
) -> None:
    verifier, private = portal
    claims = {"sub": "PT-1", "aud": "portico", "exp": datetime.now(UTC) + HOUR}
    good = jwt.encode(claims, private[algorithm], algorithm, headers={"kid": algorithm})
    assert (await verifier.verify(good)).patient_id == "PT-1"
    assert (await verifier.verify(token())).patient_id == "PT-1"
    unknown = jwt.encode(claims, private[algorithm], algorithm, headers={"kid": "other"})
    with pytest.raises(BadToken):
        await verifier.verify(unknown)
    with pytest.raises(BadToken):
        await VERIFIER.verify(good)


async def test_a_public_key_is_not_a_shared_key(
    portal: tuple[TokenVerifier, dict[str, Any]],
) -> None:
    verifier, private = portal
    pem = (
        private["RS256"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    header = {"alg": "HS256", "typ": "JWT", "kid": "RS256"}
    expires = int((datetime.now(UTC) + HOUR).timestamp())
    claims = {"sub": "PT-1", "aud": "portico", "exp": expires}
    signed = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (header, claims)
    )
    digest = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    forged = f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
    with pytest.raises(BadToken):
        await verifier.verify(forged)


def test_a_file_that_is_no_key_set_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text("{}")
    with pytest.raises(InputError, match="PORTICO_TOKEN_JWKS"):
        TokenVerifier(KEY, str(path))
