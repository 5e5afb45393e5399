"""`DemoEhr`, the default answer to the `Ehr` port: embedded, seeded once, durable in SQLite."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent.adapters.ehr.demo.book import Book, numbered
from agent.adapters.ehr.demo.catalogue import catalogue_of
from agent.adapters.ehr.demo.entries import (
    appointment_entry,
    appointment_shape,
    waitlist_entry,
    waitlist_shape,
)
from agent.adapters.ehr.demo.rows import (
    insert_appointment,
    insert_waitlist_entry,
    waitlist_entry_of,
)
from agent.adapters.ehr.demo.schema import done, metadata, open_engine, seeds, waitlist
from agent.adapters.ehr.demo.seed import load_seed
from agent.adapters.ehr.demo.shape import EhrShape
from agent.domain.booking import (
    Appointment,
    AppointmentStatus,
    Booking,
    Slot,
    SlotQuery,
    WaitlistEntry,
)
from agent.domain.ids import (
    AppointmentId,
    IdempotencyKey,
    PatientId,
)
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.domain.records import Account, Coverage, Form, MedicationRequest, Order
from agent.domain.terms import Capability
from agent.ports import Clock, EhrUnavailable, NotFound

WITHOUT = frozenset(
    {
        Capability.POST_MESSAGE,
        Capability.WRITE_TASKS,
        Capability.WRITE_AUDIT,
        Capability.WEBHOOKS,
        Capability.POLL,
    }
)
"""The demo EHR has no portal of its own and keeps no second copy of Portico's work."""

Write = Callable[[AsyncConnection], Awaitable[str]]


async def open_demo_ehr(
    seed: Path,
    database: Path,
    *,
    clock: Clock,
    timezone: ZoneInfo,
    closed: Collection[date] = (),
) -> "DemoEhr":
    """The EHR in `database`, seeded from `seed` at its first start.

    `closed`: days in practice time on which nobody can be booked. The seed is checked at every
    start, though only the first one lays it down. Raises `InputError` for a faulty seed.
    """
    now = clock.now()
    fresh = load_seed(seed, now, timezone)
    engine = open_engine(database)
    try:
        document = await _seed_once(engine, fresh)
    except BaseException:
        await engine.dispose()
        raise
    context = {"now": now, "timezone": timezone}
    standing = EhrShape.model_validate_json(document, context=context)
    return DemoEhr(engine, standing, clock, timezone, frozenset(closed))


async def _seed_once(engine: AsyncEngine, fresh: EhrShape) -> str:
    """Makes the tables and lays the seed down if none stands; returns the seed that stands."""
    async with engine.execution_options(immediate=True).begin() as connection:
        await connection.run_sync(metadata.create_all)
        standing: str | None = await connection.scalar(select(seeds.c.document))
        if standing is not None:
            return standing
        document = fresh.model_dump_json(by_alias=True)
        await connection.execute(insert(seeds).values(id=1, document=document))
        minutes = {service.id: service.duration_minutes for service in fresh.service_types}
        for shape in fresh.appointments:
            end = shape.start + timedelta(minutes=minutes[shape.service_type])
            await insert_appointment(connection, appointment_entry(shape), end)
        for entry in fresh.waitlist:
            await insert_waitlist_entry(connection, waitlist_entry(entry))
        return document


