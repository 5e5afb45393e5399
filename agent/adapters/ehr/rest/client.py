"""HTTP to a REST EHR: the key, retried reads, all pages of a list, and errors in our words.

A read is retried twice and then `EhrUnavailable`. A write is sent once: `Refused` when the EHR said
no (nothing was done), `Uncertain` when nobody knows whether it was done.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote
from uuid import uuid4

import httpx
import stamina

from agent.adapters.ehr.rest.dialect import Dialect, Operation
from agent.ports import EhrUnavailable

ATTEMPTS = 3
MOST_PAGES = 100
LONGEST_WAIT = timedelta(seconds=5)
"""A patient is waiting: an EHR that asks for more than this is unavailable now."""

_PLACE = re.compile(r"\{(\w+)\}")


class Refused(EhrUnavailable):
    """The EHR will not do it and did not."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


class Uncertain(EhrUnavailable):
    """The EHR gave no usable answer to a write: it may have been done."""


class _Busy(Exception):
    """Worth another try; `wait` is what the EHR asked for."""

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def _again(error: Exception) -> bool | timedelta:
    if isinstance(error, _Busy):
        return error.wait or True
    return isinstance(error, httpx.TransportError)


class RestClient:
    """Speaks one dialect with one key. Close it with `async with`."""

    def __init__(self, dialect: Dialect, base_url: str, key: str, timeout: timedelta) -> None:
        self._dialect = dialect
        auth = dialect.auth
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={auth.header: f"{auth.scheme} {key}", "Accept": "application/json"},
            timeout=timeout.total_seconds(),
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

    async def read(self, operation: Operation, values: Mapping[str, str]) -> Any:
        """The body; None when there is no such thing. Raises `EhrUnavailable`."""
        return await self._read(operation, values, {})

    async def rows(self, operation: Operation, values: Mapping[str, str]) -> tuple[Any, ...]:
        """Every row of every page; empty when there is no such list. Raises `EhrUnavailable`,
        also for a list without end: half a list is not a list."""
        paging = self._dialect.paging
        if paging is None:
            return _listed(await self._read(operation, values, {}), "")
        rows: list[Any] = []
        page = "1" if paging.style == "number" else ""
        for number in range(1, MOST_PAGES + 1):
            asked = {paging.size_name: str(paging.size)}
            if page:
                asked[paging.page] = page
            body = await self._read(operation, values, asked)
            found = _listed(body, paging.rows)
            rows.extend(found)
            if paging.style == "number":
                page = str(number + 1) if len(found) >= paging.size else ""
            else:
                page = str(dig(body, paging.next) or "")
            if not page:
                return tuple(rows)
        raise EhrUnavailable(f"a list of more than {MOST_PAGES} pages")

    async def write(
        self, operation: Operation, values: Mapping[str, str], body: Mapping[str, object]
    ) -> Any:
        """POSTs once and returns the answer. Raises `Refused` or `Uncertain`."""
        path = _path(operation, values)
        if path is None:
            raise Refused(httpx.codes.NOT_FOUND)
        try:
            response = await self._http.post(path, json=body, headers=_request_id())
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise EhrUnavailable(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise Uncertain(type(error).__name__) from None
        if response.is_client_error:
            raise Refused(response.status_code)
        if not response.is_success:
            raise Uncertain(f"answered {response.status_code}")
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise Uncertain("the answer is not JSON") from None

    async def _read(
        self, operation: Operation, values: Mapping[str, str], paging: Mapping[str, str]
    ) -> Any:
        path = _path(operation, values)
        if path is None:
            return None
        query = {name: _filled(text, values) for name, text in operation.query.items()}
        try:
            async for attempt in stamina.retry_context(
                on=_again, attempts=ATTEMPTS, wait_max=1.0, wait_jitter=0.1
            ):
                with attempt:
                    response = await self._http.get(
                        path, params={**query, **paging}, headers=_request_id()
                    )
                    return _body(response)
        except _Busy as error:
            raise EhrUnavailable(str(error)) from None
        except httpx.HTTPError as error:
            raise EhrUnavailable(type(error).__name__) from None


def _request_id() -> dict[str, str]:
    return {"X-Request-Id": str(uuid4())}


def _body(response: httpx.Response) -> Any:
    status = response.status_code
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        return None
    if status == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
        wait = _asked_to_wait(response)
        if wait is not None and wait > LONGEST_WAIT:
            raise EhrUnavailable(f"answered {status} and asks to wait long")
        raise _Busy(f"answered {status}", wait)
    if status != httpx.codes.OK:
        raise EhrUnavailable(f"answered {status}")
    try:
        return response.json()
    except (ValueError, RecursionError):
        raise EhrUnavailable("the answer is not JSON") from None


def _asked_to_wait(response: httpx.Response) -> timedelta | None:
    """Retry-After in seconds; a date there is treated as no hint."""
    text = response.headers.get("Retry-After", "")
    return timedelta(seconds=int(text)) if re.fullmatch(r"[0-9]{1,6}", text) else None


def _path(operation: Operation, values: Mapping[str, str]) -> str | None:
    """An id is one segment of the path, whatever it is made of; None for one that cannot be."""
    names = _PLACE.findall(operation.path)
    if any(values[name] in ("", ".", "..") for name in names):
        return None
    return _PLACE.sub(lambda found: quote(values[found[1]], safe=""), operation.path)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values[found[1]], text)


def _listed(body: Any, place: str) -> tuple[Any, ...]:
    if body is None:
        return ()
    found = dig(body, place) if place else body
    if not isinstance(found, list):
        raise EhrUnavailable("a list was expected")
    return tuple(found)


def dig(row: object, path: str) -> Any:
    """What stands at the dotted `path`; None when nothing does."""
    for name in path.split("."):
        if not isinstance(row, dict):
            return None
        row = row.get(name)
    return row
