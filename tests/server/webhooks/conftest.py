"""A served practice whose EHR has a portal, and the portal's end of the wire."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from agent.adapters.ehr import ADAPTERS
from agent.bootstrap import Models
from agent.domain.correspondence import Letter
from agent.domain.ids import PatientId
from server.world import World
from tests.server.conftest import WITHIN, Served, serving, write_practice
from tests.server.webhooks.portal import NAME, Portal

OLD, NEW = "an old shared secret", "the shared secret of now"


def until(found: Callable[[], Any]) -> Any:
    """The first true value of `found`."""
    give_up = time.monotonic() + WITHIN
    while time.monotonic() < give_up:
        if value := found():
            return value
        time.sleep(0.01)
    raise AssertionError("it never came")


@dataclass
class Vendor:
    """The EHR as it sees Portico."""

    served: Served

    @property
    def world(self) -> World:
        world: World = self.served.app.state.world
        return world

    @property
    def portal(self) -> Portal:
        ehr = self.world.agent.ehr
        assert isinstance(ehr, Portal)
        return ehr

    def now(self) -> int:
        return int(self.world.agent.clock.now().timestamp())

    def post(
        self,
        body: bytes,
        *,
        adapter: str = NAME,
        secret: str = NEW,
        at: int | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> httpx.Response:
        """Signed as the contract says; `headers` replace the signed ones."""
        stamp = str(self.now() if at is None else at)
        signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        signed = {
            "X-Portico-Timestamp": stamp,
            "X-Portico-Signature": f"v1={signature.hexdigest()}",
        }
        return httpx.post(
            f"{self.served.url}/v1/webhooks/{adapter}",
            content=body,
            headers={**signed, **headers},
            timeout=WITHIN,
        )

    def say(self, patient: str, text: str, thread: str | None, event: str = "") -> httpx.Response:
        body = {"id": event or uuid.uuid4().hex, "patientId": patient, "messageBody": text}
        if thread is not None:
            body["threadId"] = thread
        return self.post(json.dumps(body).encode())

    def letters(self, thread: str, number: int) -> list[Letter]:
        """The thread once at least so many letters stand in it."""
        until(lambda: len(self.portal.thread(thread)) >= number)
        return self.portal.thread(thread)

    def settled(self) -> bool:
        """Nothing waits in the inbox, and every answer stands in its thread."""
        agent = self.world.agent
        return not (
            self.served.run(agent.inbox.waiting())
            or self.served.run(agent.transcript.pending_turns())
            or self.served.run(agent.outbox.behind(NAME))
        )

    def entries(self, patient: str) -> list[Any]:
        agent = self.world.agent
        conversation = self.served.run(
            agent.transcript.open_conversation(PatientId(patient), agent.clock.now())
        )
        return list(self.served.run(agent.transcript.entries(conversation.id)))


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory, models: Models) -> Iterator[Vendor]:
    folder = tmp_path_factory.mktemp("portal")
    practice = write_practice(folder / "practice")
    with (practice / "practice.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[ehr]\nadapter = "{NAME}"\n')
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(ADAPTERS, NAME, "tests.server.webhooks.portal:opened")
        patched.setenv("PORTICO_EHR_WEBHOOK_SECRET", f"{NEW},{OLD}")
        with serving(practice, folder / "data", models) as served:
            yield Vendor(served)
