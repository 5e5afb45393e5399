"""SMART Backend Services against an authorization server that checks what the standard asks."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
import stamina
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from structlog.testing import capture_logs

from agent.adapters.ehr.fhir_r4.auth import Bearer, SigningKey, SmartBackend, auth_of
from agent.adapters.ehr.fhir_r4.client import FhirClient, Refused
from agent.adapters.ehr.fhir_r4.options import options_of
from agent.ports import EhrUnavailable
from agent.settings import EhrSettings
from knowledge.errors import InputError
from tests.adapters.ehr.fhir.wire import BASE, bundle
from tests.fhir.servers import own, start_sekmet

TOKEN_URL = "http://127.0.0.1:9/token"
CLIENT, KID = "portico", "k1"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
P384 = ec.generate_private_key(ec.SECP384R1())


@dataclass
class Door:
    """An authorization server with the FHIR server behind it; `now` is its clock."""

    key: SigningKey
    lasts: int = 300
    now: float = 1_780_000_000.0
    configuration: object = field(default_factory=lambda: {"token_endpoint": TOKEN_URL})
    answer: httpx.Response | None = None
    valid: set[str] = field(default_factory=set)
    jtis: set[str] = field(default_factory=set)
    issued: int = 0
    refused: int = 0
    headers: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/.well-known/smart-configuration"):
            return httpx.Response(200, json=self.configuration)
        if str(request.url) == TOKEN_URL:
            return self.answer or self._issue(parse_qs(request.content.decode()))
        if request.headers.get("Authorization", "").removeprefix("Bearer ") in self.valid:
            return httpx.Response(200, json=bundle([]))
        self.refused += 1
        return httpx.Response(401)

    def _issue(self, form: dict[str, list[str]]) -> httpx.Response:
        assert form["grant_type"] == ["client_credentials"]
        assert form["client_assertion_type"] == [
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        ]
        assertion = form["client_assertion"][0]
        self.headers.append(jwt.get_unverified_header(assertion))
        claims = jwt.decode(
            assertion,
            self.key.public_key(),
            algorithms=["RS384", "ES384"],
            audience=TOKEN_URL,
            issuer=CLIENT,
            options={"require": ["exp", "jti"], "verify_exp": False, "verify_iat": False},
        )
        assert claims["sub"] == CLIENT
        if not self.now < claims["exp"] <= self.now + 300 or claims["jti"] in self.jtis:
            return httpx.Response(401, json={"error": "invalid_client"})
        self.jtis.add(claims["jti"])
        self.issued += 1
        token = f"token-{self.issued}"
        self.valid.add(token)
        return httpx.Response(
            200, json={"access_token": token, "token_type": "Bearer", "expires_in": self.lasts}
        )

    def client(self, **options: object) -> FhirClient:
        settings = options_of({"base_url": BASE, "client_id": CLIENT, "key_id": KID, **options})
        auth = SmartBackend(settings, self.key, now=lambda: self.now)
        return FhirClient(BASE, auth=auth, transport=httpx.MockTransport(self))


@pytest.fixture(params=[RSA, P384], ids=["RS384", "ES384"])
def door(request: pytest.FixtureRequest) -> Door:
    return Door(request.param)


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


async def test_a_signed_assertion_opens_the_door_and_the_token_is_kept(door: Door) -> None:
    async with door.client() as client:
        await client.search("Patient", [])
        await client.search("Patient", [])
    assert (door.issued, door.refused) == (1, 0)
    algorithm = "RS384" if door.key is RSA else "ES384"
    assert door.headers == [{"alg": algorithm, "kid": KID, "typ": "JWT"}]


async def test_a_token_is_renewed_before_its_end_with_a_new_assertion(door: Door) -> None:
    async with door.client() as client:
        await client.search("Patient", [])
        door.now += door.lasts - 60
        await client.search("Patient", [])
        assert door.issued == 1
        door.now += 35
        door.valid.clear()
        await client.search("Patient", [])
    assert (door.issued, door.refused, len(door.jtis)) == (2, 0, 2)


async def test_a_token_that_was_withdrawn_is_renewed_once(door: Door) -> None:
    async with door.client() as client:
        await client.search("Patient", [])
        door.valid.clear()
        await client.search("Patient", [])
    assert (door.issued, door.refused) == (2, 1)


async def test_a_door_that_stays_shut_is_knocked_at_twice(door: Door) -> None:
    door.valid = _Never()
    async with door.client() as client:
        with pytest.raises(Refused):
            await client.search("Patient", [])
    assert (door.issued, door.refused) == (2, 2)


async def test_however_many_wait_one_token_is_fetched(door: Door) -> None:
    async with door.client() as client:
        await asyncio.gather(*(client.search("Patient", []) for _ in range(12)))
        assert door.issued == 1
        door.valid.clear()
        await asyncio.gather(*(client.search("Patient", []) for _ in range(12)))
    assert door.issued == 2


async def test_the_token_url_may_stand_in_practice_toml(door: Door) -> None:
    door.configuration = "nothing"
    async with door.client(token_url=TOKEN_URL) as client:
        await client.search("Patient", [])
    assert door.issued == 1


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        [],
        "x",
        {"token_endpoint": None},
        {"token_endpoint": "http://elsewhere.test/token"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
    ],
)
async def test_an_assertion_goes_nowhere_unsafe(door: Door, configuration: object) -> None:
    door.configuration = configuration
    async with door.client() as client:
        with pytest.raises(EhrUnavailable):
            await client.search("Patient", [])
    assert not door.headers


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"error": "invalid_scope", "error_description": "whispered"}),
        httpx.Response(401, json={"error": "whispered"}),
        httpx.Response(200, json={"access_token": "whispered", "token_type": "mac"}),
        httpx.Response(200, json={"access_token": "whispered\u2028", "token_type": "bearer"}),
        httpx.Response(200, json={"access_token": "", "token_type": "bearer"}),
        httpx.Response(200, text="whispered"),
        httpx.Response(500, text="whispered"),
    ],
)
async def test_a_refused_token_is_an_ehr_that_does_not_answer(
    door: Door, answer: httpx.Response
) -> None:
    door.answer = answer
    async with door.client() as client:
        with capture_logs() as logs, pytest.raises(EhrUnavailable) as error:
            await client.search("Patient", [])
    assert "whispered" not in f"{logs} {error.value!r}"


async def test_a_busy_token_server_is_asked_again(door: Door) -> None:
    busy = iter([httpx.Response(503), httpx.Response(429)])

    def handler(request: httpx.Request) -> httpx.Response:
        door.answer = next(busy, None) if str(request.url) == TOKEN_URL else None
        return door(request)

    settings = options_of({"base_url": BASE, "client_id": CLIENT})
    auth = SmartBackend(settings, door.key, now=lambda: door.now)
    async with FhirClient(BASE, auth=auth, transport=httpx.MockTransport(handler)) as client:
        await client.search("Patient", [])
    assert door.issued == 1


async def test_a_server_that_says_no_lifetime_is_asked_again_after_a_minute(door: Door) -> None:
    door.answer = httpx.Response(200, json={"access_token": "short", "token_type": "bearer"})
    door.valid = {"short"}
    async with door.client() as client:
        await client.search("Patient", [])
        door.answer = None
        door.now += 61
        await client.search("Patient", [])
    assert door.issued == 1


async def test_a_fixed_token_goes_with_every_request() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization"))
        return httpx.Response(200, json=bundle([]))

    auth = auth_of(
        options_of({"base_url": BASE, "auth": "bearer"}), EhrSettings(api_key="secret-token")
    )
    assert isinstance(auth, Bearer)
    async with FhirClient(BASE, auth=auth, transport=httpx.MockTransport(handler)) as client:
        await client.search("Patient", [])
    assert seen == ["Bearer secret-token"]
    assert "secret-token" not in repr(auth)


def pem(key: SigningKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


Change = Callable[[Path], EhrSettings]


def without(path: Path) -> EhrSettings:
    return EhrSettings()


def holding(content: bytes) -> Change:
    def written(path: Path) -> EhrSettings:
        path.write_bytes(content)
        return EhrSettings(private_key_file=path)

    return written


def missing(path: Path) -> EhrSettings:
    return EhrSettings(private_key_file=path)


@pytest.mark.parametrize(
    ("secrets", "words"),
    [
        (without, "must be set"),
        (missing, "cannot be read"),
        (holding(b"not a key"), "not the PEM"),
        (holding(pem(ec.generate_private_key(ec.SECP256R1()))), "P-384"),
        (holding(pem(rsa.generate_private_key(65537, 1024))), "2048"),  # noqa: S505
    ],
)
def test_a_key_that_cannot_sign_is_refused_at_start(
    tmp_path: Path, secrets: Change, words: str
) -> None:
    with pytest.raises(InputError, match=f"PORTICO_EHR_PRIVATE_KEY_FILE: .*{words}"):
        auth_of(options_of({"base_url": BASE, "client_id": "x"}), secrets(tmp_path / "key.pem"))


def test_bearer_needs_its_variable() -> None:
    with pytest.raises(InputError, match="PORTICO_EHR_API_KEY"):
        auth_of(options_of({"base_url": BASE, "auth": "bearer"}), EhrSettings())


async def test_sekmet_lets_the_signed_assertion_in_and_keeps_to_its_scopes(tmp_path: Path) -> None:
    public, private = tmp_path / "public.pem", tmp_path / "private.pem"
    key = P384
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    private.write_bytes(pem(key))
    known = {
        "client_id": CLIENT,
        "public_key_path": str(public),
        "scopes": "system/Patient.rs",
    }
    with own(start_sekmet({"server_auth": {"types": ["smart"], "smart_clients": [known]}})) as door:
        secrets = EhrSettings(private_key_file=private)
        table = {"base_url": door.base_url, "client_id": CLIENT, "scopes": "system/Patient.rs"}
        auth = auth_of(options_of(table), secrets)
        async with FhirClient(door.base_url, auth=auth, deadline=30) as client:
            assert await client.search("Patient", []) == ()
            with pytest.raises(Refused):
                await client.search("Appointment", [])
        async with FhirClient(door.base_url, deadline=30) as client:
            with pytest.raises(Refused):
                await client.search("Patient", [])


class _Never(set[str]):
    """A server that forgets every token it gives."""

    def add(self, element: str) -> None:
        return