class DemoEhr:
    """Can do everything that a capability names.

    `available = False` makes every call raise `EhrUnavailable`, as an EHR that is down.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        seed: EhrShape,
        clock: Clock,
        timezone: ZoneInfo,
        closed: frozenset[date],
    ) -> None:
        self.available = True
        self._engine = engine
        self._writing = asyncio.Lock()
        self._seed = seed
        self._clock = clock
        self._timezone = timezone
        self._catalogue = catalogue_of(seed)
        self._book = Book(self._catalogue, tuple(seed.schedules), closed, timezone)

    async def close(self) -> None:
        await self._engine.dispose()

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability) - WITHOUT

    async def patient(self, patient_id: PatientId) -> Patient | None:
        self._check_available()
        return self._catalogue.patients.get(patient_id)

    async def practitioners(self) -> tuple[Practitioner, ...]:
        self._check_available()
        return tuple(self._catalogue.practitioners.values())

    async def locations(self) -> tuple[Location, ...]:
        self._check_available()
        return self._catalogue.locations

    async def service_types(self) -> tuple[ServiceType, ...]:
        self._check_available()
        return tuple(self._catalogue.service_types.values())

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        async with self._reading() as connection:
            return await self._book.of_patient(connection, patient_id)

    async def find_slots(self, query: SlotQuery) -> tuple[Slot, ...]:
        async with self._reading() as connection:
            return await self._book.free(connection, query, self._clock.now())

    async def book(self, booking: Booking) -> Appointment:
        return await self._write_appointment(
            "book",
            booking.key,
            booking.patient_id,
            lambda connection: self._book.add(connection, booking, self._clock.now()),
        )

    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        return await self._set_status(patient_id, appointment_id, key, AppointmentStatus.CANCELLED)

    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        return await self._set_status(patient_id, appointment_id, key, AppointmentStatus.CONFIRMED)

    async def waitlist(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        async with self._reading() as connection:
            return await self._waitlist(connection, patient_id)

    async def join_waitlist(self, entry: WaitlistEntry, key: IdempotencyKey) -> WaitlistEntry:
        """Raises `NotFound` for an unknown patient, service type or practitioner."""
        if (
            entry.patient_id not in self._catalogue.patients
            or entry.service_type not in self._catalogue.service_types
            or entry.practitioner_id not in {None, *self._catalogue.practitioners}
        ):
            raise NotFound("no such patient, service type or practitioner")
        new = replace(
            entry,
            id=entry.id or numbered("WL", key),
            created=entry.created or self._clock.now(),
        )

        async def join(connection: AsyncConnection) -> str:
            await insert_waitlist_entry(connection, new)
            return new.id

        async with self._transaction() as connection:
            entry_id = await _once(connection, "join_waitlist", key, join)
            row = await connection.execute(select(waitlist).where(waitlist.c.id == entry_id))
            standing = row.mappings().one_or_none()
        # Joined with this key and left since: the first result is what the key still means.
        return waitlist_entry_of(standing, self._timezone) if standing else new

    async def leave_waitlist(self, patient_id: PatientId, entry_id: str) -> None:
        async with self._transaction() as connection:
            gone = await connection.execute(
                delete(waitlist).where(
                    waitlist.c.id == entry_id, waitlist.c.patient_id == patient_id
                )
            )
            if gone.rowcount == 0:
                raise NotFound("no such entry on the waitlist")

    async def account(self, patient_id: PatientId) -> Account | None:
        self._check_available()
        return self._catalogue.accounts.get(patient_id)

    async def coverages(self, patient_id: PatientId) -> tuple[Coverage, ...]:
        self._check_available()
        return tuple(c for c in self._catalogue.coverages if c.patient_id == patient_id)

    async def medication_requests(self, patient_id: PatientId) -> tuple[MedicationRequest, ...]:
        self._check_available()
        return tuple(m for m in self._catalogue.medication_requests if m.patient_id == patient_id)

    async def orders(self, patient_id: PatientId) -> tuple[Order, ...]:
        self._check_available()
        return tuple(order for order in self._catalogue.orders if order.patient_id == patient_id)

    async def forms(self, patient_id: PatientId) -> tuple[Form, ...]:
        self._check_available()
        return tuple(form for form in self._catalogue.forms if form.patient_id == patient_id)

    async def export(self) -> dict[str, Any]:
        """The current state in the shape of `ehr.json`, times in ISO 8601 with offset."""
        async with self._reading() as connection:
            appointments = await self._book.all(connection)
            entries = await self._waitlist(connection)
        current = self._seed.model_copy(
            update={
                "appointments": [appointment_shape(one) for one in appointments],
                "waitlist": [waitlist_shape(entry) for entry in entries],
            }
        )
        return current.model_dump(mode="json", by_alias=True, exclude_none=True)

    async def _set_status(
        self,
        patient_id: PatientId,
        appointment_id: AppointmentId,
        key: IdempotencyKey,
        status: AppointmentStatus,
    ) -> Appointment:
        return await self._write_appointment(
            status.value,
            key,
            patient_id,
            lambda connection: self._book.set_status(
                connection, patient_id, appointment_id, status
            ),
        )

    async def _write_appointment(
        self, verb: str, key: IdempotencyKey, patient_id: PatientId, write: Write
    ) -> Appointment:
        """Writes once for (verb, key) and reads back what stands."""
        async with self._transaction() as connection:
            appointment_id = await _once(connection, verb, key, write)
        async with self._reading() as connection:
            appointment = await self._book.one(connection, appointment_id)
        if appointment.patient_id != patient_id:
            raise NotFound("no such appointment")
        return appointment

    async def _waitlist(
        self, connection: AsyncConnection, patient_id: PatientId | None = None
    ) -> tuple[WaitlistEntry, ...]:
        query = select(waitlist).order_by(waitlist.c.position)
        if patient_id is not None:
            query = query.where(waitlist.c.patient_id == patient_id)
        rows = await connection.execute(query)
        return tuple(waitlist_entry_of(row, self._timezone) for row in rows.mappings())

    def _check_available(self) -> None:
        if not self.available:
            raise EhrUnavailable("the demo EHR is switched off")

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        self._check_available()
        try:
            async with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise EhrUnavailable(f"the demo EHR's file failed: {type(error).__name__}") from error

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        """One writer at a time: queueing here is fair, waiting on SQLite's lock is not."""
        self._check_available()
        try:
            async with (
                self._writing,
                self._engine.execution_options(immediate=True).begin() as connection,
            ):
                yield connection
        except SQLAlchemyError as error:
            raise EhrUnavailable(f"the demo EHR's file failed: {type(error).__name__}") from error


async def _once(connection: AsyncConnection, verb: str, key: IdempotencyKey, write: Write) -> str:
    """The id that `write` returned the first time it stood under (verb, key)."""
    standing: str | None = await connection.scalar(
        select(done.c.result_id).where(done.c.verb == verb, done.c.key == key)
    )
    if standing is not None:
        return standing
    result_id = await write(connection)
    await connection.execute(insert(done).values(verb=verb, key=key, result_id=result_id))
    return result_id
