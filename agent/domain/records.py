"""Money, coverage, prescriptions, orders and forms, as far as a conversation may show them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.domain.ids import PatientId, PractitionerId


@dataclass(frozen=True, slots=True)
class Charge:
    id: str
    date: datetime
    description: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Payment:
    date: datetime
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Account:
    """What the patient owes (a negative balance is a credit), and what it consists of."""

    patient_id: PatientId
    balance_cents: int
    as_of: datetime
    charges: tuple[Charge, ...] = ()
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Insurance on file; never a statement that something is covered."""

    patient_id: PatientId
    payer: str
    plan: str = ""
    member_id: str = ""
    copay_cents: int | None = None
    status: str = "active"
    sessions_remaining: int | None = None
    authorization_expires: datetime | None = None


class MedicationRequestStatus(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class MedicationRequest:
    """A FHIR MedicationRequest (`prescriptions` in the demo seed)."""

    id: str
    patient_id: PatientId
    medication: str
    status: MedicationRequestStatus
    refills_remaining: int = 0
    prescriber_id: PractitionerId | None = None
    pharmacy: str = ""
    controlled: bool = False


class OrderStatus(StrEnum):
    ORDERED = "ordered"
    AT_LAB = "at_lab"
    DELAYED = "delayed"
    READY = "ready"
    DISPENSED = "dispensed"


@dataclass(frozen=True, slots=True)
class Order:
    """Glasses, contact lenses and the like."""

    id: str
    patient_id: PatientId
    kind: str
    description: str
    status: OrderStatus
    ordered_on: datetime | None = None
    expected_on: datetime | None = None
    note: str = ""


class FormStatus(StrEnum):
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Form:
    id: str
    patient_id: PatientId
    name: str
    status: FormStatus
    due: datetime | None = None
    url: str = ""
