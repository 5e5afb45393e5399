"""Patient tokens: made for trying things out, and checked before anything opens (CONTRACTS 4)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from agent.domain.ids import PatientId

AUDIENCE = "portico"
ALGORITHM = "HS256"
LEEWAY_SECONDS = 10


class BadToken(Exception):
    """Forged, for somebody else, or no token at all."""


class ExpiredToken(BadToken):
    """Was good once."""


@dataclass(frozen=True, slots=True)
class Claims:
    patient_id: PatientId
    expires: datetime


def verify_patient_token(token: str, key: str) -> Claims:
    """What a genuine token says. The algorithm is pinned: the token's header has no say in it.

    Raises `ExpiredToken` or `BadToken`.
    """
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            leeway=LEEWAY_SECONDS,
            options={"require": ["sub", "aud", "exp"]},
        )
        expires = datetime.fromtimestamp(claims["exp"], UTC)
    except jwt.ExpiredSignatureError:
        raise ExpiredToken("the token has expired") from None
    except (jwt.PyJWTError, ValueError, OverflowError, OSError, TypeError):
        raise BadToken("not a token of this practice") from None
    if not claims["sub"]:
        raise BadToken("the token names no patient")
    return Claims(PatientId(claims["sub"]), expires + timedelta(seconds=LEEWAY_SECONDS))


def make_patient_token(patient_id: PatientId, key: str, lifetime: timedelta) -> str:
    now = datetime.now(UTC)
    claims = {"sub": patient_id, "aud": AUDIENCE, "iat": now, "exp": now + lifetime}
    return jwt.encode(claims, key, algorithm=ALGORITHM)
