"""Patients, practitioners and what a practice offers."""

from dataclasses import dataclass
from datetime import date

from agent.domain.ids import LocationId, PatientId, PractitionerId, ServiceTypeId
from agent.domain.terms import Language

ADULT = 18


@dataclass(frozen=True, slots=True)
class Patient:
    """A FHIR Patient, cut to what a conversation may know (minimum necessary)."""

    id: PatientId
    first_name: str
    last_name: str
    birth_date: date
    preferred_name: str | None = None
    phone: str | None = None
    language: Language = "en"
    preferred_channel: str = "portal"
    ai_chat_consent: bool = False
    practitioner_ids: tuple[PractitionerId, ...] = ()

    @property
    def display_name(self) -> str:
        return self.preferred_name or self.first_name

    def age_on(self, day: date) -> int:
        """Whole years on `day`."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def is_minor_on(self, day: date) -> bool:
        return self.age_on(day) < ADULT


@dataclass(frozen=True, slots=True)
class Practitioner:
    id: PractitionerId
    name: str
    role: str = ""
    service_types: tuple[ServiceTypeId, ...] = ()
    location_id: LocationId | None = None


@dataclass(frozen=True, slots=True)
class Location:
    id: LocationId
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class ServiceType:
    """A kind of visit; `new_patients`: open to people who were never seen here."""

    id: ServiceTypeId
    name: str
    duration_minutes: int
    modalities: tuple[str, ...] = ("in_person",)
    new_patients: bool = True
