"""The practice's decisions as values: modes, thresholds, hours, fees, staff, the alert ladder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.domain.ids import PatientId, StaffId
from agent.domain.terms import Language, Mode, Role, Route

ALWAYS_FIXED = frozenset({Route.CRISIS, Route.EMERGENCY})
"""`automation` never applies to these: the fixed card and the alert (CONTRACTS 2)."""

AUTOMATED = frozenset({Mode.AUTO, Mode.AUTO_WITH_DIGEST})


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Hours of one weekday, local time, `opens` < `closes`."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Calibrated probabilities below which the machine does not act on its own reading."""

    route: float = 0.60
    answer: float = 0.50


@dataclass(frozen=True, slots=True)
class SchedulingPolicy:
    offer: int = 3
    min_notice_hours: int = 4
    cancel_window_hours: int = 24
    late_cancel_fee_cents: int = 0
    reschedule: str = "self"
    """`self`: the patient moves it in chat; `request`: a person does."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the alert ladder; `notify` names `role:<role>` or `staff:<id>`."""

    after_seconds: int
    notify: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    ladder: tuple[Rung, ...] = ()
    tell_patient_after_seconds: int = 600


@dataclass(frozen=True, slots=True)
class StaffMember:
    id: StaffId
    name: str
    roles: frozenset[Role]
    email: str = ""
    caseload: frozenset[PatientId] = frozenset()


@dataclass(frozen=True, slots=True)
class Practice:
    """Everything `practice.toml` says, checked; immutable while the server runs.

    `closed` holds whole closed days in practice time; `hours` is keyed by weekday (Monday 0).
    """

    id: str
    name: str
    timezone: ZoneInfo
    languages: tuple[Language, ...]
    phone: str
    after_hours_phone: str | None = None
    jurisdiction: str = ""
    hours: Mapping[int, OpeningHours] = field(default_factory=dict)
    closed: frozenset[date] = frozenset()
    default_mode: Mode = Mode.DRAFT
    automation: Mapping[Route, Mode] = field(default_factory=dict)
    thresholds: Thresholds = Thresholds()
    scheduling: SchedulingPolicy = SchedulingPolicy()
    alerts: AlertPolicy = AlertPolicy()
    staff: tuple[StaffMember, ...] = ()
    ehr_adapter: str = "demo"
    ehr_options: Mapping[str, object] = field(default_factory=dict)
    """The adapter's own table, `[ehr.<adapter>]`, as it stands: the adapter checks it."""
    ehr_test_patient: PatientId | None = None
    """An invented patient in whose name `portico ehr check` may write."""
    payment_url: str | None = None

    def mode(self, route: Route) -> Mode:
        """How far `route` may run. Without anybody on call nothing runs in an auto mode
        (CONTRACTS 2)."""
        mode = self.automation.get(route, self.default_mode)
        if mode in AUTOMATED and not self.has_on_call:
            return Mode.DRAFT
        return mode

    @property
    def has_on_call(self) -> bool:
        return any(Role.ON_CALL in member.roles for member in self.staff)

    def member(self, staff_id: StaffId) -> StaffMember | None:
        return next((m for m in self.staff if m.id == staff_id), None)

    def is_open(self, at: datetime) -> bool:
        """Whether the practice is open at the aware instant `at`."""
        local = at.astimezone(self.timezone)
        hours = self.hours.get(local.weekday())
        if hours is None or local.date() in self.closed:
            return False
        return hours.opens <= local.time() < hours.closes

    def next_opening(self, at: datetime) -> datetime | None:
        """The next instant after `at` when the practice opens, in practice time; None if it
        does not open within 60 days."""
        local = at.astimezone(self.timezone)
        for offset in range(61):
            day = local.date() + timedelta(days=offset)
            hours = self.hours.get(day.weekday())
            if hours is None or day in self.closed:
                continue
            opens = datetime.combine(day, hours.opens, tzinfo=self.timezone)
            if opens > local:
                return opens
        return None
