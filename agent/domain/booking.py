"""Appointments, slots and the waitlist."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.domain.ids import (
    AppointmentId,
    IdempotencyKey,
    LocationId,
    PatientId,
    PractitionerId,
    ServiceTypeId,
    SlotId,
)


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    WAITLIST = "waitlist"


@dataclass(frozen=True, slots=True)
class Appointment:
    id: AppointmentId
    patient_id: PatientId
    practitioner_id: PractitionerId
    service_type: ServiceTypeId
    start: datetime
    status: AppointmentStatus = AppointmentStatus.BOOKED
    modality: str = "in_person"
    telehealth_url: str | None = None
    location_id: LocationId | None = None
    replaces: AppointmentId | None = None

    @property
    def is_open(self) -> bool:
        """Still to take place: booked or confirmed."""
        return self.status in (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time of one practitioner for one service; the id is opaque to everybody else."""

    id: SlotId
    practitioner_id: PractitionerId
    service_type: ServiceTypeId
    start: datetime
    end: datetime
    location_id: LocationId | None = None


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """Free slots with start in [earliest, latest), soonest first, at most `limit`.

    `practitioner_ids` empty = anyone who offers the service.
    """

    service_type: ServiceTypeId
    earliest: datetime
    latest: datetime
    practitioner_ids: tuple[PractitionerId, ...] = ()
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking to be made. `key`: the same key twice gives the same appointment.

    `replaces`: the appointment that this one moves; it is cancelled once the new one stands.
    """

    patient_id: PatientId
    slot_id: SlotId
    modality: str
    key: IdempotencyKey
    replaces: AppointmentId | None = None


@dataclass(frozen=True, slots=True)
class WaitlistEntry:
    """A wish for an earlier or a full time; `preferences` is the patient's wording, encrypted
    wherever it is stored by us."""

    id: str
    patient_id: PatientId
    service_type: ServiceTypeId
    practitioner_id: PractitionerId | None = None
    preferences: str = ""
    created: datetime | None = None
