"""A demo seed (CONTRACTS 3) as resources of a FHIR server, with the seed's own ids."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from agent.adapters.directory import ScheduleShape, ServiceTypeShape
from agent.adapters.ehr.demo.seed import load_seed
from agent.adapters.ehr.demo.shape import (
    AppointmentShape,
    EhrShape,
    PrescriptionShape,
    WaitlistShape,
)
from agent.adapters.ehr.fhir_r4 import extensions as x
from agent.adapters.weeks import Week
from agent.domain.booking import AppointmentStatus
from agent.domain.records import MedicationRequestStatus
from tests.fhir.world_records import (
    Resource,
    account_of,
    concept,
    coverage_of,
    fhir_id,
    form_of,
    order_of,
    patient_of,
    ref,
)

AT_ONCE = 200
"""Resources in one batch."""

_APPOINTMENT = {
    AppointmentStatus.BOOKED: "booked",
    AppointmentStatus.CONFIRMED: "booked",
    AppointmentStatus.CANCELLED: "cancelled",
    AppointmentStatus.COMPLETED: "fulfilled",
    AppointmentStatus.NO_SHOW: "noshow",
    AppointmentStatus.WAITLIST: "waitlist",
}
_PRESCRIPTION = {
    MedicationRequestStatus.ACTIVE: "active",
    MedicationRequestStatus.EXPIRED: "active",
    MedicationRequestStatus.STOPPED: "stopped",
}
_TAKES_TIME = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED})


def seeded(path: Path, now: datetime, zone: ZoneInfo, days: int = 21) -> "World":
    """The seed at `path`, its relative times laid on the day of `now`. Raises `InputError`."""
    return World(load_seed(path, now, zone), now, zone, days)


def lay_down(base_url: str, resources: list[Resource]) -> None:
    """Writes each under its own id (update as create)."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        for at in range(0, len(resources), AT_ONCE):
            entries = [
                {
                    "resource": one,
                    "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
                }
                for one in resources[at : at + AT_ONCE]
            ]
            answer = client.post(
                base_url, json={"resourceType": "Bundle", "type": "batch", "entry": entries}
            )
            answer.raise_for_status()
            for entry, asked in zip(answer.json()["entry"], entries, strict=True):
                status = entry["response"]["status"]
                assert status.startswith("20"), (status, asked["request"]["url"], entry)


