"""HTTP with a FHIR server: one connection pool, strict searches with all their pages, back-off.

What comes back is untrusted: it is a JSON object with a resourceType and an id, and nothing more is
known of it.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import dumps
from types import TracebackType
from typing import Any, Self, TypeGuard
from urllib.parse import urljoin, urlsplit

import httpx
import stamina
import structlog

from agent.ports import EhrUnavailable, PortError

Resource = dict[str, Any]

FHIR_JSON = "application/fhir+json"
ATTEMPTS = 3
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
MOST_PAGES = 50
PAGE = 200
MOST_BYTES = 16 * 2**20
"""Of one answer, unpacked."""
CONNECTIONS = 20
"""To one server, for all conversations together."""

_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9.\-]{1,64}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_LOCATION = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?$")

_log = structlog.get_logger()


class Stale(PortError):
    """Somebody else wrote the resource first."""


class Refused(PortError):
    """The server will not have it; nothing was done. The message holds no word of its answer."""


class Denied(Refused):
    """The server wants another key (401, 403)."""


class _Passing(EhrUnavailable):
    """May be over in a moment; `after`: seconds that the server asked to be left alone."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


def is_id(text: str) -> bool:
    """Whether `text` can be a resource's id; nothing else ever stands in a path."""
    return _ID.fullmatch(text) is not None


def reference(resource_type: str, resource_id: str) -> str:
    return f"{resource_type}/{resource_id}"


def of_type(resources: Iterable[Resource], resource_type: str) -> tuple[Resource, ...]:
    """What matched, without what was included."""
    return tuple(one for one in resources if one["resourceType"] == resource_type)


