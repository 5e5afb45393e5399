"""Patient tokens: made for trying things out, and checked before anything opens (CONTRACTS 4).

A token is signed with the shared key (HS256) or, where the portal publishes its keys, with one of
those (RS256, ES256). Which kind of key checks a token follows from its algorithm, so no public key
can ever pass for the shared one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from agent.domain.ids import PatientId
from knowledge.errors import InputError

AUDIENCE = "portico"
SHARED = "HS256"
PUBLISHED = ("RS256", "ES256")
LEEWAY_SECONDS = 10


class BadToken(Exception):
    """Forged, for somebody else, or no token at all."""


class ExpiredToken(BadToken):
    """Was good once."""


@dataclass(frozen=True, slots=True)
class Claims:
    patient_id: PatientId
    expires: datetime


Find = Callable[[str], jwt.PyJWK]
"""The published key that a token names; raises `jwt.PyJWTError`."""


class TokenVerifier:
    """`jwks`: a file, or an https URL, with the portal's published keys; None: only HS256.

    Raises `InputError` for a file that is no key set.
    """

    def __init__(self, shared_key: str, jwks: str | None = None) -> None:
        self._shared_key = shared_key
        self._find = _finder(jwks) if jwks else None

    async def verify(self, token: str) -> Claims:
        """What a genuine token says. Raises `ExpiredToken` or `BadToken`."""
        try:
            algorithm = jwt.get_unverified_header(token).get("alg")
            if algorithm == SHARED:
                return _claims(token, self._shared_key, SHARED)
            if self._find is None or algorithm not in PUBLISHED:
                raise BadToken("not an algorithm of this practice")
            # A key set behind a URL is fetched (and remembered) without holding up the others.
            key = await asyncio.to_thread(self._find, token)
            return _claims(token, key, algorithm)
        except jwt.ExpiredSignatureError:
            raise ExpiredToken("the token has expired") from None
        except (jwt.PyJWTError, ValueError, OverflowError, OSError, TypeError):
            raise BadToken("not a token of this practice") from None


def _claims(token: str, key: str | jwt.PyJWK, algorithm: str) -> Claims:
    claims = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience=AUDIENCE,
        leeway=LEEWAY_SECONDS,
        options={"require": ["sub", "aud", "exp"]},
    )
    expires = datetime.fromtimestamp(claims["exp"], UTC)
    if not claims["sub"]:
        raise BadToken("the token names no patient")
    return Claims(PatientId(claims["sub"]), expires + timedelta(seconds=LEEWAY_SECONDS))


def _finder(jwks: str) -> Find:
    if jwks.startswith("https://"):
        return jwt.PyJWKClient(jwks, cache_keys=True, timeout=5).get_signing_key_from_jwt
    try:
        keys = jwt.PyJWKSet.from_json(Path(jwks).read_text(encoding="utf-8"))
    except (OSError, ValueError, jwt.PyJWTError) as error:
        raise InputError(f"PORTICO_TOKEN_JWKS: {jwks}: not a set of keys: {error}") from None

    def find(token: str) -> jwt.PyJWK:
        wanted = jwt.get_unverified_header(token).get("kid")
        for key in keys.keys:
            if key.key_id == wanted:
                return key
        raise jwt.PyJWTError("no such key")

    return find


def make_patient_token(patient_id: PatientId, key: str, lifetime: timedelta) -> str:
    now = datetime.now(UTC)
    claims = {"sub": patient_id, "aud": AUDIENCE, "iat": now, "exp": now + lifetime}
    return jwt.encode(claims, key, algorithm=SHARED)
