"""`portico serve` and `portico token`: what they refuse; a server that is killed comes back."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from agent.cli import run
from server.cli import listening
from server.tokens import TokenVerifier
from tests.server.conftest import PASSWORD, WITHIN, write_practice

COMMAND = [str(Path(sys.executable).with_name("portico"))]
START_WITHIN = 90.0


@pytest.fixture(autouse=True)
def _keep_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that runs in this process leaves the process's logging alone."""
    monkeypatch.setattr("server.cli.configure_logging", lambda: None)


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return write_practice(tmp_path / "practice")


def test_the_token_is_the_last_word(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    options = ["--practice", str(practice), "--data", str(data), "--patient", "PT-1"]
    assert run(["token", *options]) == 0
    key = json.loads((data / "keys.json").read_text(encoding="utf-8"))["token_key"]
    verifier = TokenVerifier(key)
    claims = asyncio.run(verifier.verify(capsys.readouterr().out.split()[-1]))
    assert claims.patient_id == "PT-1"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["token", "--patient", "PT-1"], "practice.toml: no such file"),
        (["serve"], "practice.toml: no such file"),
        (["serve", "--now", "yesterday"], "--now: not a time"),
        (["serve", "--now", "2026-06-01T09:00:00"], "--now: a time needs"),
        (["serve", "--port", "99999"], "--port"),
    ],
)
def test_wrong_input_is_one_line_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    data = tmp_path / "data"
    nowhere = str(tmp_path / "nowhere")
    assert run([*arguments, "--practice", nowhere, "--data", str(data)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert complaint in line
    assert not data.exists()


def test_an_address_that_is_not_ours_is_refused(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--practice", str(practice), "--data", str(tmp_path), "--host", "203.0.113.7"]
    assert run(["serve", *options]) == 2
    assert "cannot listen on 203.0.113.7:8000" in capsys.readouterr().err


def test_a_broken_ehr_json_names_its_place(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (practice / "ehr.json").write_text('{"patients": [{"id": "PT-1"}]}', encoding="utf-8")
    data = tmp_path / "data"
    options = ["--practice", str(practice), "--data", str(data), "--port", "0"]
    assert run(["serve", *options]) == 2
    assert "ehr.json: patients[0].first_name: is missing" in capsys.readouterr().err
    assert not (data / "portico.db").exists()


def test_small_frames_leave_at_once() -> None:
    with (
        listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@contextmanager
def running(practice: Path, data: Path, *arguments: str) -> Iterator[tuple[str, Any]]:
    """`portico serve` in its own process, and its address."""
    log = data.with_suffix(".log").open("ab")
    process = subprocess.Popen(
        [*COMMAND, "serve", "--practice", practice, "--data", data, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, "PORTICO_DEMO": "1", "PORTICO_DEMO_STAFF_PASSWORD": PASSWORD},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "serving" in line, line
        url = line.split()[-1]
        _wait_until_ready(url)
        yield url, process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)
        log.close()
        if process.stdout is not None:
            process.stdout.close()


def _wait_until_ready(url: str) -> None:
    give_up = time.monotonic() + START_WITHIN
    while time.monotonic() < give_up:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not become ready")


@contextmanager
def chatting(url: str, **hello: Any) -> Iterator[ClientConnection]:
    made = httpx.post(f"{url}/v1/demo/token", json={"patient": "PT-1"}).json()
    with connect(url.replace("http", "ws") + "/v1/chat") as chat:
        chat.send(json.dumps({"type": "hello", "token": made["token"], **hello}))
        yield chat


def until(chat: ClientConnection, kind: str, **fields: Any) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(chat.recv(timeout=WITHIN))
        if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
            return frame


@pytest.mark.e2e
def test_killed_in_the_middle_nothing_acknowledged_is_lost(practice: Path, tmp_path: Path) -> None:
    said = [str(uuid.uuid4()) for _ in range(5)]
    with running(practice, tmp_path / "data") as (url, process), chatting(url) as chat:
        conversation = until(chat, "ready")["conversation"]
        for say_id in said:
            say = {"type": "say", "id": say_id, "text": "Where can I park?"}
            chat.send(json.dumps(say))
        for say_id in said:
            until(chat, "ack", id=say_id)
        process.send_signal(signal.SIGKILL)
        process.wait(30)

    with running(practice, tmp_path / "data") as (url, process):
        with chatting(url, conversation=conversation) as chat:
            ready = until(chat, "ready")
            assert ready["conversation"] == conversation
            mine: list[str] = []
            answered: list[str] = []
            numbers: list[int] = []
            while len(answered) < len(said):
                frame = until(chat, "message")
                numbers.append(frame["seq"])
                if frame["author"] == "patient":
                    mine.append(frame["id"])
                elif frame["reply_to"] is not None:
                    answered.append(frame["reply_to"])
            assert mine == said
            assert sorted(answered) == sorted(said)
            assert numbers == list(range(1, len(numbers) + 1))
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                until(chat, "message")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        assert process.wait(30) == 0

    log = (tmp_path / "data.log").read_text(encoding="utf-8")
    assert all(json.loads(line)["event"] for line in log.splitlines() if line.startswith("{"))
    assert "park" not in log.lower()


@pytest.mark.e2e
def test_the_clock_starts_where_it_is_told(practice: Path, tmp_path: Path) -> None:
    now = "2026-06-01T09:00:00-06:00"
    with running(practice, tmp_path / "data", "--now", now) as (url, _):
        shown = httpx.get(f"{url}/v1/demo/ehr").json()
    assert shown["accounts"][0]["as_of"] == "2026-05-31T00:00:00-06:00"