class FhirClient:
    """For one event loop; `deadline` in seconds bounds each call, its pages and its retries.

    Raises `EhrUnavailable` when there is no answer in time, for 5xx, and for 429 after back-off;
    `Refused` for any other 4xx.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        deadline: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._deadline = deadline
        self._http = httpx.AsyncClient(
            auth=auth,
            timeout=deadline,
            limits=httpx.Limits(max_connections=CONNECTIONS),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
            headers={"Accept": FHIR_JSON},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def read(self, resource_type: str, resource_id: str) -> Resource | None:
        """None: there is none, or it was deleted."""
        if not is_id(resource_id):
            return None
        try:
            response = await self._again("GET", f"{resource_type}/{resource_id}")
        except _Gone:
            return None
        return _whole(response, resource_type)

    async def search(
        self, resource_type: str, params: Sequence[tuple[str, str]]
    ) -> tuple[Resource, ...]:
        """What matches and what was included, from all pages. Raises `EhrUnavailable` rather than
        give half an answer."""
        counted = (*params, ("_count", str(PAGE)))
        url = f"{self.base_url}/{resource_type}?{httpx.QueryParams(counted)}"
        found: list[Resource] = []
        async with self._in_time():
            for _ in range(MOST_PAGES):
                response = await self._retrying("GET", url, {"Prefer": "handling=strict"})
                bundle = _object(response)
                if bundle.get("resourceType") != "Bundle":
                    raise EhrUnavailable("the EHR answered a search with something else")
                found += _entries(bundle)
                following = _next(bundle)
                if following is None:
                    return tuple(found)
                url = self._own(urljoin(url, following))
        raise EhrUnavailable("the EHR's answer has no end")

    async def create(self, resource: Resource, *, if_none_exist: str | None = None) -> Resource:
        """The resource as it stands; with `if_none_exist` (a query) the one that stood already.

        Only then is it tried again, since it cannot be made twice.
        """
        headers = {"Prefer": "return=representation"}
        resource_type = resource["resourceType"]
        if if_none_exist is None:
            async with self._in_time():
                response = await self._once("POST", self._url(resource_type), headers, resource)
        else:
            headers["If-None-Exist"] = if_none_exist
            response = await self._again("POST", resource_type, headers, resource)
        return await self._standing(response, resource_type)

    async def update(self, resource: Resource) -> Resource:
        """Writes over the version that `resource` names in meta.versionId. Raises `Stale`."""
        version = resource.get("meta", {}).get("versionId")
        if not version:
            raise Refused("the EHR gives no version to write over")
        resource_type, resource_id = resource["resourceType"], resource["id"]
        headers = {"Prefer": "return=representation", "If-Match": f'W/"{version}"'}
        url = self._url(f"{resource_type}/{resource_id}")
        async with self._in_time():
            response = await self._once("PUT", url, headers, resource)
        return await self._standing(response, resource_type)

    async def capability_statement(self) -> Resource:
        return _object(await self._again("GET", "metadata"))

    async def now(self) -> datetime:
        """The server's clock, in whole seconds; ours where it does not say."""
        response = await self._again("GET", "metadata")
        return _date(response.headers.get("Date", "")) or datetime.now(UTC)

    def _url(self, path: str) -> str:
        return f"{self.base_url}/{path}"

    def _own(self, url: str) -> str:
        """A link that leads to another server would take the token there."""
        if urlsplit(url)[:2] != urlsplit(self.base_url)[:2]:
            raise EhrUnavailable("the EHR's next page is on another server")
        return url

    async def _standing(self, response: httpx.Response, resource_type: str) -> Resource:
        """What a write answered with, or, where the server sends nothing, what it wrote."""
        if response.content:
            return _whole(response, resource_type)
        where = response.headers.get("Content-Location") or response.headers.get("Location", "")
        place = _LOCATION.search(where)
        if place is None or place[1] != resource_type:
            raise EhrUnavailable("the EHR does not say what it wrote")
        standing = await self.read(resource_type, place[2])
        if standing is None:
            raise EhrUnavailable("what the EHR wrote is not there")
        return standing

    async def _again(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: Resource | None = None,
    ) -> httpx.Response:
        async with self._in_time():
            return await self._retrying(method, self._url(path), headers or {}, body)

    async def _retrying(
        self, method: str, url: str, headers: Mapping[str, str], body: Resource | None = None
    ) -> httpx.Response:
        try:
            return await self._once(method, url, headers, body)
        except _Passing as error:
            failed: _Passing | None = error  # what trying again needs is made only now
        async for attempt in stamina.retry_context(
            on=self._pause,
            attempts=ATTEMPTS,
            timeout=None,
            wait_initial=FIRST_PAUSE,
            wait_max=LONGEST_PAUSE,
            wait_jitter=FIRST_PAUSE,
        ):
            with attempt:
                if (first := failed) is not None:
                    failed = None
                    raise first
                return await self._once(method, url, headers, body)
        raise AssertionError("stamina raises what the last attempt raised")

    async def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: Resource | None = None
    ) -> httpx.Response:
        request_id = str(uuid.uuid4())
        sent = {**headers, "X-Request-Id": request_id}
        if body is not None:
            sent["Content-Type"] = FHIR_JSON
        try:
            async with self._http.stream(
                method, url, headers=sent, content=None if body is None else dumps(body)
            ) as answer:
                response = await _whole_answer(answer)
        except httpx.TransportError as error:
            self._failed(method, url, type(error).__name__, request_id)
            raise _Passing("the EHR does not answer") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._failed(method, url, type(error).__name__, request_id)
            raise EhrUnavailable("the EHR's answer cannot be read") from None
        if response.is_success:
            return response
        if response.status_code not in _ORDINARY:
            self._failed(method, url, str(response.status_code), request_id)
        raise failure_of(response)

    def _pause(self, error: Exception) -> bool | float:
        """Whether to try again; a number is the pause before it, in seconds."""
        if not isinstance(error, _Passing):
            return False
        if error.after is None:
            return True
        return error.after if error.after < self._deadline else False

    def _failed(self, method: str, url: str, why: str, request_id: str) -> None:
        resource_type = re.split(r"[/?]", url.removeprefix(f"{self.base_url}/"))[0]
        _log.warning(
            "ehr.request_failed",
            method=method,
            resource=resource_type,
            why=why,
            request_id=request_id,
        )

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._deadline):
                yield
        except TimeoutError:
            raise EhrUnavailable("the EHR takes too long") from None


