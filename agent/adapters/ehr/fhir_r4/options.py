"""What `[ehr.fhir_r4]` of practice.toml says, checked."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from agent.domain.ids import ServiceTypeId
from agent.domain.people import ServiceType
from agent.domain.terms import Capability
from knowledge.errors import InputError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SCOPES = (
    "system/Patient.rs system/Practitioner.rs system/PractitionerRole.rs system/Location.rs "
    "system/HealthcareService.rs system/Schedule.rs system/Slot.rus system/Appointment.crus "
    "system/AppointmentResponse.crs "
    "system/Consent.rs system/Account.rs system/Invoice.rs system/Coverage.rs "
    "system/MedicationRequest.rs system/Medication.rs system/DeviceRequest.rs "
    "system/SupplyRequest.rs system/VisionPrescription.rs system/Task.crus "
    "system/Communication.crs system/AuditEvent.crs system/Provenance.crs"
)

_WORDS = {"extra_forbidden": "unknown key", "missing": "is missing"}


def safe_url(url: str) -> str:
    """Passwords, tokens and patients travel in it: https, except on this machine."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise ValueError("not an https URL")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("must be https, except on this machine")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("must have no user, query or fragment")
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(safe_url)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServiceOption(_Table):
    """A service type of an EHR that has no HealthcareService."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    name: Annotated[str, Field(min_length=1)]
    duration_minutes: Annotated[int, Field(ge=5, le=24 * 60)]
    modalities: Annotated[tuple[str, ...], Field(min_length=1)] = ("in_person",)
    new_patients: bool = True

    def service_type(self) -> ServiceType:
        return ServiceType(
            ServiceTypeId(self.id),
            self.name,
            self.duration_minutes,
            self.modalities,
            self.new_patients,
        )


class Options(_Table):
    """`auth`: `smart` signs with PORTICO_EHR_PRIVATE_KEY_FILE, `bearer` sends PORTICO_EHR_API_KEY,
    `none` is for a server on this machine."""

    base_url: Url
    auth: Literal["smart", "bearer", "none"] = "smart"
    client_id: str = ""
    key_id: str = ""
    """The `kid` under which the public key was registered."""
    token_url: Url | None = None
    """Unset: `<base_url>/.well-known/smart-configuration` says it."""
    scopes: Annotated[str, Field(min_length=1)] = SCOPES
    deadline_seconds: Annotated[float, Field(gt=0, le=30)] = 5.0
    """For one call, its pages and its retries."""
    off: frozenset[Capability] = frozenset()
    """What the assistant shall not do though the EHR can."""
    service_types: tuple[ServiceOption, ...] = ()
    """Unset: the EHR's HealthcareService resources."""
    telehealth_url: str | None = None
    """Where visits by video take place; `{id}` becomes a room that nobody can guess."""
    hold_seconds: Annotated[int, Field(ge=30, le=3600)] = 300
    """How long a slot may stay held by a booking that was never finished."""

    @field_validator("telehealth_url")
    @classmethod
    def _has_room(cls, url: str | None) -> str | None:
        if url is not None and (not url.startswith("https://") or url.count("{id}") != 1):
            raise ValueError("must be an https URL with {id} in it once")
        return url

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.auth == "smart" and not self.client_id:
            raise ValueError("client_id: is missing, and auth is smart")
        if self.auth == "none" and urlsplit(self.base_url).hostname not in LOOPBACK:
            raise ValueError("auth: none is only for a server on this machine")
        return self


def options_of(table: Mapping[str, object]) -> Options:
    """Raises `InputError` that names the key."""
    try:
        return Options.model_validate(table)
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        words = _WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        key = "".join(f"{part}: " for part in (".".join(map(str, fault["loc"])),) if part)
        raise InputError(f"practice.toml: ehr.fhir_r4.{key}{words}") from None
