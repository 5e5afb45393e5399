"""Opens the server's door: SMART Backend Services, or a fixed bearer token.

Source: SMART App Launch 2.2, Backend Services (client_credentials with private_key_jwt).
"""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from typing import Any

import httpx
import jwt
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, Field, ValidationError

from agent.adapters.ehr.fhir_r4.client import failure_of
from agent.adapters.ehr.fhir_r4.options import Options, safe_url
from agent.ports import EhrUnavailable
from agent.settings import EhrSettings
from knowledge.errors import InputError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 240
"""SMART allows 300; the rest is for clocks that differ."""
SPARE_SECONDS = 30.0
"""A token this near its end (or in the last tenth of a short life) is renewed first."""
UNSAID_SECONDS = 60
"""How long a token is trusted when the server does not say."""
_ERRORS = frozenset(
    "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type "
    "invalid_scope".split()
)

_log = structlog.get_logger()

SigningKey = RSAPrivateKey | EllipticCurvePrivateKey


class Bearer(httpx.Auth):
    """The same token in every request."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request


class _Answer(BaseModel):
    """RFC 6749, 5.1, as far as it is used."""

    access_token: str = Field(min_length=1)
    token_type: str
    expires_in: int | None = Field(default=None, ge=0)


class SmartBackend(httpx.Auth):
    """Fetches an access token, keeps it until shortly before its end, and gets a new one once when
    the server answers 401. However many requests wait, one token is fetched.

    `now` is the real time in seconds, whatever the practice's clock says: the server checks it.
    Raises `EhrUnavailable` when no token can be had.
    """

    def __init__(
        self,
        options: Options,
        key: SigningKey,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._options = options
        self._key = key
        self._algorithm = "RS384" if isinstance(key, RSAPrivateKey) else "ES384"
        self._now = now
        self._token_url = options.token_url
        self._token: str | None = None
        self._renew_at = 0.0
        self._renewing = asyncio.Lock()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        for retried in (False, True):
            async with self._renewing:
                if self._token is None or self._now() >= self._renew_at:
                    if self._token_url is None:
                        configuration = yield self._where()
                        await configuration.aread()
                        self._token_url = _token_url(configuration)
                    answer = yield self._asked(self._token_url)
                    await answer.aread()
                    self._keep(answer)
                token = self._token
            request.headers["Authorization"] = f"Bearer {token}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED or retried:
                return
            if self._token == token:
                self._token = None

    def _where(self) -> httpx.Request:
        return httpx.Request(
            "GET",
            f"{self._options.base_url}/.well-known/smart-configuration",
            headers={"Accept": "application/json"},
        )

    def _asked(self, token_url: str) -> httpx.Request:
        now = int(self._now())
        claims = {
            "iss": self._options.client_id,
            "sub": self._options.client_id,
            "aud": token_url,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        headers = {"kid": self._options.key_id} if self._options.key_id else None
        form = {
            "grant_type": "client_credentials",
            "scope": self._options.scopes,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.encode(claims, self._key, self._algorithm, headers),
        }
        return httpx.Request("POST", token_url, data=form, headers={"Accept": "application/json"})

    def _keep(self, response: httpx.Response) -> None:
        if response.status_code != httpx.codes.OK:
            _log.error("ehr.token_refused", status=response.status_code, error=_error(response))
            failure = failure_of(response)
            if isinstance(failure, EhrUnavailable):
                raise failure
            raise EhrUnavailable("the EHR gives no access token")
        try:
            answer = _Answer.model_validate_json(response.content)
        except ValidationError:
            raise EhrUnavailable("the EHR's access token cannot be read") from None
        if answer.token_type.lower() != "bearer" or not answer.access_token.isascii():
            raise EhrUnavailable("the EHR's access token cannot be read")
        lasts = UNSAID_SECONDS if answer.expires_in is None else answer.expires_in
        self._token = answer.access_token
        self._renew_at = self._now() + lasts - min(SPARE_SECONDS, lasts / 10)


def _token_url(response: httpx.Response) -> str:
    try:
        found = response.json()["token_endpoint"] if response.is_success else None
        return safe_url(found) if isinstance(found, str) else _no_token_url()
    except (ValueError, LookupError, TypeError, RecursionError):
        return _no_token_url()


def _no_token_url() -> str:
    raise EhrUnavailable("the EHR does not say where its tokens are")


def _error(response: httpx.Response) -> str:
    """The server's error code if it is one of OAuth's own, and no other word of its."""
    try:
        code: Any = response.json().get("error")
    except (ValueError, AttributeError, RecursionError):
        return "unknown"
    return code if isinstance(code, str) and code in _ERRORS else "unknown"


def auth_of(options: Options, secrets: EhrSettings) -> httpx.Auth | None:
    """Raises `InputError` that names the variable."""
    if options.auth == "none":
        return None
    if options.auth == "bearer":
        if secrets.api_key is None:
            raise InputError("PORTICO_EHR_API_KEY: must be set: ehr.fhir_r4.auth is bearer")
        return Bearer(secrets.api_key)
    if secrets.private_key_file is None:
        raise InputError("PORTICO_EHR_PRIVATE_KEY_FILE: must be set: ehr.fhir_r4.auth is smart")
    return SmartBackend(options, _key(secrets.private_key_file))


def _key(path: Path) -> SigningKey:
    where = f"PORTICO_EHR_PRIVATE_KEY_FILE: {path}"
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InputError(f"{where}: not the PEM of a private key without a password") from None
    if isinstance(key, RSAPrivateKey) and key.key_size >= 2048:
        return key
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP384R1):
        return key
    raise InputError(f"{where}: must be an RSA key of 2048 bits or more, or an EC key on P-384")
