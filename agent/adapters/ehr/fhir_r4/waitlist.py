"""The waitlist as appointments of status `waitlist`: a wish, with no time of its own."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.changes import BY_PATIENT, TRIES
from agent.adapters.ehr.fhir_r4.client import FhirClient, Resource, Stale, reference
from agent.adapters.ehr.fhir_r4.extensions import PREFERENCES, SERVICE_TYPE
from agent.adapters.ehr.fhir_r4.marks import identifier, marked, query
from agent.adapters.ehr.fhir_r4.people import People
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import (
    codes,
    extension,
    mapped,
    moment,
    needed,
    objects,
    referenced,
    text,
)
from agent.domain.booking import WaitlistEntry
from agent.domain.ids import IdempotencyKey, PatientId, PractitionerId, ServiceTypeId
from agent.ports import Clock, EhrUnavailable, NotFound

WAITING = "waitlist"


class Waitlist:
    def __init__(
        self,
        client: FhirClient,
        clock: Clock,
        timezone: ZoneInfo,
        strangers: Strangers,
        people: People,
    ) -> None:
        self._client = client
        self._clock = clock
        self._timezone = timezone
        self._strangers = strangers
        self._people = people

    async def of_patient(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        """Oldest first."""
        found = await self._client.search(
            "Appointment",
            [("patient", reference("Patient", patient_id)), ("status", WAITING)],
        )
        own = await self._strangers.matches(found, "Appointment", patient_id)
        waiting = [one for one in own if one.get("status") == WAITING]
        entries = mapped(waiting, lambda one: self._entry(one, patient_id))
        return tuple(sorted(entries, key=lambda one: (_since(one), one.id)))

    async def join(self, entry: WaitlistEntry, key: IdempotencyKey) -> WaitlistEntry:
        """Raises `NotFound` for an unknown patient, service type or practitioner."""
        patient, services, practitioners = await asyncio.gather(
            self._people.patient(entry.patient_id),
            self._people.service_types(),
            self._people.practitioners(),
        )
        service = next((one for one in services if one.id == entry.service_type), None)
        known = {None, *(one.id for one in practitioners)}
        if patient is None or service is None or entry.practitioner_id not in known:
            raise NotFound("no such patient, service type or practitioner")
        wish = self._wish(entry, service.name, key)
        made = await self._client.create(
            wish, if_none_exist=f"identifier={query(wish['identifier'][0])}"
        )
        if not self._strangers.is_of(made, entry.patient_id):
            raise NotFound("the key is another patient's")
        standing = mapped([made], lambda one: self._entry(one, entry.patient_id))
        if not standing:
            raise EhrUnavailable("the EHR does not show the wish as it was made")
        return standing[0]

    async def leave(self, patient_id: PatientId, entry_id: str) -> None:
        for _ in range(TRIES):
            entry = await self._client.read("Appointment", entry_id)
            if (
                entry is None
                or entry.get("status") != WAITING
                or not self._strangers.is_of(entry, patient_id)
            ):
                raise NotFound("no such entry on the waitlist")
            left = {**entry, "status": "cancelled", "cancelationReason": BY_PATIENT}
            try:
                await self._client.update(marked(left, f"{entry_id}:leave"))
            except Stale:
                continue
            return
        raise EhrUnavailable("the EHR keeps changing the entry")

    def _wish(self, entry: WaitlistEntry, service: str, key: IdempotencyKey) -> Resource:
        since = _utc(entry.created or self._clock.now())
        people = [(reference("Patient", entry.patient_id), "needs-action")]
        if entry.practitioner_id is not None:
            people.append((reference("Practitioner", entry.practitioner_id), "needs-action"))
        named = {"system": SERVICE_TYPE, "code": entry.service_type, "display": service}
        wish: Resource = {
            "resourceType": "Appointment",
            "identifier": [identifier("waitlist", key)],
            "status": WAITING,
            "serviceType": [{"coding": [named]}],
            "requestedPeriod": [{"start": since}],
            "created": since,
            "participant": [
                {"actor": {"reference": actor}, "status": status} for actor, status in people
            ],
        }
        if entry.preferences:
            wish["extension"] = [{"url": PREFERENCES, "valueString": entry.preferences}]
        return marked(wish, key)

    def _entry(self, resource: Resource, patient_id: PatientId) -> WaitlistEntry:
        actors = [one.get("actor") for one in objects(resource.get("participant"))]
        practitioners = referenced(actors, "Practitioner")
        services = codes(resource.get("serviceType"))
        return WaitlistEntry(
            id=resource["id"],
            patient_id=patient_id,
            service_type=ServiceTypeId(needed(services[0] if services else None, "serviceType")),
            practitioner_id=PractitionerId(practitioners[0]) if practitioners else None,
            preferences=text(extension(resource, PREFERENCES, "valueString")) or "",
            created=moment(resource.get("created"), self._timezone),
        )


def _since(entry: WaitlistEntry) -> float:
    return entry.created.timestamp() if entry.created is not None else 0.0


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
