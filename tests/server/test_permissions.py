"""Every route of the running application stands in the table, and the table is what happens."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Route, WebSocketRoute
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from agent.domain.terms import Role
from server.permissions import ACCESS, Caller
from tests.server.conftest import Served

STAFF_ROUTES = [key for key, access in ACCESS.items() if not isinstance(access, Caller)]


def keys_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(app.routes):
        assert context.path, context
        if isinstance(context.original_route, WebSocketRoute):
            yield "WS", context.path
        else:
            assert isinstance(context.original_route, Route), context
            for method in (context.original_route.methods or set()) - {"HEAD"}:
                yield method, context.path


def test_the_table_and_the_application_have_the_same_routes(served: Served) -> None:
    found = list(keys_of(served.app))
    assert sorted(found) == sorted(ACCESS)
    assert len(found) == len(set(found))


def test_every_staff_route_is_in_the_table_by_role_or_for_whoever_is_signed_in() -> None:
    for (method, path), access in ACCESS.items():
        if path.startswith("/v1/staff/") and path != "/v1/staff/login":
            assert access is Caller.SIGNED_IN or not isinstance(access, Caller), (method, path)


@pytest.mark.parametrize("role", Role)
def test_a_role_is_let_in_where_the_table_says_and_nowhere_else(served: Served, role: Role) -> None:
    with served.desk(role) as desk:
        for method, path in STAFF_ROUTES:
            if method == "WS":
                continue
            access = ACCESS[method, path]
            assert not isinstance(access, Caller)
            url = path.replace("{", "").replace("}", "")  # an id that nothing has
            status = desk.request(method, url, json={}).status_code
            assert (status == 403) == (role not in access), (role, method, path, status)
            assert status != 500


def test_without_a_session_every_staff_route_is_closed(served: Served) -> None:
    for method, path in STAFF_ROUTES:
        if method != "WS":
            url = served.url + path.replace("{", "").replace("}", "")
            assert httpx.request(method, url, json={}).status_code == 401, (method, path)
    with connect(f"{served.socket_url}/v1/staff/live") as live, pytest.raises(ConnectionClosed):
        live.recv(timeout=10)
