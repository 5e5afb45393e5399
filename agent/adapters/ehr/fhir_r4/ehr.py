"""`FhirEhr` answers the `Ehr` port: each verb is one room's, and what a server refuses to a read is
an EHR that does not answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.audit import Audit
from agent.adapters.ehr.fhir_r4.booking import Booker
from agent.adapters.ehr.fhir_r4.capabilities import (
    NOTHING_KNOWN,
    PROVENANCE,
    Server,
    server_of,
)
from agent.adapters.ehr.fhir_r4.client import Denied, FhirClient, Refused, Stale
from agent.adapters.ehr.fhir_r4.desk import DeskTasks
from agent.adapters.ehr.fhir_r4.inbox import Inbox
from agent.adapters.ehr.fhir_r4.letters import Letters
from agent.adapters.ehr.fhir_r4.options import Options
from agent.adapters.ehr.fhir_r4.people import People
from agent.adapters.ehr.fhir_r4.reading import Reading
from agent.adapters.ehr.fhir_r4.slots import Slots
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.sweeper import Sweeper
from agent.adapters.ehr.fhir_r4.waitlist import Waitlist
from agent.domain.audit import LedgerRecord
from agent.domain.booking import Appointment, Booking, Slot, SlotQuery, WaitlistEntry
from agent.domain.correspondence import EhrEvent, Letter
from agent.domain.desk import Task
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.domain.records import Account, Coverage, Form, MedicationRequest, Order
from agent.domain.terms import Capability
from agent.ports import Clock, EhrUnavailable

BOOKINGS = frozenset({Capability.BOOK, Capability.RESCHEDULE, Capability.CANCEL})
"""What may leave a slot held."""
ASKED_AGAIN_AFTER = timedelta(seconds=10)
"""A server whose CapabilityStatement could not be read is asked at the next turn, not sooner."""


class FhirEhr:
    """What the server can do is asked at the start and, if it was down then, again later; until it
    has said so, it can do nothing."""

    def __init__(
        self,
        client: FhirClient,
        options: Options,
        clock: Clock,
        timezone: ZoneInfo,
        strangers: Strangers,
    ) -> None:
        self._client = client
        self._off = options.off
        self._clock = clock
        self._people = People(client, options, clock, timezone, strangers)
        self._reading = Reading(client, clock, timezone, strangers)
        self._slots = Slots(client, timezone)
        self._booker = Booker(
            client, options, clock, timezone, strangers, self._people, self._slots
        )
        self.sweeper = Sweeper(
            self._booker.holds, lambda: not BOOKINGS.isdisjoint(self.capabilities)
        )
        self._waitlist = Waitlist(client, clock, timezone, strangers, self._people)
        self._letters = Letters(client, strangers)
        self._tasks = DeskTasks(client, strangers)
        self._audit = Audit(client)
        self._inbox = Inbox(client, timezone, strangers)
        self._server: Server | None = None
        self._asked: datetime | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._known.capabilities(self._off)

    @property
    def _known(self) -> Server:
        return self._server or NOTHING_KNOWN

    async def discover(self) -> None:
        """Asks the server what it can do, unless it has said so or was asked just now."""
        now = self._clock.now()
        if self._server is not None or (
            self._asked is not None and now - self._asked < ASKED_AGAIN_AFTER
        ):
            return
        self._asked = now
        try:
            async with _answered():
                self._server = server_of(await self._client.capability_statement())
        except EhrUnavailable:
            return

    async def patient(self, patient_id: PatientId) -> Patient | None:
        async with _answered():
            patient, _ = await asyncio.gather(self._people.patient(patient_id), self.discover())
            return patient

    async def practitioners(self) -> tuple[Practitioner, ...]:
        async with _answered():
            return await self._people.practitioners()

    async def locations(self) -> tuple[Location, ...]:
        async with _answered():
            return await self._people.locations()

    async def service_types(self) -> tuple[ServiceType, ...]:
        async with _answered():
            return await self._people.service_types()

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        async with _answered():
            return await self._reading.appointments(patient_id)

    async def find_slots(self, query: SlotQuery) -> tuple[Slot, ...]:
        async with _answered():
            calendars, services = await asyncio.gather(
                self._slots.calendars(query.practitioner_ids), self._people.service_types()
            )
            service = next((one for one in services if one.id == query.service_type), None)
            if service is None:
                return ()
            duration = timedelta(minutes=service.duration_minutes)
            return await self._slots.free(query, calendars, duration, self._clock.now())

    async def book(self, booking: Booking) -> Appointment:
        async with _answered():
            return await self._booker.book(booking)

    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        async with _answered():
            return await self._booker.cancel(patient_id, appointment_id, key)

    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        async with _answered():
            return await self._booker.confirm(patient_id, appointment_id, key)

    async def waitlist(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        async with _answered():
            return await self._waitlist.of_patient(patient_id)

    async def join_waitlist(self, entry: WaitlistEntry, key: IdempotencyKey) -> WaitlistEntry:
        async with _answered():
            return await self._waitlist.join(entry, key)

    async def leave_waitlist(self, patient_id: PatientId, entry_id: str) -> None:
        async with _answered():
            await self._waitlist.leave(patient_id, entry_id)

    async def account(self, patient_id: PatientId) -> Account | None:
        async with _answered():
            return await self._reading.account(patient_id)

    async def coverages(self, patient_id: PatientId) -> tuple[Coverage, ...]:
        async with _answered():
            return await self._reading.coverages(patient_id)

    async def medication_requests(self, patient_id: PatientId) -> tuple[MedicationRequest, ...]:
        async with _answered():
            return await self._reading.medication_requests(patient_id)

    async def orders(self, patient_id: PatientId) -> tuple[Order, ...]:
        async with _answered():
            return await self._reading.orders(
                patient_id,
                supplies=self._known.searches("SupplyRequest", "subject"),
                prescriptions=self._known.searches("VisionPrescription", "patient"),
            )

    async def forms(self, patient_id: PatientId) -> tuple[Form, ...]:
        async with _answered():
            return await self._reading.forms(patient_id)

    # --- Chart ---

    async def post_message(self, letter: Letter) -> str:
        async with _admitted():
            return await self._letters.post(letter, provenance=self._known.meets(PROVENANCE))

    async def record_task(self, task: Task) -> None:
        async with _admitted():
            await self._tasks.record(task)

    async def record_events(
        self, patient_id: PatientId | None, records: Sequence[LedgerRecord]
    ) -> None:
        async with _admitted():
            await self._audit.record(patient_id, records)

    # --- Polled ---

    async def changes(self, cursor: str | None) -> tuple[tuple[EhrEvent, ...], str]:
        async with _answered():
            appointments = self._known.searches("Appointment", "_lastUpdated")
            return await self._inbox.changes(cursor, appointments=appointments)


@asynccontextmanager
async def _answered() -> AsyncIterator[None]:
    """A refusal or a lost race that no room made sense of is the EHR's own failure."""
    try:
        yield
    except (Refused, Stale) as error:
        raise EhrUnavailable(str(error)) from None


@asynccontextmanager
async def _admitted() -> AsyncIterator[None]:
    """What is written behind the turn: a refusal is final, a lost race or a key that does not open
    is tried again."""
    try:
        yield
    except (Denied, Stale) as error:
        raise EhrUnavailable(str(error)) from None
