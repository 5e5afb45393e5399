"""A flood of portal messages while the server is killed twice: each answered once in its thread.

The EHR is the Crystal PM stub over real HTTP. It sends every message twice, as a vendor does who
did not hear the answer, and again as long as nobody answers.
"""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.e2e.serving import ANSWER_WITHIN, START_WITHIN, Portico, write_practice
from tests.ehr_stubs.serving import WORLD, Running, served, write_directory
from tests.ehr_stubs.stub import KEY

EVENTS, PATIENTS = 500, 50
KILLED_AFTER = (150, 320)
"""Acknowledged messages; answering is slower, so each kill cuts turns and letters off."""
SECRET = "shared with the stub for this test"
UNFINISHED = (
    "SELECT count(*) FROM inbox WHERE status = 'waiting'",
    "SELECT count(*) FROM turns WHERE status = 'pending'",
    "SELECT count(*) FROM threads JOIN conversations ON id = conversation_id WHERE posted < seq",
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@contextmanager
def crystal_pm(seed: Path) -> Iterator[Running]:
    """The stub, served by a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    serving = served("crystal_pm", datetime.now(UTC), seed)
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(ANSWER_WITHIN)
    finally:
        closed = serving.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(closed, loop).result(ANSWER_WITHIN)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def portico(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Portico, Running]]:
    world = json.loads(WORLD.read_text())
    someone = next(p for p in world["patients"] if p.get("consents"))
    everybody = [someone | {"id": f"PT-{n}"} for n in range(PATIENTS)]
    nobody = {"appointments", "accounts", "coverages", "prescriptions", "orders", "forms"}
    seed = tmp_path / "world.json"
    rest = {name: [] if name in nobody | {"waitlist"} else part for name, part in world.items()}
    seed.write_text(json.dumps(rest | {"patients": everybody}))
    practice = write_practice(tmp_path / "practice", 1)
    write_directory(practice, seed)
    monkeypatch.setenv("PORTICO_EHR_API_KEY", KEY)
    monkeypatch.setenv("PORTICO_EHR_WEBHOOK_SECRET", SECRET)
    with crystal_pm(seed) as stub:
        policy = practice / "practice.toml"
        table = f'[ehr]\nadapter = "crystal_pm"\n[ehr.crystal_pm]\nbase_url = "{stub.base_url}"\n'
        policy.write_text(policy.read_text().replace('[ehr]\nadapter = "demo"\n', table))
        running = Portico(practice, tmp_path / "data", now=None)
        running.start()
        try:
            yield running, stub
        finally:
            running.kill()


@dataclass
class Vendor:
    """Sends what patients write until it is acknowledged, wherever the server is then."""

    portico: Portico
    client: httpx.Client
    acknowledged: int = 0

    def send(self, number: int) -> None:
        body = json.dumps(
            {
                "patientId": f"PT-{number % PATIENTS}",
                "messageBody": "thank you",
                "threadId": f"TH-{number}",
            }
        ).encode()
        stamp = str(int(time.time()))
        signature = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        headers = {
            "X-Portico-Timestamp": stamp,
            "X-Portico-Signature": f"v1={signature.hexdigest()}",
        }
        for _ in range(2):
            self._deliver(body, headers)
        self.acknowledged += 1

    def _deliver(self, body: bytes, headers: dict[str, str]) -> None:
        give_up = time.monotonic() + START_WITHIN
        while time.monotonic() < give_up:
            try:
                url = f"{self.portico.url}/v1/webhooks/crystal_pm"
                answer = self.client.post(url, content=body, headers=headers)
            except httpx.TransportError:
                time.sleep(0.25)
                continue
            assert answer.json() == {"status": "processed"}, answer.text
            return
        raise AssertionError("never acknowledged")


def test_a_flood_is_answered_once_each_whatever_dies(portico: tuple[Portico, Running]) -> None:
    running, stub = portico
    with httpx.Client(timeout=ANSWER_WITHIN) as client, ThreadPoolExecutor(4) as senders:
        vendor = Vendor(running, client)
        sent = [senders.submit(vendor.send, number) for number in range(EVENTS)]
        for reached in KILLED_AFTER:
            while vendor.acknowledged < reached:
                time.sleep(0.02)
            running.kill()
            assert unfinished(running)[0] > 0
            running.start()
        for one in sent:
            one.result()
    wait_until_finished(running)

    letters = stub.stub.messages
    assert Counter(letter["threadId"] for letter in letters) == Counter(
        {f"TH-{number}": 1 for number in range(EVENTS)}
    )
    assert {letter["sender"] for letter in letters} == {"AI Assistant"}
    assert all(
        letter["patientId"] == f"PT-{int(letter['threadId'][3:]) % PATIENTS}" for letter in letters
    )
    assert len({letter["metadata"]["portico_key"] for letter in letters}) == EVENTS
    verified = running.audit()
    assert verified.returncode == 0, verified.stdout


def unfinished(running: Portico) -> list[int]:
    """What waits in the inbox, for its answer, for its letter."""
    with closing(sqlite3.connect(running.data / "portico.db")) as store:
        return [store.execute(question).fetchone()[0] for question in UNFINISHED]


def wait_until_finished(running: Portico) -> None:
    give_up = time.monotonic() + START_WITHIN
    while any(unfinished(running)):
        assert time.monotonic() < give_up, unfinished(running)
        time.sleep(0.1)
