"""A small practice served by the real `portico serve`, which can be killed and comes back."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PORTICO = str(Path(sys.executable).with_name("portico"))
MODEL_PRACTICE = Path(__file__).parents[1] / "agent" / "practice"
NOW = datetime.fromisoformat("2026-06-01T10:00:00-06:00")
"""A Monday in the practice's time zone."""
START_WITHIN = 120.0
ANSWER_WITHIN = 30.0
"""Seconds that anything may take on a busy machine."""

Json = dict[str, Any]


def write_practice(folder: Path, patients: int) -> Path:
    """The practice of tests/agent with `patients` patients `PT-1`, `PT-2` ..., each with one
    appointment `AP-n` with the same doctor."""
    seed = json.loads((MODEL_PRACTICE / "ehr.json").read_text(encoding="utf-8"))
    model_patient, model_visit = seed["patients"][0], seed["appointments"][0]
    numbers = range(1, patients + 1)
    seed["patients"] = [
        model_patient | {"id": f"PT-{n}", "first_name": f"Pat{n}", "last_name": "Lee"}
        for n in numbers
    ]
    seed["appointments"] = [
        model_visit
        | {"id": f"AP-{n}", "patient_id": f"PT-{n}", "start": f"+{3 + n // 6}d {9 + n % 6:02}:00"}
        for n in numbers
    ]
    (folder / "faq").mkdir(parents=True)
    (folder / "ehr.json").write_text(json.dumps(seed), encoding="utf-8")
    for name in ("practice.toml", "faq/parking.md"):
        (folder / name).write_bytes((MODEL_PRACTICE / name).read_bytes())
    return folder


@dataclass
class Portico:
    """`portico serve` over one data folder; every start is some minutes after the last, or all
    are by this machine's clock when `now` is None."""

    practice: Path
    data: Path
    now: datetime | None = NOW
    url: str = ""
    process: subprocess.Popen[str] | None = None
    starts: int = 0

    def start(self) -> None:
        command = [PORTICO, "serve", "--practice", str(self.practice), "--data", str(self.data)]
        command += ["--port", "0"]
        if self.now is not None:
            command += ["--now", (self.now + timedelta(minutes=5 * self.starts)).isoformat()]
        self.starts += 1
        with self.data.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=os.environ
                | {"PORTICO_DEMO": "1", "PORTICO_DEMO_STAFF_PASSWORD": "portico-demo"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "serving" in line, line
        self.url = line.split()[-1]
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        give_up = time.monotonic() + START_WITHIN
        while time.monotonic() < give_up:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz").status_code == httpx.codes.OK:
                    return
            time.sleep(0.02)
        raise AssertionError("the server did not become ready")

    def kill(self) -> None:
        """As a power cut would: no goodbye, nothing written any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def appointments(self) -> list[Json]:
        found: list[Json] = httpx.get(f"{self.url}/v1/demo/ehr").json()["appointments"]
        return found

    def audit(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PORTICO, "audit", "verify", "--data", str(self.data)],
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def served(folder: Path, patients: int) -> Iterator[Portico]:
    portico = Portico(write_practice(folder / "practice", patients), folder / "data")
    portico.start()
    try:
        yield portico
    finally:
        portico.kill()


@dataclass
class Patient:
    """A patient's end of the conversation, which outlives its connections.

    `transcript` holds every message as it was received; that its numbers have no gap is checked
    as they come.
    """

    id: str
    transcript: list[Json] = field(default_factory=list)
    conversation: str = ""
    connection: ClientConnection | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def connect(self, portico: Portico) -> Json:
        """Opens the conversation where it was left; returns the `ready` frame."""
        token = httpx.post(f"{portico.url}/v1/demo/token", json={"patient": self.id}).json()
        address = portico.url.replace("http", "ws") + "/v1/chat"
        self.connection = self._open.enter_context(
            connect(address, subprotocols=[Subprotocol("portico.v1")], proxy=None)
        )
        where = {"conversation": self.conversation} if self.conversation else {}
        self._send(type="hello", token=token["token"], after=len(self.transcript), **where)
        ready = self.until("ready")
        self.conversation = ready["conversation"]
        return ready

    def hang_up(self) -> None:
        self._open.close()
        self.connection = None

    def _send(self, **frame: Any) -> None:
        assert self.connection is not None
        self.connection.send(json.dumps(frame))

    def say(self, text: str, choice: str | None = None) -> str:
        """Sends and returns the message's id, without waiting for anything."""
        said = str(uuid.uuid4())
        self._send(type="say", id=said, text=text, **({"choice": choice} if choice else {}))
        return said

    def press(self, asked: Json, number: int = 0) -> str:
        option = asked["options"][number]
        return self.say(option["label"], option["id"])

    def until(self, kind: str, **fields: Any) -> Json:
        """The next frame of this type whose fields are these."""
        assert self.connection is not None
        while True:
            frame: Json = json.loads(self.connection.recv(timeout=ANSWER_WITHIN))
            assert frame["type"] != "error", frame
            if frame["type"] == "message":
                assert frame["seq"] == len(self.transcript) + 1
                self.transcript.append(frame)
            if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
                return frame

    def answer(self, said: str) -> Json:
        """The first answer to the message `said`, waited for when it has not come yet."""
        return next(iter(self.answers(said)), None) or self.until("message", reply_to=said)

    def answers(self, said: str) -> list[Json]:
        """The answers to the message `said` that have come."""
        return [message for message in self.transcript if message["reply_to"] == said]

    def messages(self, message_id: str) -> list[Json]:
        return [message for message in self.transcript if message["id"] == message_id]


def open_appointments(portico: Portico, patient: str | None = None) -> list[Json]:
    """The appointments that stand, of one patient or of everybody."""
    return [
        visit
        for visit in portico.appointments()
        if visit["status"] in ("booked", "confirmed") and patient in (None, visit["patient_id"])
    ]
