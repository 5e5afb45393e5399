"""The verbs of `Ehr` that an adapter may leave undeclared; each refuses."""

from agent.domain.booking import Appointment, Booking, Slot, SlotQuery, WaitlistEntry
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.domain.records import Account, Coverage, Form, MedicationRequest, Order
from agent.ports import EhrUnavailable


class Undeclared:
    """Base of an adapter that declares less than everything: it overrides what it declares.

    The agent asks for a declared capability before it calls, so these are the second lock.
    """

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        raise _refused("appointments")

    async def find_slots(self, query: SlotQuery) -> tuple[Slot, ...]:
        raise _refused("find_slots")

    async def book(self, booking: Booking) -> Appointment:
        raise _refused("book")

    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        raise _refused("cancel")

    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        raise _refused("confirm")

    async def waitlist(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        raise _refused("waitlist")

    async def join_waitlist(self, entry: WaitlistEntry, key: IdempotencyKey) -> WaitlistEntry:
        raise _refused("join_waitlist")

    async def leave_waitlist(self, patient_id: PatientId, entry_id: str) -> None:
        raise _refused("leave_waitlist")

    async def account(self, patient_id: PatientId) -> Account | None:
        raise _refused("account")

    async def coverages(self, patient_id: PatientId) -> tuple[Coverage, ...]:
        raise _refused("coverages")

    async def medication_requests(self, patient_id: PatientId) -> tuple[MedicationRequest, ...]:
        raise _refused("medication_requests")

    async def orders(self, patient_id: PatientId) -> tuple[Order, ...]:
        raise _refused("orders")

    async def forms(self, patient_id: PatientId) -> tuple[Form, ...]:
        raise _refused("forms")


def _refused(verb: str) -> EhrUnavailable:
    return EhrUnavailable(f"this adapter declares no {verb}")