@dataclass(frozen=True)
class World:
    """`days`: for how long from `now` there are slots."""

    seed: EhrShape
    now: datetime
    zone: ZoneInfo
    days: int = 21
    closed: Collection[date] = ()

    def resources(self) -> list[Resource]:
        return [
            *self._practice(),
            *(one for shape in self.seed.patients for one in patient_of(shape)),
            *self._book(),
            *(self._waiting(shape) for shape in self.seed.waitlist),
            *(one for shape in self.seed.accounts for one in account_of(shape)),
            *(
                coverage_of(number, shape, self.now)
                for number, shape in enumerate(self.seed.coverages)
            ),
            *(one for shape in self.seed.prescriptions for one in self._prescription(shape)),
            *(order_of(shape) for shape in self.seed.orders),
            *(form_of(shape) for shape in self.seed.forms),
        ]

    def _practice(self) -> Iterator[Resource]:
        for place in self.seed.locations:
            yield {
                "resourceType": "Location",
                "id": place.id,
                "status": "active",
                "name": place.name,
                **({"address": {"text": place.address}} if place.address else {}),
            }
        yield from (_service(shape) for shape in self.seed.service_types)
        for person in self.seed.practitioners:
            yield {
                "resourceType": "Practitioner",
                "id": person.id,
                "active": True,
                "name": [{"text": person.name}],
            }
            role: Resource = {
                "resourceType": "PractitionerRole",
                "id": f"ROLE-{person.id}",
                "active": True,
                "practitioner": ref("Practitioner", person.id),
                "healthcareService": [
                    ref("HealthcareService", fhir_id(one)) for one in person.service_types
                ],
            }
            if person.role:
                role["code"] = [{"text": person.role}]
            if person.location_id:
                role["location"] = [ref("Location", person.location_id)]
            yield {key: value for key, value in role.items() if value != []}

    def _book(self) -> Iterator[Resource]:
        """Schedules, their slots and the appointments that take some of them."""
        slots: dict[tuple[str, str, datetime], Resource] = {}
        homes: dict[str, str] = {}
        for number, schedule in enumerate(self.seed.schedules):
            calendar = self._schedule(number, schedule)
            homes.setdefault(schedule.practitioner_id, calendar["id"])
            yield calendar
            for start in self._starts(schedule):
                place = (schedule.practitioner_id, schedule.service_type, start.astimezone(UTC))
                slots[place] = self._slot(calendar["id"], schedule.service_type, start)
        appointments = []
        for shape in self.seed.appointments:
            appointment = self._appointment(shape)
            if shape.status in _TAKES_TIME:
                place = (shape.practitioner_id, shape.service_type, shape.start.astimezone(UTC))
                if place not in slots and shape.practitioner_id in homes:
                    home = homes[shape.practitioner_id]
                    slots[place] = self._slot(home, shape.service_type, shape.start)
                if place in slots:
                    slots[place]["status"] = "busy"
                    appointment["slot"] = [ref("Slot", slots[place]["id"])]
            appointments.append(appointment)
        yield from slots.values()
        yield from appointments

    def _starts(self, schedule: ScheduleShape) -> Iterator[datetime]:
        week = Week((schedule,), frozenset(self.closed), self.zone)
        until = self.now + timedelta(days=self.days)
        today = self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for _, start in week.starts(self._lasts(schedule.service_type), today, until):
            yield start

    def _lasts(self, service_type: str) -> timedelta:
        minutes = {one.id: one.duration_minutes for one in self.seed.service_types}
        return timedelta(minutes=minutes[service_type])

    def _typed(self, service_type: str) -> list[Resource]:
        names = {one.id: one.name for one in self.seed.service_types}
        return [concept(x.SERVICE_TYPE, service_type, names[service_type])]

    def _schedule(self, number: int, shape: ScheduleShape) -> Resource:
        places = {one.id: one.location_id for one in self.seed.practitioners}
        actors = [ref("Practitioner", shape.practitioner_id)]
        if place := places[shape.practitioner_id]:
            actors.append(ref("Location", place))
        return {
            "resourceType": "Schedule",
            "id": fhir_id("SCH", str(number), shape.practitioner_id),
            "active": True,
            "serviceType": self._typed(shape.service_type),
            "actor": actors,
        }

    def _slot(self, schedule: str, service_type: str, start: datetime) -> Resource:
        end = start.astimezone(UTC) + self._lasts(service_type)
        return {
            "resourceType": "Slot",
            "id": fhir_id("SL", schedule, start.astimezone(UTC).strftime("%Y%m%dT%H%M")),
            "serviceType": self._typed(service_type),
            "schedule": ref("Schedule", schedule),
            "status": "free",
            "start": start.isoformat(),
            "end": end.astimezone(self.zone).isoformat(),
        }

    def _appointment(self, shape: AppointmentShape) -> Resource:
        agreed = "accepted" if shape.status is AppointmentStatus.CONFIRMED else "needs-action"
        people = [
            (ref("Patient", shape.patient_id), agreed),
            (ref("Practitioner", shape.practitioner_id), "accepted"),
        ]
        if shape.location_id:
            people.append((ref("Location", shape.location_id), "accepted"))
        facts: list[Resource] = [{"url": x.MODALITY, "valueCode": shape.modality}]
        if shape.telehealth_url:
            facts.append({"url": x.TELEHEALTH_URL, "valueUrl": shape.telehealth_url})
        if shape.replaces:
            old = ref("Appointment", shape.replaces)
            facts.append({"url": x.REPLACES, "valueReference": old})
        lasts = self._lasts(shape.service_type)
        return {
            "resourceType": "Appointment",
            "id": shape.id,
            "extension": facts,
            "status": _APPOINTMENT[shape.status],
            "serviceType": self._typed(shape.service_type),
            "start": shape.start.isoformat(),
            "end": (shape.start.astimezone(UTC) + lasts).astimezone(self.zone).isoformat(),
            "minutesDuration": int(lasts.total_seconds() // 60),
            "participant": [
                {"actor": actor, "required": "required", "status": status}
                for actor, status in people
            ],
        }

    def _waiting(self, shape: WaitlistShape) -> Resource:
        since = (shape.created or self.now).astimezone(UTC).isoformat(timespec="seconds")
        people = [ref("Patient", shape.patient_id)]
        if shape.practitioner_id:
            people.append(ref("Practitioner", shape.practitioner_id))
        wish: Resource = {
            "resourceType": "Appointment",
            "id": shape.id,
            "status": "waitlist",
            "serviceType": self._typed(shape.service_type),
            "requestedPeriod": [{"start": since}],
            "created": since,
            "participant": [{"actor": actor, "status": "needs-action"} for actor in people],
        }
        if shape.preferences:
            wish["extension"] = [{"url": x.PREFERENCES, "valueString": shape.preferences}]
        return wish

    def _prescription(self, shape: PrescriptionShape) -> Iterator[Resource]:
        medication = fhir_id("MED", shape.id)
        yield {
            "resourceType": "Medication",
            "id": medication,
            "code": {"text": shape.medication},
        }
        dispensing: Resource = {"numberOfRepeatsAllowed": shape.refills_remaining}
        if shape.status is MedicationRequestStatus.EXPIRED:
            ended = (self.now - timedelta(days=1)).astimezone(UTC).isoformat(timespec="seconds")
            dispensing["validityPeriod"] = {"end": ended}
        if shape.pharmacy:
            dispensing["performer"] = {"display": shape.pharmacy}
        request: Resource = {
            "resourceType": "MedicationRequest",
            "id": shape.id,
            "extension": [{"url": x.CONTROLLED, "valueBoolean": shape.controlled}],
            "status": _PRESCRIPTION[shape.status],
            "intent": "order",
            "medicationReference": ref("Medication", medication),
            "subject": ref("Patient", shape.patient_id),
            "dispenseRequest": dispensing,
        }
        if shape.prescriber_id:
            request["requester"] = ref("Practitioner", shape.prescriber_id)
        yield request


def _service(shape: ServiceTypeShape) -> Resource:
    return {
        "resourceType": "HealthcareService",
        "id": fhir_id(shape.id),
        "extension": [
            {"url": x.DURATION, "valuePositiveInt": shape.duration_minutes},
            {"url": x.NEW_PATIENTS, "valueBoolean": shape.new_patients},
            *({"url": x.MODALITY, "valueCode": one} for one in shape.modalities),
        ],
        "active": True,
        "type": [concept(x.SERVICE_TYPE, shape.id, shape.name)],
        "name": shape.name,
    }
