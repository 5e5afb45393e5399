"""A small practice of its own, served for real: uvicorn on a free port, in a thread."""

import asyncio
import json
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from agent.bootstrap import Models, load_models
from agent.clock import RunningClock
from agent.domain.ids import PatientId
from agent.domain.terms import Role
from agent.settings import load_settings
from server.app import running_app
from server.protocol import SUBPROTOCOL
from server.tokens import make_patient_token

PASSWORD = "correct horse"
WITHIN = 20.0
"""Seconds that anything may take on a busy machine."""

PRACTICE = """
[practice]
id = "elm"
name = "Elm Clinic"
timezone = "America/Denver"
languages = ["en", "es"]
phone = "+13035550100"
[hours]
mon = "08:00-18:00"
tue = "08:00-18:00"
wed = "08:00-18:00"
thu = "08:00-18:00"
fri = "08:00-18:00"
[automation]
default = "auto"
billing = "draft"
clinical = "human_only"
[alerts]
ladder = [ { after_seconds = 0, notify = ["role:on_call"] } ]
"""

STAFF = """
[[staff]]
id = "{id}"
name = "{name}"
roles = ["{role}"]
caseload = {caseload}
"""

FAQ = """---
title: Parking
audience: public
---
# Parking

## Where can I park?
Patients park for free in the garage at 40 Elm Street. The entrance is on the north side.
"""

PATIENTS = 40


@pytest.fixture(scope="session")
def models() -> Models:
    return load_models()


def write_practice(folder: Path) -> Path:
    people = [
        STAFF.format(
            id=f"ST-{role.upper()}",
            name=f"The {role}",
            role=role.value,
            caseload='["PT-1"]' if role is Role.CLINICIAN else "[]",
        )
        for role in Role
    ]
    (folder / "faq").mkdir(parents=True)
    (folder / "faq" / "parking.md").write_text(FAQ, encoding="utf-8")
    (folder / "practice.toml").write_text(PRACTICE + "".join(people), encoding="utf-8")
    (folder / "ehr.json").write_text(json.dumps(_ehr()), encoding="utf-8")
    return folder


def _ehr() -> dict[str, Any]:
    adults = [
        {
            "id": f"PT-{number}",
            "first_name": f"Pat{number}",
            "last_name": "Lee",
            "birth_date": "1980-01-01",
            "consents": {"ai_chat": True},
            "practitioner_ids": ["DR-A"],
        }
        for number in range(1, PATIENTS + 1)
    ]
    child = adults[0] | {"id": "PT-CHILD", "birth_date": "2020-01-01"}
    accounts = [
        {"patient_id": adult["id"], "balance_cents": 4000, "as_of": "-1d 00:00"} for adult in adults
    ]
    return {
        "patients": [*adults, child],
        "practitioners": [{"id": "DR-A", "name": "Dr. Ada Moss", "service_types": ["visit"]}],
        "service_types": [{"id": "visit", "name": "Office visit", "duration_minutes": 30}],
        "schedules": [
            {
                "practitioner_id": "DR-A",
                "service_type": "visit",
                "days": ["mon", "tue", "wed", "thu", "fri"],
                "from": "09:00",
                "to": "16:00",
                "every_minutes": 30,
            }
        ],
        "accounts": accounts,
    }


@dataclass
class Served:
    """A server that is up; `run` runs a coroutine on its loop."""

    url: str
    key: str
    practice: Path
    app: Any
    run: Callable[[Any], Any]
    _next: Iterator[int] = field(default_factory=lambda: iter(range(2, PATIENTS + 1)))

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws")

    def new_patient(self) -> str:
        """A patient whom no other test of this server speaks for."""
        return f"PT-{next(self._next)}"

    def token(self, patient: str, seconds: int = 600) -> str:
        return make_patient_token(PatientId(patient), self.key, timedelta(seconds=seconds))

    @contextmanager
    def chat(self) -> Iterator["Chat"]:
        with connect(
            f"{self.socket_url}/v1/chat",
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=None,
            compression=None,
        ) as connection:
            yield Chat(connection)

    @contextmanager
    def talk(self, patient: str, **hello: Any) -> Iterator["Chat"]:
        """A chat that is open for `patient`."""
        with self.chat() as chat:
            chat.send(type="hello", token=self.token(patient), **hello)
            chat.ready = chat.until("ready")
            yield chat

    @contextmanager
    def desk(self, role: Role) -> Iterator[httpx.Client]:
        """A logged-in client whose calls carry the CSRF token."""
        with httpx.Client(base_url=self.url, timeout=WITHIN) as client:
            answer = client.post(
                "/v1/staff/login", json={"staff_id": f"ST-{role.upper()}", "password": PASSWORD}
            )
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield client


class Chat:
    """A patient's connection, frame by frame."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.ready: dict[str, Any] = {}
        self.seen: list[dict[str, Any]] = []

    def send(self, **frame: Any) -> None:
        self.connection.send(json.dumps(frame))

    def say(self, text: str, say_id: str | None = None, **fields: Any) -> str:
        say_id = say_id or str(uuid.uuid4())
        self.send(type="say", id=say_id, text=text, **fields)
        return say_id

    def frame(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self.connection.recv(timeout=WITHIN))
        self.seen.append(frame)
        return frame

    def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next frame of this type whose fields are these."""
        while True:
            frame = self.frame()
            if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
                return frame

    def answer(self, text: str) -> dict[str, Any]:
        """Says `text` and returns the first message that replies to it."""
        return self.until("message", reply_to=self.say(text))

    def close_code(self) -> int:
        """Reads to the end of the connection."""
        with pytest.raises(ConnectionClosed) as closed:
            self._read_on()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    def _read_on(self) -> None:
        while True:
            self.frame()

    @property
    def seqs(self) -> list[int]:
        return [frame["seq"] for frame in self.seen if frame["type"] in ("message", "control")]


@contextmanager
def serving(practice: Path, data: Path, models: Models) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started: Served | None = None
        failed: BaseException | None = None
        is_up = threading.Event()
        stop: Callable[[], None] = lambda: None  # noqa: E731

        async def serve() -> None:
            nonlocal started, stop
            settings = load_settings(data).model_copy(
                update={"demo": True, "demo_staff_password": PASSWORD}
            )
            loop = asyncio.get_running_loop()
            async with running_app(
                practice, data, settings=settings, clock=RunningClock(), models=models
            ) as app:
                config = uvicorn.Config(
                    app,
                    ws="websockets-sansio",
                    ws_per_message_deflate=False,
                    lifespan="off",
                    log_config=None,
                    timeout_graceful_shutdown=5,
                )
                server = uvicorn.Server(config)

                def run(coroutine: Any) -> Any:
                    return asyncio.run_coroutine_threadsafe(coroutine, loop).result(WITHIN)

                def finish() -> None:
                    server.should_exit = True

                stop = finish
                host, port = listener.getsockname()[:2]
                url = f"http://{host}:{port}"
                started = Served(url, settings.token_key, practice, app, run)
                is_up.set()
                await server.serve(sockets=[listener])

        def thread() -> None:
            nonlocal failed
            try:
                asyncio.run(serve())
            except BaseException as error:  # noqa: BLE001 - raised again in the test
                failed = error
                is_up.set()

        running = threading.Thread(target=thread)
        running.start()
        is_up.wait()
        try:
            if failed is not None:
                raise failed
            assert started is not None
            yield started
        finally:
            stop()
            running.join(30)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models: Models) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with serving(write_practice(folder / "practice"), folder / "data", models) as up:
        yield up
