"""What days and hours a text should be read as, and whether a reading is that.

Judged by which appointments would fit (`dates.matches`): two readings that let in the same
appointments are the same reading.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from agent.understanding.dates import When, matches
from evals.rows import Row

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BEHIND, _AHEAD = timedelta(days=400), timedelta(days=400)
_SOON = 14
"""Days from now that have to be open when no day was named."""

_SLACK = timedelta(minutes=90)
"""How far "around three" may reach. Inside of it nothing is judged."""

_TICK = timedelta(minutes=30)

PARTS: dict[str, tuple[time, time, time, time]] = {
    "morning": (time(9), time(11), time(5), time(13)),
    "afternoon": (time(13), time(16), time(11), time(20)),
    "evening": (time(18), time(19), time(15), time(23, 30)),
    "night": (time(20), time(20), time(15), time(23, 30)),
}
"""Surely inside, from and to; surely outside, before and after."""


def _weekday(value: object) -> object:
    """Monday is 0; names may be cut short."""
    if not isinstance(value, str):
        return value
    places = [n for n, name in enumerate(_WEEKDAYS) if name.startswith(value.casefold())]
    return places[0] if len(value) >= 3 and len(places) == 1 else value


Weekday = Annotated[int, BeforeValidator(_weekday), Field(ge=0, le=6)]
Part = Literal["morning", "afternoon", "evening", "night"]


class Stretch(Row):
    """Days, both inclusive; one alone leaves the other side open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is None and self.last is None:
            raise ValueError("needs from or to")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError("to is before from")
        return self


Days = Annotated[tuple[date, ...], Field(min_length=1)]


class ExpectedWhen(Row):
    """`dates`: these days and no other, or a stretch of days. `after`, `before`: when the visit may
    begin. What is not given may not be narrowed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dates: Days | Stretch | None = None
    part: Part | None = None
    after: time | None = None
    before: time | None = None
    at: time | None = None
    not_weekdays: frozenset[Weekday] = frozenset()


def reads_as(found: When | None, expected: ExpectedWhen | None, now: datetime) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return _days(found, expected, now.date()) and _hours(found, expected)


def _days(found: When, expected: ExpectedWhen, today: date) -> bool:
    let_in = set(_admitted(found, today))
    if expected.dates is None:
        soon = _from(today + timedelta(days=1), _SOON)
        return let_in & soon == soon - _barred(soon, expected)
    if isinstance(expected.dates, Stretch):
        return _stretch(let_in, expected.dates, expected, today)
    return let_in == set(expected.dates) - _barred(set(expected.dates), expected)


def _stretch(let_in: set[date], said: Stretch, expected: ExpectedWhen, today: date) -> bool:
    first = said.first or today
    if said.last is not None:
        wanted = _from(first, (said.last - first).days + 1)
        return let_in == wanted - _barred(wanted, expected)
    soon = _from(first, _SOON)
    return soon - _barred(soon, expected) <= let_in and all(day >= first for day in let_in)


def _from(first: date, count: int) -> set[date]:
    return {first + timedelta(days=n) for n in range(count)}


def _admitted(found: When, today: date) -> Iterator[date]:
    at = found.earliest or found.latest or time(12)
    for n in range(-_BEHIND.days, _AHEAD.days + 1):
        day = today + timedelta(days=n)
        if matches(found, datetime.combine(day, at)):
            yield day


def _barred(days: set[date], expected: ExpectedWhen) -> set[date]:
    return {day for day in days if day.weekday() in expected.not_weekdays}


def _hours(found: When, expected: ExpectedWhen) -> bool:
    inside, outside = _sure_hours(expected)
    return all(_open_at(found, at) for at in inside) and not any(
        _open_at(found, at) for at in outside
    )


def _sure_hours(expected: ExpectedWhen) -> tuple[list[time], list[time]]:
    """Times of the day that surely fit, and those that surely do not; what lies near an edge is
    in neither."""
    inside, outside = [expected.at] if expected.at is not None else [], list[time]()
    for at in _ticks():
        judged = set(_judged(at, expected))
        if False in judged:
            outside.append(at)
        elif None not in judged:
            inside.append(at)
    return inside, outside


def _ticks() -> Iterator[time]:
    at = datetime(2026, 1, 1, 6)  # noqa: DTZ001 - a wall clock without a place
    while at.hour < 23:
        yield at.time()
        at += _TICK


def _judged(at: time, expected: ExpectedWhen) -> Iterator[bool | None]:
    """One word for each thing expected: fits, does not, or may."""
    if expected.at is not None:
        away = abs(_minutes(at) - _minutes(expected.at))
        yield True if away == 0 else None if away < _SLACK.seconds // 60 else False
    if expected.after is not None:
        yield None if at == expected.after else at > expected.after
    if expected.before is not None:
        yield None if at == expected.before else at < expected.before
    if expected.part is not None:
        first, last, before, after = PARTS[expected.part]
        yield True if first <= at <= last else False if at <= before or at >= after else None


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _open_at(found: When, at: time) -> bool:
    return (found.earliest is None or at >= found.earliest) and (
        found.latest is None or at <= found.latest
    )
