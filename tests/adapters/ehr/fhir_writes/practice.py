"""A small practice on a real FHIR server, and Portico's adapter opened on it."""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fhir.resources.R4B import get_fhir_model_class

from agent.adapters.ehr.fhir_r4.client import FhirClient
from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.extensions import DURATION, HOLD, MODALITY, SERVICE_TYPE
from agent.adapters.ehr.fhir_r4.options import Options
from agent.adapters.ehr.fhir_r4.slots import slot_id
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.clock import RunningClock
from agent.domain.ids import PatientId, ServiceTypeId, SlotId
from agent.domain.incidents import Stranger

Resource = dict[str, Any]

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # Monday, 09:00 in Los Angeles
MARI, SAM = PatientId("PT-1"), PatientId("PT-2")
HOLD_SECONDS = 300
AFTER_HOLDS = timedelta(seconds=HOLD_SECONDS + 1)
PATIENCE = 60.0
"""Seconds for one call: the machine may be busy, and no test is about slowness."""


def at(text: str) -> datetime:
    """`"2026-06-02 10:00"` in practice time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def offer(slot: Resource) -> SlotId:
    """The slot as the adapter offers it."""
    service = slot["serviceType"][0]["coding"][0]["code"]
    return slot_id(slot["id"], datetime.fromisoformat(slot["start"]), ServiceTypeId(service))


def concept(code: str) -> Resource:
    return {"coding": [{"system": SERVICE_TYPE, "code": code}]}


@dataclass(frozen=True)
class Practice:
    """Writes as the practice's own staff do, and sees everything that stands there."""

    base_url: str
    http: httpx.Client

    def put(self, resource: Resource) -> Resource:
        place = f"{self.base_url}/{resource['resourceType']}/{resource['id']}"
        answer = self.http.put(place, json=resource)
        answer.raise_for_status()
        found: Resource = answer.json()
        return found

    def read(self, resource_type: str, resource_id: str) -> Resource:
        answer = self.http.get(f"{self.base_url}/{resource_type}/{resource_id}")
        answer.raise_for_status()
        found: Resource = answer.json()
        return found

    def delete(self, resource_type: str, resource_id: str) -> None:
        self.http.delete(f"{self.base_url}/{resource_type}/{resource_id}").raise_for_status()

    def all(self, resource_type: str) -> list[Resource]:
        answer = self.http.get(f"{self.base_url}/{resource_type}", params={"_count": 500})
        answer.raise_for_status()
        return [entry["resource"] for entry in answer.json().get("entry", [])]

    def open_appointments(self) -> list[Resource]:
        return [one for one in self.all("Appointment") if one["status"] == "booked"]

    def patients(self, ids: Iterable[str]) -> None:
        for patient_id in ids:
            name = [{"given": ["Ann"], "family": "Example"}]
            self.put(
                {
                    "resourceType": "Patient",
                    "id": patient_id,
                    "name": name,
                    "birthDate": "1990-01-01",
                }
            )

    def furnish(self) -> None:
        """Two patients, two practitioners, two services; a schedule each for what they do."""
        self.patients((MARI, SAM))
        for service, minutes in (("therapy", 50), ("intake", 90)):
            self.put(
                {
                    "resourceType": "HealthcareService",
                    "id": service,
                    "active": True,
                    "name": service,
                    "type": [concept(service)],
                    "extension": [
                        {"url": DURATION, "valuePositiveInt": minutes},
                        {"url": MODALITY, "valueCode": "in_person"},
                        {"url": MODALITY, "valueCode": "telehealth"},
                    ],
                }
            )
        for person in ("park", "lin"):
            self.put(
                {
                    "resourceType": "Practitioner",
                    "id": person,
                    "active": True,
                    "name": [{"text": f"Dr. {person}"}],
                }
            )
            for service in ("therapy", "intake"):
                self.put(
                    {
                        "resourceType": "Schedule",
                        "id": f"{person}-{service}",
                        "active": True,
                        "actor": [{"reference": f"Practitioner/{person}"}],
                        "serviceType": [concept(service)],
                    }
                )

    def slot(
        self, slot_id: str, start: str | datetime, calendar: str = "park-therapy", **more: Any
    ) -> Resource:
        """A free slot; `start` in practice time."""
        begins = at(start) if isinstance(start, str) else start
        service = calendar.partition("-")[2]
        lasts = timedelta(minutes=50 if service == "therapy" else 90)
        return self.put(
            {
                "resourceType": "Slot",
                "id": slot_id,
                "status": "free",
                "schedule": {"reference": f"Schedule/{calendar}"},
                "serviceType": [concept(service)],
                "start": begins.isoformat(),
                "end": (begins.astimezone(UTC) + lasts).isoformat(),
                **more,
            }
        )

    def appointment(
        self, appointment_id: str, start: str, patient: str = MARI, **more: Any
    ) -> Resource:
        """A booked one of 50 minutes that the practice made, with Dr. Park and without a slot."""
        begins = at(start)
        return self.put(
            {
                "resourceType": "Appointment",
                "id": appointment_id,
                "status": "booked",
                "serviceType": [concept("therapy")],
                "start": begins.isoformat(),
                "end": (begins + timedelta(minutes=50)).isoformat(),
                "participant": [
                    {
                        "actor": {"reference": f"Patient/{patient}"},
                        "status": "needs-action",
                    },
                    {"actor": {"reference": "Practitioner/park"}, "status": "accepted"},
                ],
                **more,
            }
        )

    def faults(self) -> list[str]:
        """What a receptionist would call wrong: holds, times lost or given twice."""
        found = []
        of_slot: dict[str, list[str]] = {}
        for one in self.open_appointments():
            for place in one.get("slot", []):
                of_slot.setdefault(place["reference"], []).append(one["id"])
        for slot in self.all("Slot"):
            standing = of_slot.pop(f"Slot/{slot['id']}", [])
            expected = "busy" if standing else "free"
            if len(standing) > 1:
                found.append(f"{slot['id']}: given to {standing}")
            if slot["status"] != expected:
                found.append(f"{slot['id']}: is {slot['status']}, not {expected}")
            if any(one["url"] == HOLD for one in slot.get("extension", [])):
                found.append(f"{slot['id']}: held")
        return found + [f"{slot}: gone" for slot in of_slot]


