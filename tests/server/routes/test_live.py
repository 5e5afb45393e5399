"""The live desk hears what happens as it happens, and only what its member may see."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from agent.domain.terms import Role
from server.staff_sessions import COOKIE
from tests.server.conftest import WITHIN, Served

CRISIS = "I want to kill myself"


@contextmanager
def live(served: Served, role: Role, origin: str | None = None) -> Iterator[ClientConnection]:
    with (
        served.desk(role) as desk,
        connect(
            f"{served.socket_url}/v1/staff/live",
            additional_headers={"Cookie": f"{COOKIE}={desk.cookies[COOKIE]}"}
            | ({"Origin": origin} if origin else {}),
        ) as socket,
    ):
        assert frame(socket) == {"type": "ready"}
        yield socket


def frame(socket: ClientConnection) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(socket.recv(timeout=WITHIN))
    return read


def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        read = frame(socket)
        if read["type"] == kind:
            return read


def test_a_crisis_shows_at_the_desk_at_once(served: Served) -> None:
    patient = served.new_patient()
    with live(served, Role.FRONT_DESK) as socket, served.talk(patient) as chat:
        chat.answer(CRISIS)
        task = until(socket, "task")["task"]
        assert (task["priority"], task["patient"]) == ("stat", patient)


def test_messages_and_control_are_followed(served: Served) -> None:
    with (
        live(served, Role.FRONT_DESK) as socket,
        served.desk(Role.FRONT_DESK) as desk,
        served.talk(served.new_patient()) as chat,
    ):
        conversation = chat.ready["conversation"]
        chat.answer("Where can I park?")
        news = until(socket, "message")
        assert (news["conversation"], news["message"]["seq"]) == (conversation, 1)
        desk.post(f"/v1/staff/conversations/{conversation}/take")
        control = until(socket, "control")
        assert (control["by"], control["staff"]["id"]) == ("staff", "ST-FRONT_DESK")


def test_a_clinician_follows_the_caseload_only(served: Served) -> None:
    with (
        live(served, Role.CLINICIAN) as socket,
        served.talk(served.new_patient()) as other,
        served.talk("PT-1") as theirs,
    ):
        other.answer("Where can I park?")
        theirs.answer("Where can I park?")
        assert until(socket, "message")["conversation"] == theirs.ready["conversation"]


def test_a_page_of_another_site_is_refused(served: Served) -> None:
    with live(served, Role.FRONT_DESK, origin=served.url):
        pass
    with pytest.raises(InvalidStatus), live(served, Role.FRONT_DESK, origin="https://evil.test"):
        pass


def test_logging_out_ends_the_live_desk(served: Served) -> None:
    with (
        served.desk(Role.FRONT_DESK) as desk,
        served.talk(served.new_patient()) as chat,
        connect(
            f"{served.socket_url}/v1/staff/live",
            additional_headers={"Cookie": f"{COOKIE}={desk.cookies[COOKIE]}"},
        ) as socket,
    ):
        assert frame(socket) == {"type": "ready"}
        desk.post("/v1/staff/logout")
        chat.answer("Where can I park?")
        with pytest.raises(ConnectionClosed) as closed:
            frame(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