class _Gone(Refused):
    """There is no such resource."""


_TOLD = ("Date", "ETag", "Location", "Content-Location", "Retry-After")
"""The headers of an answer that mean anything here."""

_ORDINARY = frozenset({404, 409, 410, 412})
"""What a race or a look-up answers now and then."""


def failure_of(response: httpx.Response) -> PortError:
    """What a status that is no success means; 429 and 502 to 504 are tried again."""
    status = response.status_code
    if status in (404, 410):
        return _Gone("the EHR has no such thing")
    if status in (409, 412):
        return Stale("somebody else wrote it first")
    if status in (429, 503):
        return _Passing("the EHR is busy", _seconds(response.headers.get("Retry-After", "")))
    if status in (502, 504):
        return _Passing("the EHR does not answer")
    if status in (401, 403):
        return Denied(f"the EHR answered {status}")
    if 400 <= status < 500:
        return Refused(f"the EHR answered {status}")
    return EhrUnavailable(f"the EHR answered {status}")


async def _whole_answer(answer: httpx.Response) -> httpx.Response:
    """Read to its end, unless that is too far away."""
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > MOST_BYTES:
            raise EhrUnavailable("the EHR's answer is too long")
        parts.append(part)
    told = {name: answer.headers[name] for name in _TOLD if name in answer.headers}
    return httpx.Response(answer.status_code, headers=told, content=b"".join(parts))


def _seconds(retry_after: str) -> float | None:
    """RFC 9110, 10.2.3: seconds, or a date."""
    if re.fullmatch(r"\d{1,6}", retry_after):
        return float(retry_after)
    until = _date(retry_after)
    return None if until is None else max(0.0, (until - datetime.now(UTC)).total_seconds())


def _date(header: str) -> datetime | None:
    """RFC 9110, 5.6.7."""
    try:
        found = parsedate_to_datetime(header)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _object(response: httpx.Response) -> Resource:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        raise EhrUnavailable("the EHR's answer is not JSON") from None
    if not isinstance(body, dict):
        raise EhrUnavailable("the EHR's answer is not a JSON object")
    return body


def _whole(response: httpx.Response, resource_type: str) -> Resource:
    """The one resource that was asked for; its version also where only the ETag says it."""
    resource = _object(response)
    if not _is_resource(resource) or resource["resourceType"] != resource_type:
        raise EhrUnavailable("the EHR answered with something else")
    if not isinstance(resource.setdefault("meta", {}), dict):
        raise EhrUnavailable("the EHR answered with something else")
    version = re.fullmatch(r'(?:W/)?"([^"]+)"', response.headers.get("ETag", ""))
    if version is not None:
        resource["meta"].setdefault("versionId", version[1])
    return resource


def _entries(bundle: Resource) -> list[Resource]:
    listed = bundle.get("entry", [])
    if not isinstance(listed, list):
        raise EhrUnavailable("the EHR's answer is not a bundle")
    found = []
    for entry in listed:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if _is_resource(resource) and resource["resourceType"] != "OperationOutcome":
            found.append(resource)
    return found


def _is_resource(value: object) -> TypeGuard[Resource]:
    if not isinstance(value, dict):
        return False
    kind, resource_id = value.get("resourceType"), value.get("id")
    return (
        isinstance(kind, str)
        and _TYPE.fullmatch(kind) is not None
        and isinstance(resource_id, str)
        and is_id(resource_id)
    )


def _next(bundle: Resource) -> str | None:
    links = bundle.get("link", [])
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("relation") == "next":
            url = link.get("url")
            return url if isinstance(url, str) else None
    return None
