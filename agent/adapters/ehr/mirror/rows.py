"""The tables of an export: which columns each has, and what may stand in them."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo

from agent.adapters.directory import LocationShape, PractitionerShape, ServiceTypeShape
from agent.domain.booking import Appointment, AppointmentStatus
from agent.domain.ids import AppointmentId, LocationId, PatientId, PractitionerId, ServiceTypeId
from agent.domain.people import Patient

LISTS = frozenset({"service_types", "practitioner_ids", "modalities"})
"""Columns that may hold several, with semicolons between them."""


def _date(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    layout = _context(info)["date_format"]
    try:
        if layout is None:
            return date.fromisoformat(value)
        return datetime.strptime(value, layout).date()  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"not a date like {layout or '1990-12-31'}") from None


def _instant(value: object, info: ValidationInfo) -> object:
    """Aware. A time that the clocks skip is refused; one that comes twice is the first."""
    if not isinstance(value, str):
        return value
    context = _context(info)
    layout, zone = context["time_format"], context["timezone"]
    try:
        moment = (
            datetime.fromisoformat(value) if layout is None else datetime.strptime(value, layout)  # noqa: DTZ007
        )
    except ValueError:
        raise ValueError(f"not a time like {layout or '2026-12-31T09:00'}") from None
    return moment.astimezone(zone) if moment.tzinfo else in_zone(moment, zone)


def in_zone(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which a clock on the wall in `zone` shows `wall` (naive)."""
    moment = wall.replace(tzinfo=zone)
    back = datetime.fromtimestamp(moment.timestamp(), zone)
    if back.replace(tzinfo=None, fold=0) != wall.replace(fold=0):
        raise ValueError("the clocks skip that time")
    return moment


def _context(info: ValidationInfo) -> dict[str, Any]:
    assert isinstance(info.context, dict)
    return info.context


def _https(value: str) -> str:
    if not value.startswith("https://"):
        raise ValueError("not an https:// address")
    return value


Id = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class PatientRow(BaseModel):
    id: Id
    first_name: Text
    last_name: Text
    birth_date: Annotated[date, BeforeValidator(_date)]
    preferred_name: Text | None = None
    phone: Text | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    preferred_channel: Text = "portal"
    ai_chat_consent: bool = False
    practitioner_ids: tuple[Id, ...] = ()

    def value(self) -> Patient:
        return Patient(
            id=PatientId(self.id),
            first_name=self.first_name,
            last_name=self.last_name,
            birth_date=self.birth_date,
            preferred_name=self.preferred_name,
            phone=self.phone,
            language=self.language,
            preferred_channel=self.preferred_channel,
            ai_chat_consent=self.ai_chat_consent,
            practitioner_ids=tuple(PractitionerId(one) for one in self.practitioner_ids),
        )


class AppointmentRow(BaseModel):
    id: Id
    patient_id: Id
    practitioner_id: Id
    service_type: Id
    start: Annotated[datetime, BeforeValidator(_instant)]
    status: AppointmentStatus = AppointmentStatus.BOOKED
    modality: Text = "in_person"
    telehealth_url: Annotated[str, BeforeValidator(_https)] | None = None
    location_id: Id | None = None

    def value(self) -> Appointment:
        return Appointment(
            id=AppointmentId(self.id),
            patient_id=PatientId(self.patient_id),
            practitioner_id=PractitionerId(self.practitioner_id),
            service_type=ServiceTypeId(self.service_type),
            start=self.start,
            status=self.status,
            modality=self.modality,
            telehealth_url=self.telehealth_url,
            location_id=LocationId(self.location_id) if self.location_id else None,
        )


SHAPES: dict[str, type[BaseModel]] = {
    "patients": PatientRow,
    "appointments": AppointmentRow,
    "practitioners": PractitionerShape,
    "locations": LocationShape,
    "service_types": ServiceTypeShape,
}
"""Table -> what a row of `<table>.csv` holds."""
