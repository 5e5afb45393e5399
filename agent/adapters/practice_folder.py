"""Reads `practice.toml` into a checked `Practice`; every fault is one line that names the key."""

import logging
import tomllib
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from agent.adapters.ehr import registered
from agent.domain.ids import PatientId, StaffId
from agent.domain.terms import Mode, Role, Route
from agent.policy import (
    ALWAYS_FIXED,
    AUTOMATED,
    AlertPolicy,
    OpeningHours,
    Practice,
    Rung,
    SchedulingPolicy,
    StaffMember,
    Thresholds,
)
from knowledge.errors import InputError

log = logging.getLogger(__name__)

FILE = "practice.toml"
SPOKEN = frozenset({"en", "es"})


def load_practice(practice_dir: Path) -> Practice:
    """The practice that `practice_dir/practice.toml` describes (CONTRACTS 2).

    Raises `InputError` with file, key and reason; what merely looks unwise is logged.
    """
    path = practice_dir / FILE
    practice = _practice(_parse(path))
    for warning in practice_warnings(practice):
        log.warning("%s: %s", path, warning)
    return practice


def practice_warnings(practice: Practice) -> tuple[str, ...]:
    """What is allowed but probably not meant, one line each."""
    warnings = []
    if not practice.has_on_call and AUTOMATED & {
        practice.default_mode,
        *practice.automation.values(),
    }:
        warnings.append("staff: nobody has the role on_call, so every route runs as draft at most")
    held = {role for member in practice.staff for role in member.roles}
    for rung in practice.alerts.ladder:
        for target in rung.notify:
            kind, _, name = target.partition(":")
            if kind == "role" and Role(name) not in held:
                warnings.append(f"alerts.ladder: nobody has the role {name}")
    for language in practice.languages:
        if language not in SPOKEN:
            warnings.append(
                f"practice.languages: Portico answers in English and Spanish, not in {language!r}"
            )
    return tuple(dict.fromkeys(warnings))


def _parse(path: Path) -> "_File":
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None
    try:
        return _File.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{path}: {_first_fault(error.errors())}") from None


def _first_fault(faults: list[ErrorDetails]) -> str:
    fault = faults[0]
    reason = _REASONS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    rest = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{_key(fault['loc'])}{reason}{rest}"


_REASONS = {"extra_forbidden": "unknown key", "missing": "is missing"}


def _key(location: tuple[int | str, ...]) -> str:
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        elif part != "[key]":
            key += f".{part}" if key else part
    return f"{key}: " if key else ""


# --- the shape of the file ---------------------------------------------------------------------


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r} (like America/Chicago)") from None
    return name


def _phone(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        raise ValueError(f"not a phone number in international form: {number!r}") from None
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError(f"not a possible phone number: {number!r}")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _opening_hours(text: object) -> OpeningHours:
    try:
        opens, closes = (time.fromisoformat(part.strip()) for part in str(text).split("-"))
    except ValueError:
        raise ValueError(f"not hours like 08:00-18:00: {text!r}") from None
    if opens >= closes or opens.tzinfo or closes.tzinfo:
        raise ValueError(f"opens at or after it closes: {text!r}")
    return OpeningHours(opens, closes)


def _day(value: object) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"not a day like 2026-12-25: {value!r}") from None


def _route(name: str) -> str:
    if name in ALWAYS_FIXED:
        raise ValueError("is always the fixed card and the alert; it has no mode")
    if name not in {*Route, "default"}:
        raise ValueError(f"unknown route {name!r}")
    return name


def _one_of(terms: type[StrEnum]) -> AfterValidator:
    """The text must be a word of `terms`; it becomes that word."""

    def check(text: str) -> str:
        if text not in list(terms):
            raise ValueError(f"{text!r} is not one of {', '.join(terms)}")
        return terms(text)

    return AfterValidator(check)


def _target(text: str) -> str:
    kind, _, name = text.partition(":")
    if kind not in ("role", "staff") or not name:
        raise ValueError(f"{text!r} is neither role:<role> nor staff:<id>")
    if kind == "role" and name not in list(Role):
        raise ValueError(f"unknown role {name!r}")
    return text


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        raise ValueError(f"not an https:// address: {url!r}")
    return url


_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Phone = Annotated[str, AfterValidator(_phone)]
_Hours = Annotated[OpeningHours, BeforeValidator(_opening_hours)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=0)]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True
    )


class _PracticeSection(_Section):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    name: _Name
    timezone: Annotated[str, AfterValidator(_timezone)]
    phone: _Phone
    languages: list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]] = Field(
        default=["en"], min_length=1
    )
    after_hours_phone: _Phone | None = None
    jurisdiction: str = ""


class _HoursSection(_Section):
    mon: _Hours | None = None
    tue: _Hours | None = None
    wed: _Hours | None = None
    thu: _Hours | None = None
    fri: _Hours | None = None
    sat: _Hours | None = None
    sun: _Hours | None = None
    closed: list[Annotated[date, BeforeValidator(_day)]] = []

    def by_weekday(self) -> dict[int, OpeningHours]:
        week = (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)
        return {day: hours for day, hours in enumerate(week) if hours is not None}


