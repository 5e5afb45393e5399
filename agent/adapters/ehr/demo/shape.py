"""The shape of `ehr.json` (CONTRACTS 3), as pydantic models with absolute times."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo

from agent.adapters.ehr.demo.times import seed_time
from agent.domain.booking import AppointmentStatus
from agent.domain.records import FormStatus, MedicationRequestStatus, OrderStatus

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _seed_time(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str) and info.context is not None:
        return seed_time(value, info.context["now"], info.context["timezone"])
    return value


def _clock_time(value: object) -> object:
    """`"09:00"`; the number of minutes that pydantic would also take is refused."""
    if not isinstance(value, str):
        raise ValueError("not a time of day like 09:00")
    return value


Id = Annotated[str, Field(min_length=1, max_length=100)]
When = Annotated[datetime, BeforeValidator(_seed_time)]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_clock_time),
    PlainSerializer(lambda clock: clock.strftime("%H:%M"), return_type=str),
]
Minutes = Annotated[int, Field(ge=5, le=24 * 60)]
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


class PractitionerShape(_Object):
    id: Id
    name: str
    role: str = ""
    service_types: list[Id] = []
    location_id: Id | None = None


class LocationShape(_Object):
    id: Id
    name: str
    address: str = ""


class ServiceTypeShape(_Object):
    id: Id
    name: str
    duration_minutes: Minutes
    modalities: Annotated[list[str], Field(min_length=1)] = ["in_person"]
    new_patients: bool = True


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


class ScheduleShape(_Object):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    practitioner_id: Id
    service_type: Id
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    opens: TimeOfDay = Field(alias="from")
    closes: TimeOfDay = Field(alias="to")
    every_minutes: Minutes


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
