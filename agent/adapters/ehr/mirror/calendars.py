"""Reads appointments from an iCalendar file: time zones and repeated events (RFC 5545)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr
from icalendar import Calendar, Event
from icalendar.prop import vRecur, vText

from agent.adapters.ehr.mirror.options import CalendarNames, Options
from agent.adapters.ehr.mirror.rows import AppointmentRow
from agent.adapters.ehr.mirror.tables import MOST_BYTES, checked
from agent.domain.booking import AppointmentStatus
from knowledge.errors import InputError

FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
RULE_PARTS = frozenset(
    "FREQ INTERVAL COUNT UNTIL BYDAY BYMONTHDAY BYYEARDAY BYWEEKNO BYMONTH BYSETPOS WKST".split()
)
"""What a repeated visit can need; a rule that names hours, minutes or seconds is refused."""


@dataclass(frozen=True, slots=True)
class Window:
    """Repeated events are followed from `begins` until `ends` (both aware)."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class _Occurrence:
    event: Event
    where: str
    start: datetime
    id: str


def read_calendar(
    path: Path, options: Options, timezone: ZoneInfo, window: Window
) -> Iterator[tuple[str, AppointmentRow]]:
    """(where, row) of each event that names a patient. Raises `InputError`.

    The status an event has in a calendar is not the patient's word: only CANCELLED is taken over.
    """
    events = _events(path)
    columns = dict.fromkeys(AppointmentRow.model_fields, "UID") | {"start": "DTSTART"}
    columns |= options.calendar.model_dump()
    for found in _occurrences(events, timezone, window):
        cells = _cells(found, path, options.calendar)
        if "patient_id" in cells:
            yield (
                found.where,
                checked(found.where, cells, AppointmentRow, columns, options, timezone),
            )


def _events(path: Path) -> list[tuple[str, Event]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: larger than {MOST_BYTES // 1024 // 1024} MiB")
        text = path.read_bytes()
        calendars = Calendar.from_ical(text, multiple=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, IndexError, KeyError, TypeError):
        raise InputError(f"{path}: not an iCalendar file") from None
    if not text.rstrip().upper().endswith(b"END:VCALENDAR"):
        raise InputError(f"{path}: not an iCalendar file, or only a part of one")
    events = [
        event
        for calendar in calendars
        for event in calendar.walk("VEVENT")
        if isinstance(event, Event)
    ]
    numbered = [(f"{path}: event {number}", event) for number, event in enumerate(events, 1)]
    for where, event in numbered:
        for name, _ in event.errors:
            raise InputError(f"{where}, column {name}: cannot be read")
        for name in ("UID", "DTSTART"):
            if name not in event:
                raise InputError(f"{where}, column {name}: is missing")
    return numbered


def _occurrences(
    events: list[tuple[str, Event]], timezone: ZoneInfo, window: Window
) -> Iterator[_Occurrence]:
    """Each time an event takes place; one that was moved or cancelled stands for its own."""
    changed = {}
    for where, event in events:
        if "RECURRENCE-ID" in event:
            if "RANGE" in getattr(event["RECURRENCE-ID"], "params", ()):
                raise InputError(f"{where}, column RECURRENCE-ID: a RANGE is not read")
            original = _moment(where, event, "RECURRENCE-ID", timezone)
            changed[str(event["UID"]), original.astimezone(UTC)] = (where, event)
    for where, event in events:
        if "RECURRENCE-ID" in event:
            continue
        uid = str(event["UID"])
        if not (event.rrules or event.rdates):
            yield _Occurrence(event, where, _moment(where, event, "DTSTART", timezone), uid)
            continue
        for start in _starts(where, event, timezone, window):
            if (uid, start.astimezone(UTC)) not in changed:
                yield _Occurrence(event, where, start, _id(uid, start))
    for (uid, original), (where, event) in changed.items():
        start = _moment(where, event, "DTSTART", timezone)
        yield _Occurrence(event, where, start, _id(uid, original))


def _id(uid: str, original: datetime) -> str:
    """Of one of several: the event and when it was first meant to be."""
    return f"{uid}/{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _moment(where: str, event: Event, name: str, timezone: ZoneInfo) -> datetime:
    told: Any = event[name]
    at = getattr(told, "dt", None)
    if not isinstance(at, datetime):
        raise InputError(f"{where}, column {name}: not one time of one day")
    if at.tzinfo is None and "TZID" in told.params:
        raise InputError(f"{where}, column {name}: a time zone that nobody knows")
    return at if at.tzinfo is not None else at.replace(tzinfo=timezone)


def _starts(where: str, event: Event, timezone: ZoneInfo, window: Window) -> Iterator[datetime]:
    """Counted on the wall clock of the event's own time zone, so 15:00 stays 15:00 when the
    clocks change."""
    first = _moment(where, event, "DTSTART", timezone)
    zone = first.tzinfo
    assert zone is not None
    wall = first.replace(tzinfo=None)
    dates = rruleset()
    dates.rdate(wall)
    for rule in event.rrules:
        dates.rrule(_rule(where, rule, wall, zone))
    for period in event.rdates:
        dates.rdate(_on_wall(where, "RDATE", period[0], zone))
    for gone in event.exdates:
        dates.exdate(_on_wall(where, "EXDATE", gone, zone))
    begins, ends = (at.astimezone(zone).replace(tzinfo=None) for at in (window.begins, window.ends))
    for start in dates.between(begins, ends, inc=True):
        yield start.replace(tzinfo=zone)


def _rule(where: str, rule: vRecur, wall: datetime, zone: tzinfo) -> rrule:
    parts = {str(name).upper(): value for name, value in rule.items()}
    frequency = str(parts.get("FREQ", [""])[0]).upper()
    if not set(parts) <= RULE_PARTS or frequency not in FREQUENCIES:
        raise InputError(f"{where}, column RRULE: repeats in a way that is not read")
    until = parts.pop("UNTIL", [None])[0]
    try:
        text = vRecur(parts).to_ical().decode()  # type: ignore[no-untyped-call]
        found = rrulestr(text, dtstart=wall)
    except ValueError:
        raise InputError(f"{where}, column RRULE: cannot be read") from None
    assert isinstance(found, rrule)
    return found if until is None else found.replace(until=_on_wall(where, "RRULE", until, zone))


def _on_wall(where: str, name: str, at: Any, zone: tzinfo) -> datetime:
    """A whole day, as UNTIL may have it, lasts until it is over."""
    if not isinstance(at, datetime):
        if name == "RRULE":
            return datetime.combine(at, time.max)
        raise InputError(f"{where}, column {name}: a whole day, not a time")
    return at.astimezone(zone).replace(tzinfo=None) if at.tzinfo else at


def _cells(found: _Occurrence, path: Path, names: CalendarNames) -> dict[str, Any]:
    cells: dict[str, Any] = {"id": found.id, "start": found.start, "practitioner_id": path.stem}
    for column, name in names.model_dump().items():
        value = found.event.get(name)
        if isinstance(value, list):
            raise InputError(f"{found.where}, column {name}: stands there twice")
        text = str(value) if isinstance(value, vText | str) else ""
        if text.strip():
            cells[column] = text.strip()
    if str(found.event.get("STATUS", "")).upper() == "CANCELLED":
        cells["status"] = AppointmentStatus.CANCELLED
    return cells