Hook = Callable[[httpx.Request], httpx.Response | None]
"""Sees a request before it is sent; answers in the server's stead, or raises, or lets it pass."""


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """The way to the server: keeps what was written, and lets a test disturb it."""

    before: Hook = lambda request: None
    after: Hook = lambda request: None
    written: list[Resource] = field(default_factory=list)
    _server: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        instead = self.before(request)
        if instead is not None:
            return instead
        if request.method in ("POST", "PUT"):
            self.written.append(json.loads(request.content))
        response = await self._server.handle_async_request(request)
        if request.method in ("POST", "PUT"):
            await response.aread()
        return self.after(request) or response

    async def aclose(self) -> None:
        await self._server.aclose()

    def check_written(self) -> None:
        """Raises for a resource that is not valid FHIR R4."""
        for resource in self.written:
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)


class NoIncidents:
    async def stranger(self, found: Stranger) -> None:
        raise AssertionError(f"the server sent a stranger's resource: {found}")


@asynccontextmanager
async def ehr_on(
    base_url: str, clock: RunningClock, wire: Wire | None = None
) -> AsyncIterator[FhirEhr]:
    """As `opened` does, but without the sweeper's own rhythm. What it writes is checked."""
    wire = wire or Wire()
    options = Options(
        base_url=base_url,
        auth="none",
        telehealth_url="https://video.example.test/{id}",
        hold_seconds=HOLD_SECONDS,
    )
    async with FhirClient(base_url, deadline=PATIENCE, transport=wire) as client:
        strangers = Strangers(client.base_url, NoIncidents(), clock)
        yield FhirEhr(client, options, clock, ZONE, strangers)
    wire.check_written()
