"""Free times, and a booking in an EHR whose slots have no versions (DOMAIN C.3, step 9).

Such an EHR cannot be told "only if it is still free". So in this process one booking a practitioner
and one a patient runs at a time, both calendars are read just before the write, and the write is
read back: it must stand alone in its time and carry our key. Whatever else is seen there is
`Unconfirmed`: the patient hears "requested" and a person looks.

A booking's idempotency key travels in the appointment itself, hashed; before a write the patient's
own appointments are searched for it, so the same key gives the first result after a crash too.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from agent.adapters.directory import DirectoryShape, ServiceTypeShape
from agent.adapters.ehr.rest.client import Refused, RestClient, Uncertain
from agent.adapters.ehr.rest.dialect import Dialect, Kind
from agent.adapters.ehr.rest.records import Records
from agent.adapters.ehr.rest.rows import AppointmentRow, BusyRow, Rows, Unreadable, ends
from agent.adapters.weeks import Busy, Place, Week, is_free, place_of, slot_id
from agent.domain.booking import Appointment, AppointmentStatus, Booking, Slot, SlotQuery
from agent.domain.ids import (
    AppointmentId,
    IdempotencyKey,
    LocationId,
    PatientId,
    PractitionerId,
    ServiceTypeId,
)
from agent.domain.terms import Capability
from agent.locks import Locks
from agent.ports import (
    Clock,
    EhrUnavailable,
    NotFound,
    Overlapping,
    SlotTaken,
    Unconfirmed,
)

OPEN = (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED)
FREEING = (AppointmentStatus.CANCELLED, AppointmentStatus.WAITLIST)


def key_of(key: IdempotencyKey) -> str:
    """What of our key the EHR is shown: enough to know it again, nothing to read."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def put(body: dict[str, Any], path: str, value: object) -> None:
    """Sets the dotted `path` in a JSON object."""
    *parents, last = path.split(".")
    for name in parents:
        body = body.setdefault(name, {})
    body[last] = value


