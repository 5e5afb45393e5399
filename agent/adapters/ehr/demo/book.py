"""The appointment book: what one booking, cancellation or confirmation does in its transaction."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.directory import ScheduleShape
from agent.adapters.ehr.demo.catalogue import Catalogue
from agent.adapters.ehr.demo.rows import appointment_of, insert_appointment, seconds
from agent.adapters.ehr.demo.schema import IS_OPEN, appointments
from agent.adapters.weeks import Busy, Place, Week, is_free, place_of, slot_id
from agent.domain.booking import Appointment, AppointmentStatus, Booking, Slot, SlotQuery
from agent.domain.ids import (
    AppointmentId,
    IdempotencyKey,
    PatientId,
    PractitionerId,
    ServiceTypeId,
)
from agent.domain.people import ServiceType
from agent.ports import NotFound, Overlapping, SlotTaken

TELEHEALTH = "telehealth"
TELEHEALTH_URL = "https://video.example.test/{id}"


def numbered(prefix: str, key: IdempotencyKey) -> str:
    """An id for what the write `key` makes; the same key always makes the same id."""
    return f"{prefix}-{hashlib.sha256(key.encode()).hexdigest()[:12].upper()}"


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of the book; every call runs on the caller's connection and transaction."""

    catalogue: Catalogue
    schedules: tuple[ScheduleShape, ...]
    closed: frozenset[date]
    timezone: ZoneInfo

    async def of_patient(
        self, connection: AsyncConnection, patient_id: PatientId
    ) -> tuple[Appointment, ...]:
        mine = appointments.c.patient_id == patient_id
        return await self._select(connection, mine)

    async def all(self, connection: AsyncConnection) -> tuple[Appointment, ...]:
        rows = await connection.execute(select(appointments).order_by(appointments.c.position))
        return tuple(appointment_of(row, self.timezone) for row in rows.mappings())

    async def free(
        self, connection: AsyncConnection, query: SlotQuery, now: datetime
    ) -> tuple[Slot, ...]:
        service = self.catalogue.service_types.get(query.service_type)
        if service is None:
            return ()
        duration = timedelta(minutes=service.duration_minutes)
        earliest = max(query.earliest, now)
        busy = await self._busy_by_practitioner(connection, earliest, query.latest + duration)
        found: dict[str, Slot] = {}
        for schedule, start in self._week(query).starts(duration, earliest, query.latest):
            slot = self._slot(schedule, start, start + duration)
            if is_free(start, slot.end, busy.get(slot.practitioner_id, ())):
                found.setdefault(slot.id, slot)
            if len(found) >= query.limit:
                break
        return tuple(found.values())

    async def add(
        self, connection: AsyncConnection, booking: Booking, now: datetime
    ) -> AppointmentId:
        """Puts the booking in the book. Raises `SlotTaken`, `Overlapping`, `NotFound`."""
        if booking.patient_id not in self.catalogue.patients:
            raise NotFound("no such patient")
        place, service = self._offered(booking, now)
        end = place.start + timedelta(minutes=service.duration_minutes)
        if booking.replaces is not None:
            await self._cancel_replaced(connection, booking.patient_id, booking.replaces)
        await self._check_free(connection, booking.patient_id, place, end)
        appointment = self._appointment(booking, place)
        try:
            await insert_appointment(connection, appointment, end)
        except IntegrityError:
            raise SlotTaken("somebody else has this time") from None
        return appointment.id

    async def set_status(
        self,
        connection: AsyncConnection,
        patient_id: PatientId,
        appointment_id: AppointmentId,
        status: AppointmentStatus,
    ) -> AppointmentId:
        """Confirms or cancels an open appointment; one that is so already stays as it is."""
        current = await self.one(connection, appointment_id)
        if current.patient_id != patient_id or not (current.is_open or current.status is status):
            raise NotFound("no such open appointment")
        await connection.execute(
            update(appointments).where(appointments.c.id == appointment_id).values(status=status)
        )
        return appointment_id

    async def one(self, connection: AsyncConnection, appointment_id: str) -> Appointment:
        found = await self._select(connection, appointments.c.id == appointment_id)
        if not found:
            raise NotFound("no such appointment")
        return found[0]

    async def _select(
        self, connection: AsyncConnection, condition: ColumnElement[bool]
    ) -> tuple[Appointment, ...]:
        order = (appointments.c.start, appointments.c.position)
        rows = await connection.execute(select(appointments).where(condition).order_by(*order))
        return tuple(appointment_of(row, self.timezone) for row in rows.mappings())

    def _week(self, query: SlotQuery) -> Week:
        wanted = frozenset(query.practitioner_ids)
        matching = tuple(
            schedule
            for schedule in self.schedules
            if schedule.service_type == query.service_type
            and (not wanted or schedule.practitioner_id in wanted)
        )
        return Week(matching, self.closed, self.timezone)

    def _slot(self, schedule: ScheduleShape, start: datetime, end: datetime) -> Slot:
        practitioner = self.catalogue.practitioners[PractitionerId(schedule.practitioner_id)]
        service = self.catalogue.service_types[ServiceTypeId(schedule.service_type)]
        return Slot(
            id=slot_id(Place(practitioner.id, service.id, start)),
            practitioner_id=practitioner.id,
            service_type=service.id,
            start=start,
            end=end,
            location_id=practitioner.location_id,
        )

    def _offered(self, booking: Booking, now: datetime) -> tuple[Place, ServiceType]:
        """The slot as its schedule has it; `SlotTaken` when it never was or is over."""
        place = place_of(booking.slot_id, self.timezone)
        service = self.catalogue.service_types.get(place.service_type) if place else None
        if place is None or service is None or place.start <= now:
            raise SlotTaken("no such time")
        query = SlotQuery(
            service_type=service.id,
            earliest=place.start,
            latest=place.start + timedelta(seconds=1),
            practitioner_ids=(place.practitioner_id,),
        )
        duration = timedelta(minutes=service.duration_minutes)
        if not any(self._week(query).starts(duration, query.earliest, query.latest)):
            raise SlotTaken("no such time")
        if booking.modality not in service.modalities:
            raise NotFound(f"{service.id} is not offered as {booking.modality}")
        return place, service

    async def _cancel_replaced(
        self, connection: AsyncConnection, patient_id: PatientId, replaced: AppointmentId
    ) -> None:
        current = await self.one(connection, replaced)
        if current.patient_id != patient_id or not current.is_open:
            raise NotFound("no such open appointment")
        cancelled = AppointmentStatus.CANCELLED
        await self.set_status(connection, patient_id, replaced, cancelled)

    async def _check_free(
        self, connection: AsyncConnection, patient_id: PatientId, place: Place, end: datetime
    ) -> None:
        overlapping = and_(
            IS_OPEN,
            appointments.c.start < seconds(end),
            appointments.c.end > seconds(place.start),
        )
        for other in await self._select(connection, overlapping):
            if other.practitioner_id == place.practitioner_id:
                raise SlotTaken("somebody else has this time")
            if other.patient_id == patient_id:
                raise Overlapping("the patient has an appointment at that time")

    def _appointment(self, booking: Booking, place: Place) -> Appointment:
        new_id = AppointmentId(numbered("AP", booking.key))
        remote = booking.modality == TELEHEALTH
        return Appointment(
            id=new_id,
            patient_id=booking.patient_id,
            practitioner_id=place.practitioner_id,
            service_type=place.service_type,
            start=place.start,
            modality=booking.modality,
            telehealth_url=TELEHEALTH_URL.format(id=new_id.lower()) if remote else None,
            location_id=self.catalogue.practitioners[place.practitioner_id].location_id,
            replaces=booking.replaces,
        )

    async def _busy_by_practitioner(
        self, connection: AsyncConnection, start: datetime, end: datetime
    ) -> dict[PractitionerId, list[Busy]]:
        rows = await connection.execute(
            select(appointments.c.practitioner_id, appointments.c.start, appointments.c.end).where(
                IS_OPEN,
                appointments.c.start < seconds(end),
                appointments.c.end > seconds(start),
            )
        )
        busy: dict[PractitionerId, list[Busy]] = {}
        for practitioner_id, begins, ends in rows:
            stretch = Busy(
                datetime.fromtimestamp(begins, self.timezone),
                datetime.fromtimestamp(ends, self.timezone),
            )
            busy.setdefault(PractitionerId(practitioner_id), []).append(stretch)
        return busy