class _ThresholdsSection(_Section):
    route: _Share = 0.60
    answer: _Share = 0.50


class _SchedulingSection(_Section):
    offer: Annotated[int, Field(ge=1, le=10)] = 3
    min_notice_hours: _Count = 4
    cancel_window_hours: _Count = 24
    late_cancel_fee_cents: _Count = 0
    reschedule: Literal["self", "request"] = "self"


class _Rung(_Section):
    after_seconds: _Count
    notify: Annotated[list[Annotated[str, AfterValidator(_target)]], Field(min_length=1)]


class _AlertsSection(_Section):
    ladder: list[_Rung] = []
    tell_patient_after_seconds: _Count = 600

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        seconds = [rung.after_seconds for rung in self.ladder]
        if seconds != sorted(seconds):
            raise ValueError("ladder: after_seconds must not fall from one rung to the next")
        return self


class _Staff(_Section):
    id: Annotated[str, Field(min_length=1, max_length=64)]
    name: _Name
    roles: Annotated[list[Annotated[str, _one_of(Role)]], Field(min_length=1)]
    email: str = ""
    caseload: list[str] = []


def _adapter(name: str) -> str:
    known = registered()
    if name not in known:
        raise ValueError(f"unknown adapter {name!r} (known: {', '.join(sorted(known))})")
    return name


class _EhrSection(_Section):
    """`adapter`, and a table of its name with what it needs."""

    model_config = ConfigDict(extra="allow")

    adapter: Annotated[str, AfterValidator(_adapter)] = "demo"
    test_patient: _Name | None = None

    @model_validator(mode="after")
    def _tables(self) -> Self:
        for name, value in self.options().items():
            if name != self.adapter:
                raise ValueError(f"{name}: the adapter is {self.adapter!r}")
            if not isinstance(value, dict):
                raise ValueError(f"{name}: must be a table")
        return self

    def options(self) -> dict[str, Any]:
        return self.model_extra or {}


class _BillingSection(_Section):
    payment_url: Annotated[str, AfterValidator(_https)] | None = None


class _File(_Section):
    practice: _PracticeSection
    hours: _HoursSection = _HoursSection()
    automation: dict[Annotated[str, AfterValidator(_route)], Annotated[str, _one_of(Mode)]] = {}
    thresholds: _ThresholdsSection = _ThresholdsSection()
    scheduling: _SchedulingSection = _SchedulingSection()
    alerts: _AlertsSection = _AlertsSection()
    staff: list[_Staff] = []
    ehr: _EhrSection = _EhrSection()
    billing: _BillingSection = _BillingSection()

    @model_validator(mode="after")
    def _references(self) -> Self:
        known: set[str] = set()
        for index, member in enumerate(self.staff):
            if member.id in known:
                raise ValueError(f"staff[{index}].id: {member.id!r} stands there twice")
            known.add(member.id)
        for index, rung in enumerate(self.alerts.ladder):
            for target in rung.notify:
                kind, _, name = target.partition(":")
                if kind == "staff" and name not in known:
                    raise ValueError(f"alerts.ladder[{index}].notify: unknown staff {name!r}")
        return self


# --- from the file to the values of the agent --------------------------------------------------


def _practice(file: _File) -> Practice:
    about = file.practice
    automation = {key: Mode(value) for key, value in file.automation.items()}
    return Practice(
        id=about.id,
        name=about.name,
        timezone=ZoneInfo(about.timezone),
        languages=tuple(about.languages),
        phone=about.phone,
        after_hours_phone=about.after_hours_phone,
        jurisdiction=about.jurisdiction,
        hours=file.hours.by_weekday(),
        closed=frozenset(file.hours.closed),
        default_mode=automation.pop("default", Mode.DRAFT),
        automation={Route(key): mode for key, mode in automation.items()},
        thresholds=Thresholds(**_values(file.thresholds)),
        scheduling=SchedulingPolicy(**_values(file.scheduling)),
        alerts=AlertPolicy(
            ladder=tuple(Rung(r.after_seconds, tuple(r.notify)) for r in file.alerts.ladder),
            tell_patient_after_seconds=file.alerts.tell_patient_after_seconds,
        ),
        staff=tuple(_member(member) for member in file.staff),
        ehr_adapter=file.ehr.adapter,
        ehr_options=file.ehr.options().get(file.ehr.adapter, {}),
        ehr_test_patient=PatientId(file.ehr.test_patient) if file.ehr.test_patient else None,
        payment_url=file.billing.payment_url,
    )


def _values(section: _Section) -> dict[str, Any]:
    return section.model_dump()


def _member(member: _Staff) -> StaffMember:
    return StaffMember(
        id=StaffId(member.id),
        name=member.name,
        roles=frozenset(Role(role) for role in member.roles),
        email=member.email,
        caseload=frozenset(PatientId(patient) for patient in member.caseload),
    )
