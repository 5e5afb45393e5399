"""Appointments, slots and the waitlist of the session's patient."""

from datetime import datetime

from agent.domain.booking import (
    Appointment,
    AppointmentStatus,
    Booking,
    Slot,
    SlotQuery,
    WaitlistEntry,
)
from agent.domain.ids import AppointmentId, PractitionerId, ServiceTypeId, SlotId
from agent.domain.terms import Capability
from agent.tools.session import ToolSession


async def list_appointments(session: ToolSession, now: datetime) -> tuple[Appointment, ...]:
    """Open appointments still to come, soonest first."""
    return tuple(a for a in await _all(session) if a.is_open and a.start > now)


async def has_been_seen(session: ToolSession, service_type: ServiceTypeId) -> bool:
    """Whether the patient has had a visit here, or has or had one of this kind."""
    seen = AppointmentStatus.COMPLETED
    return any(a.service_type == service_type or a.status is seen for a in await _all(session))


async def _all(session: ToolSession) -> tuple[Appointment, ...]:
    return await session.call(
        "list_appointments",
        lambda: session.ehr.appointments(session.patient_id),
        Capability.LIST_APPOINTMENTS,
        once=True,
    )


async def find_slots(
    session: ToolSession,
    service_type: ServiceTypeId,
    practitioner_ids: tuple[PractitionerId, ...],
    earliest: datetime,
    latest: datetime,
) -> tuple[Slot, ...]:
    query = SlotQuery(service_type, earliest, latest, practitioner_ids)
    return await session.call(
        "find_slots", lambda: session.ehr.find_slots(query), Capability.FIND_SLOTS
    )


async def book_appointment(session: ToolSession, slot_id: SlotId, modality: str) -> Appointment:
    """Raises `SlotTaken`, `Overlapping`."""
    booking = Booking(session.patient_id, slot_id, modality, session.key("book"))
    return await session.call(
        "book_appointment", lambda: session.ehr.book(booking), Capability.BOOK, writes=True
    )


async def reschedule_appointment(
    session: ToolSession, old: AppointmentId, slot_id: SlotId, modality: str
) -> Appointment:
    """Books the new time first and cancels the old second. Raises `SlotTaken`, `Overlapping`."""
    booking = Booking(session.patient_id, slot_id, modality, session.key("move"), replaces=old)
    return await session.call(
        "reschedule_appointment",
        lambda: session.ehr.book(booking),
        Capability.RESCHEDULE,
        writes=True,
    )


async def cancel_appointment(session: ToolSession, appointment: AppointmentId) -> Appointment:
    return await session.call(
        "cancel_appointment",
        lambda: session.ehr.cancel(session.patient_id, appointment, session.key("cancel")),
        Capability.CANCEL,
        writes=True,
    )


async def confirm_appointment(session: ToolSession, appointment: AppointmentId) -> Appointment:
    return await session.call(
        "confirm_appointment",
        lambda: session.ehr.confirm(session.patient_id, appointment, session.key("confirm")),
        Capability.CONFIRM,
        writes=True,
    )


async def list_waitlist(session: ToolSession) -> tuple[WaitlistEntry, ...]:
    return await session.call(
        "list_waitlist",
        lambda: session.ehr.waitlist(session.patient_id),
        Capability.WAITLIST,
        once=True,
    )


async def join_waitlist(
    session: ToolSession,
    service_type: ServiceTypeId,
    practitioner_id: PractitionerId | None,
    preferences: str,
) -> WaitlistEntry:
    entry = WaitlistEntry("", session.patient_id, service_type, practitioner_id, preferences)
    return await session.call(
        "join_waitlist",
        lambda: session.ehr.join_waitlist(entry, session.key("waitlist")),
        Capability.WAITLIST,
        writes=True,
    )


async def leave_waitlist(session: ToolSession, entry_id: str) -> None:
    await session.call(
        "leave_waitlist",
        lambda: session.ehr.leave_waitlist(session.patient_id, entry_id),
        Capability.WAITLIST,
        writes=True,
    )
