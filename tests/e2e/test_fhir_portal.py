"""A patient writes in the portal of a FHIR server: answered there, and the chart keeps the work."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.e2e.on_fhir import Json, served_on_fhir
from tests.e2e.serving import START_WITHIN, Portico

SECRET = "of the server's Subscription"

pytestmark = pytest.mark.e2e


@dataclass
class Portal:
    """The FHIR server as its own portal and chart show it."""

    portico: Portico
    base_url: str

    def all(self, resource_type: str) -> list[Json]:
        answer = httpx.get(
            f"{self.base_url}/{resource_type}", params={"_count": 500}, trust_env=False
        )
        bundle: Json = answer.raise_for_status().json()
        return [entry["resource"] for entry in bundle.get("entry", [])]

    def write(self, name: str, text: str) -> None:
        """The patient writes, and the server's rest-hook says that something has changed."""
        patient = {"reference": "Patient/PT-1"}
        message = {
            "resourceType": "Communication",
            "id": name,
            "status": "completed",
            "subject": patient,
            "sender": patient,
            "sent": datetime.now(UTC).isoformat(),
            "payload": [{"contentString": text}],
        }
        place = f"{self.base_url}/Communication/{name}"
        httpx.put(place, json=message, trust_env=False).raise_for_status()
        told = httpx.post(
            f"{self.portico.url}/v1/webhooks/fhir_r4",
            json=message | {"payload": [{"contentString": "not what stands there"}]},
            headers={"Authorization": f"Bearer {SECRET}"},
        )
        assert told.json() == {"status": "processed"}

    def answers(self, name: str) -> list[str]:
        return [
            one["payload"][0]["contentString"]
            for one in self.all("Communication")
            if one.get("partOf") == [{"reference": f"Communication/{name}"}]
        ]

    def stored(self, question: str) -> list[str]:
        with closing(sqlite3.connect(self.portico.data / "portico.db")) as store:
            return [row[0] for row in store.execute(question)]


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    monkeypatch.setenv("PORTICO_EHR_WEBHOOK_SECRET", SECRET)
    with served_on_fhir(tmp_path) as (portico, road):
        yield Portal(portico, road.there)


def wait_until(holds: Callable[[], object]) -> None:
    give_up = time.monotonic() + START_WITHIN
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def test_the_portal_is_answered_and_the_chart_keeps_what_was_done(portal: Portal) -> None:
    wait_until(lambda: portal.stored("SELECT cursor FROM inbox_cursors"))
    portal.write("asked", "Where do I park?")
    wait_until(lambda: portal.answers("asked"))
    portal.write("danger", "I am going to kill myself tonight")
    wait_until(lambda: portal.answers("danger"))
    assert "Oak Street" in portal.answers("asked")[0]
    assert any("988" in one for one in portal.answers("danger"))

    wait_until(lambda: audited(portal) == set(portal.stored("SELECT hash FROM ledger")))
    (task,) = [one for one in portal.all("Task") if one["priority"] == "stat"]
    assert task["code"]["coding"][0]["code"] == "crisis"
    assert task["for"] == {"reference": "Patient/PT-1"}
    said = portal.stored("SELECT kind FROM ledger WHERE kind = 'message.received'")
    assert len(said) == 2


def audited(portal: Portal) -> set[str]:
    return {
        entity["what"]["identifier"]["value"]
        for event in portal.all("AuditEvent")
        for entity in event["entity"]
        if "identifier" in entity["what"]
    }
