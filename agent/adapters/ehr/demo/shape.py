"""The shape of `ehr.json` (CONTRACTS 3), as pydantic models with absolute times."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from agent.adapters.directory import (
    Id,
    LocationShape,
    PractitionerShape,
    ScheduleShape,
    ServiceTypeShape,
)
from agent.adapters.ehr.demo.times import seed_time
from agent.domain.booking import AppointmentStatus
from agent.domain.records import FormStatus, MedicationRequestStatus, OrderStatus


def _seed_time(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str) and info.context is not None:
        return seed_time(value, info.context["now"], info.context["timezone"])
    return value


When = Annotated[datetime, BeforeValidator(_seed_time)]
Count = Annotated[int, Field(ge=0)]


class _Object(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PatientShape(_Object):
    id: Id
    first_name: str
    last_name: str
    preferred_name: str | None = None
    birth_date: date
    phone: str | None = None
    language: str = "en"
    preferred_channel: str = "portal"
    consents: dict[str, bool] = {}
    practitioner_ids: list[Id] = []


class AppointmentShape(_Object):
    id: Id
    patient_id: Id
    practitioner_id: Id
    service_type: Id
    start: When
    status: AppointmentStatus = AppointmentStatus.BOOKED
    modality: str = "in_person"
    telehealth_url: str | None = None
    location_id: Id | None = None
    replaces: Id | None = None


class ChargeShape(_Object):
    id: Id
    date: When
    description: str
    amount_cents: int


class PaymentShape(_Object):
    date: When
    amount_cents: int


class AccountShape(_Object):
    patient_id: Id
    balance_cents: int
    as_of: When
    charges: list[ChargeShape] = []
    payments: list[PaymentShape] = []


class CoverageShape(_Object):
    patient_id: Id
    payer: str
    plan: str = ""
    member_id: str = ""
    copay_cents: int | None = None
    status: str = "active"
    sessions_remaining: Count | None = None
    authorization_expires: When | None = None


class PrescriptionShape(_Object):
    id: Id
    patient_id: Id
    medication: str
    status: MedicationRequestStatus
    refills_remaining: Count = 0
    prescriber_id: Id | None = None
    pharmacy: str = ""
    controlled: bool = False


class OrderShape(_Object):
    id: Id
    patient_id: Id
    kind: str
    description: str
    status: OrderStatus
    ordered_on: When | None = None
    expected_on: When | None = None
    note: str = ""


class FormShape(_Object):
    id: Id
    patient_id: Id
    name: str
    status: FormStatus
    due: When | None = None
    url: str = ""


class WaitlistShape(_Object):
    id: Id
    patient_id: Id
    service_type: Id
    practitioner_id: Id | None = None
    preferences: str = ""
    created: When | None = None


class EhrShape(_Object):
    patients: list[PatientShape] = []
    practitioners: list[PractitionerShape] = []
    locations: list[LocationShape] = []
    service_types: list[ServiceTypeShape] = []
    appointments: list[AppointmentShape] = []
    schedules: list[ScheduleShape] = []
    accounts: list[AccountShape] = []
    coverages: list[CoverageShape] = []
    prescriptions: list[PrescriptionShape] = []
    orders: list[OrderShape] = []
    forms: list[FormShape] = []
    waitlist: list[WaitlistShape] = []
