"""`RestEhr`: one dialect answers the `Ehr` port; it can do what has an operation, no more."""

from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

from agent.adapters.directory import DirectoryShape
from agent.adapters.ehr.rest.booking import Calendar
from agent.adapters.ehr.rest.dialect import Dialect
from agent.adapters.ehr.rest.messages import Messages
from agent.adapters.ehr.rest.records import Records
from agent.domain.booking import Appointment, Booking, Slot, SlotQuery, WaitlistEntry
from agent.domain.correspondence import EhrEvent, Letter
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.domain.records import Account, Coverage, Form, MedicationRequest, Order
from agent.domain.terms import Capability
from agent.ports import EhrUnavailable

BY_SCHEDULE = frozenset({Capability.FIND_SLOTS, Capability.BOOK})
"""Free times are the schedules of directory.json less what the EHR's calendar holds."""


class RestEhr:
    """Practitioners, locations and services come from `directory.json`: no dialect serves them."""

    def __init__(
        self,
        dialect: Dialect,
        directory: DirectoryShape,
        records: Records,
        calendar: Calendar,
        messages: Messages,
    ) -> None:
        self._dialect = dialect
        self._records = records
        self._calendar = calendar
        self._messages = messages
        self._practitioners = tuple(shape.value() for shape in directory.practitioners)
        self._locations = tuple(shape.value() for shape in directory.locations)
        self._service_types = tuple(shape.value() for shape in directory.service_types)
        scheduled = bool(directory.schedules)
        self._capabilities = dialect.capabilities - (frozenset() if scheduled else BY_SCHEDULE)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._capabilities

    async def patient(self, patient_id: PatientId) -> Patient | None:
        return await self._records.patient(patient_id)

    async def practitioners(self) -> tuple[Practitioner, ...]:
        return self._practitioners

    async def locations(self) -> tuple[Location, ...]:
        return self._locations

    async def service_types(self) -> tuple[ServiceType, ...]:
        return self._service_types

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        rows = await self._records.appointment_rows(patient_id)
        return tuple(self._records.appointment(row) for row in rows)

    async def find_slots(self, query: SlotQuery) -> tuple[Slot, ...]:
        return await self._calendar.find_slots(query)

    async def book(self, booking: Booking) -> Appointment:
        """Raises `SlotTaken`, `Overlapping`, `NotFound`, `Unconfirmed`."""
        return await self._calendar.book(booking)

    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        self._cannot(Capability.CANCEL)

    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        return await self._calendar.confirm(patient_id, appointment_id)

    async def waitlist(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        self._cannot(Capability.WAITLIST)

    async def join_waitlist(self, entry: WaitlistEntry, key: IdempotencyKey) -> WaitlistEntry:
        self._cannot(Capability.WAITLIST)

    async def leave_waitlist(self, patient_id: PatientId, entry_id: str) -> None:
        self._cannot(Capability.WAITLIST)

    async def account(self, patient_id: PatientId) -> Account | None:
        return await self._records.account(patient_id)

    async def coverages(self, patient_id: PatientId) -> tuple[Coverage, ...]:
        return await self._records.coverages(patient_id)

    async def medication_requests(self, patient_id: PatientId) -> tuple[MedicationRequest, ...]:
        return await self._records.medication_requests(patient_id)

    async def orders(self, patient_id: PatientId) -> tuple[Order, ...]:
        return await self._records.orders(patient_id)

    async def forms(self, patient_id: PatientId) -> tuple[Form, ...]:
        return await self._records.forms(patient_id)

    async def post_message(self, letter: Letter) -> str:
        return await self._messages.post(letter)

    def read_webhook(
        self, body: bytes, headers: Mapping[str, str], at: datetime
    ) -> tuple[EhrEvent, ...]:
        return self._messages.arrived(body, at)

    def _cannot(self, capability: Capability) -> NoReturn:
        """No dialect has it; whoever asked the capabilities first does not come here."""
        raise EhrUnavailable(f"{self._dialect.name} has no {capability}")