class Calendar:
    """Reads free times and books; raises the port's errors only."""

    def __init__(
        self,
        dialect: Dialect,
        client: RestClient,
        rows: Rows,
        records: Records,
        directory: DirectoryShape,
        clock: Clock,
        timezone: ZoneInfo,
        closed: frozenset[date],
    ) -> None:
        self._dialect = dialect
        self._client = client
        self._rows = rows
        self._records = records
        self._clock = clock
        self._timezone = timezone
        self._closed = closed
        self._schedules = tuple(directory.schedules)
        self._services = {service.id: service for service in directory.service_types}
        self._codes = {s.id: s.code or s.id for s in directory.service_types}
        self._longest = max(s.duration_minutes for s in directory.service_types)
        self._place_of = {p.id: p.location_id for p in directory.practitioners}
        self._locks = Locks()

    async def find_slots(self, query: SlotQuery) -> tuple[Slot, ...]:
        service = self._services.get(query.service_type)
        if service is None:
            return ()
        duration = timedelta(minutes=service.duration_minutes)
        earliest = max(query.earliest, self._clock.now())
        week = self._week(query.service_type, query.practitioner_ids)
        starts = list(week.starts(duration, earliest, query.latest))
        people = sorted({schedule.practitioner_id for schedule, _ in starts})
        calendars = await asyncio.gather(
            *(self._busy(person, earliest, query.latest + duration) for person in people)
        )
        busy = dict(zip(people, calendars, strict=True))
        found: dict[str, Slot] = {}
        for schedule, start in starts:
            if is_free(start, start + duration, busy[schedule.practitioner_id]):
                slot = self._slot(schedule.practitioner_id, service, start, start + duration)
                found.setdefault(slot.id, slot)
        return tuple(found.values())[: query.limit]

    async def book(self, booking: Booking) -> Appointment:
        if booking.replaces is not None:
            raise EhrUnavailable(f"{self._dialect.name} cannot move an appointment")
        place, service = self._offered(booking)
        if await self._records.patient(booking.patient_id) is None:
            raise NotFound("no such patient")
        async with (
            self._locks.of(f"patient:{booking.patient_id}"),
            self._locks.of(f"practitioner:{place.practitioner_id}"),
        ):
            mine = await self._records.appointment_rows(booking.patient_id)
            first = next((row for row in mine if row.key == key_of(booking.key)), None)
            if first is not None:
                return self._records.appointment(first)
            await self._check_free(place, service, mine)
            return await self._write(booking, place, service)

    async def confirm(self, patient_id: PatientId, appointment_id: AppointmentId) -> Appointment:
        """Says in the EHR that the patient will come; saying it again changes nothing."""
        row = await self._open(patient_id, appointment_id)
        if row.status is AppointmentStatus.CONFIRMED:
            return self._records.appointment(row)
        operation = self._records.operation(Capability.CONFIRM)
        values = {"patient": patient_id, "appointment": appointment_id}
        try:
            await self._client.write(operation, values, operation.body)
        except Refused as error:
            if error.status == httpx.codes.NOT_FOUND:
                raise NotFound("no such open appointment") from None
            raise
        except Uncertain:
            pass
        try:
            row = await self._open(patient_id, appointment_id)
        except (EhrUnavailable, NotFound):
            raise Unconfirmed("the confirmation cannot be read back") from None
        if row.status is not AppointmentStatus.CONFIRMED:
            raise Unconfirmed("the confirmation does not show")
        return self._records.appointment(row)

    async def _open(self, patient_id: PatientId, appointment_id: str) -> AppointmentRow:
        for row in await self._records.appointment_rows(patient_id):
            if row.id == appointment_id and row.status in OPEN:
                return row
        raise NotFound("no such open appointment")

    def _week(self, service_type: str, practitioner_ids: Iterable[str]) -> Week:
        wanted = frozenset(practitioner_ids)
        matching = tuple(
            schedule
            for schedule in self._schedules
            if schedule.service_type == service_type
            and (not wanted or schedule.practitioner_id in wanted)
        )
        return Week(matching, self._closed, self._timezone)

    def _slot(
        self, practitioner_id: str, service: ServiceTypeShape, start: datetime, end: datetime
    ) -> Slot:
        place = Place(PractitionerId(practitioner_id), ServiceTypeId(service.id), start)
        location = self._place_of[practitioner_id]
        return Slot(
            id=slot_id(place),
            practitioner_id=place.practitioner_id,
            service_type=place.service_type,
            start=start,
            end=end,
            location_id=LocationId(location) if location else None,
        )

    def _offered(self, booking: Booking) -> tuple[Place, ServiceTypeShape]:
        """The slot as its schedule has it; `SlotTaken` when it never was or is over."""
        place = place_of(booking.slot_id, self._timezone)
        service = self._services.get(place.service_type) if place else None
        if place is None or service is None or place.start <= self._clock.now():
            raise SlotTaken("no such time")
        duration = timedelta(minutes=service.duration_minutes)
        week = self._week(service.id, (place.practitioner_id,))
        second = timedelta(seconds=1)
        if not any(week.starts(duration, place.start, place.start + second)):
            raise SlotTaken("no such time")
        if booking.modality not in service.modalities:
            raise NotFound(f"{service.id} is not offered as {booking.modality}")
        return place, service

    async def _check_free(
        self, place: Place, service: ServiceTypeShape, mine: Iterable[AppointmentRow]
    ) -> None:
        end = place.start + timedelta(minutes=service.duration_minutes)
        busy = await self._busy(place.practitioner_id, place.start, end)
        if not is_free(place.start, end, busy):
            raise SlotTaken("somebody else has this time")
        own = (
            Busy(row.start, ends(row.start, row.minutes, self._longest))
            for row in mine
            if row.status in OPEN
        )
        if not is_free(place.start, end, own):
            raise Overlapping("the patient has an appointment at that time")

    async def _write(
        self, booking: Booking, place: Place, service: ServiceTypeShape
    ) -> Appointment:
        operation = self._records.operation(Capability.BOOK)
        body: dict[str, Any] = dict(operation.body)
        for name, path in operation.writes.items():
            put(body, path, self._written(name, booking, place, service))
        try:
            made = await self._client.write(operation, {"patient": booking.patient_id}, body)
        except Refused as error:
            if error.status == httpx.codes.CONFLICT:
                raise SlotTaken("somebody else has this time") from None
            raise
        except Uncertain:
            made = None
        return await self._read_back(booking, place, service, made)

    def _written(
        self, name: str, booking: Booking, place: Place, service: ServiceTypeShape
    ) -> object:
        values: Mapping[str, object] = {
            "patient_id": booking.patient_id,
            "practitioner_id": place.practitioner_id,
            "service_type": self._codes[service.id],
            "start": self._rows.written(place.start),
            "minutes": service.duration_minutes,
            "modality": self._dialect.their_word("Appointment.modality", booking.modality),
            "status": self._dialect.their_word("Appointment.status", AppointmentStatus.BOOKED),
            "key": key_of(booking.key),
        }
        return values[name]

    async def _read_back(
        self, booking: Booking, place: Place, service: ServiceTypeShape, made: object
    ) -> Appointment:
        """The appointment as the EHR now has it, alone in its time. Raises `Unconfirmed`."""
        try:
            row = await self._made(booking, made)
            end = place.start + timedelta(minutes=service.duration_minutes)
            standing = await self._busy(place.practitioner_id, place.start, end)
        except EhrUnavailable as error:
            raise Unconfirmed(f"the booking cannot be read back: {error}") from None
        as_asked = row is not None and (
            row.practitioner_id == place.practitioner_id
            and row.start == place.start
            and row.service_type == self._codes[service.id]
            and row.modality == booking.modality
            and row.status in OPEN
            and row.key == key_of(booking.key)
        )
        if row is None or not as_asked:
            raise Unconfirmed("the booking does not stand as it was asked for")
        if len(standing) != 1:
            raise Unconfirmed("the booking does not stand alone in its time")
        return self._records.appointment(row)

    async def _made(self, booking: Booking, made: object) -> AppointmentRow | None:
        """By the id that the answer gave, or, where no answer came, by our key."""
        try:
            told = self._rows.picked(Kind.APPOINTMENT, made).get("id")
        except Unreadable:
            told = None
        if told is not None:
            return await self._records.appointment_row(booking.patient_id, str(told))
        rows = await self._records.appointment_rows(booking.patient_id)
        return next((row for row in rows if row.key == key_of(booking.key)), None)

    async def _busy(self, practitioner_id: str, start: datetime, end: datetime) -> list[Busy]:
        """When the practitioner is taken between `start` and `end`. Of other patients' visits only
        the time is read. A row that cannot be read may hide a visit: no calendar is better than a
        wrong one."""
        margin = timedelta(minutes=self._longest)
        values = {
            "practitioner": practitioner_id,
            "earliest": self._rows.written(start - margin),
            "latest": self._rows.written(end + margin),
        }
        operation = self._records.operation(Capability.FIND_SLOTS)
        busy = []
        for row in await self._client.rows(operation, values):
            try:
                taken = self._rows.read(BusyRow, self._rows.picked(Kind.APPOINTMENT, row))
            except Unreadable as error:
                raise EhrUnavailable(f"a calendar that cannot be read: {error}") from None
            if taken.practitioner_id != practitioner_id or taken.status in FREEING:
                continue
            stretch = Busy(taken.start, ends(taken.start, taken.minutes, self._longest))
            if stretch.overlaps(start, end):
                busy.append(stretch)
        return busy
