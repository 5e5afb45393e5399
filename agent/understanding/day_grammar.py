"""Days and ranges of days as people say them, English and Spanish, over corrected folded text.

Choices where speakers differ (the day is always read back with its date, so a wrong guess is seen):
- "next Tuesday", "el próximo martes": the nearest Tuesday that is two or more days away;
- a weekday without more: the nearest one, today excluded unless today is that day, when today and
  the same day next week are both meant;
- weeks run from Monday to Sunday; "in two weeks" is the whole week that holds that day;
- 3/4 is March 4 in both languages (the practices are in the United States), 14/6 is June 14;
- a day of a month without a year is the next one to come.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from agent.understanding.calendar_days import (
    coming_date,
    coming_day,
    days_on,
    month_with,
    months_on,
    nth_week,
    part_of_month,
    same_day,
    week_with,
)
from agent.understanding.calendar_words import MONTHS, WEEKDAYS
from agent.understanding.named_days import GRAMMAR, WORDS, is_next, named_date, number_of
from agent.understanding.phrases import expanded
from agent.understanding.scan import Scan

OPEN_DAYS = 42
"""How far an open-ended wish ("mornings", "after the 20th") reaches."""


@dataclass
class Days:
    """What a text says of days. `ranges` are inclusive; `frame`: a week or month that weekdays
    said beside it pick from; `loose`: weekdays of no week in particular."""

    ranges: list[tuple[date, date]] = field(default_factory=list)
    frame: tuple[date, date] | None = None
    weekdays: set[int] = field(default_factory=set)
    not_weekdays: set[int] = field(default_factory=set)
    loose: set[int] = field(default_factory=set)
    open: bool = False

    @property
    def said(self) -> bool:
        has_days = bool(self.ranges or self.weekdays or self.not_weekdays)
        return has_days or self.frame is not None or self.open


def read_days(scan: Scan, today: date) -> Days:
    """Takes the days out of a corrected text."""
    days = Days()
    scan.left = _ORDINAL_FIRST.sub(r"\1 1", _PRIMERO.sub(r"1 de \1", scan.left))
    for pattern, read in _RULES:
        for found in scan.take(pattern):
            read(days, found, today)
    return days


_PRIMERO = re.compile(expanded(r"\bprimero de (%MONTH%)\b", WORDS))
_ORDINAL_FIRST = re.compile(expanded(r"\b(%MONTH%) first\b", WORDS))
_WEEKDAY = re.compile(expanded(r"\b%WD%(?=s?\b)", WORDS))


# What the words mean


# One reader a rule; each is told the match and today


def _range(days: Days, found: re.Match[str], today: date) -> None:
    first, last = named_date(found, "a", today), named_date(found, "b", today)
    if first is None or last is None:
        return
    if last < first and found["wd_b"]:
        last = days_on(last, 7 * (-(-(first - last).days // 7)))
    if first <= last:
        days.ranges.append((first, last))


def _month_days(days: Days, found: re.Match[str], today: date) -> None:
    month = found["month"]
    ends = [
        coming_date(MONTHS[month], int(n), None, today) if month else coming_day(int(n), today)
        for n in (found["from"], found["to"])
    ]
    if ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]:
        days.ranges.append((ends[0], ends[1]))


def _week_of(days: Days, found: re.Match[str], today: date) -> None:
    if (day := named_date(found, "a", today)) is not None:
        days.frame = week_with(day)


def _week_after(days: Days, found: re.Match[str], today: date) -> None:
    if (day := named_date(found, "a", today)) is None:
        return
    before = found["side"] in ("before", "antes")
    days.frame = (
        (days_on(day, -7), days_on(day, -1)) if before else (days_on(day, 1), days_on(day, 7))
    )


def _after(days: Days, found: re.Match[str], today: date) -> None:
    if (day := named_date(found, "a", today)) is not None:
        first = days_on(day, 1 if found["strict"] else 0)
        days.ranges.append((first, days_on(first, OPEN_DAYS)))


def _before(days: Days, found: re.Match[str], today: date) -> None:
    if (day := named_date(found, "a", today)) is not None:
        days.ranges.append((min(today, day), days_on(day, -1 if found["strict"] else 0)))


def _except(days: Days, found: re.Match[str], today: date) -> None:
    days.not_weekdays |= {WEEKDAYS[name] for name in _WEEKDAY.findall(found[0])}


def _from_day(days: Days, found: re.Match[str], today: date) -> None:
    """ "Two weeks after the 20th", "the day before", "friday week"."""
    if (day := named_date(found, "a", today)) is not None:
        number = number_of(found["n"]) if found["n"] else 1
        week = not found["side"] or (found["unit"] or "d")[0] in "ws"
        ahead = number * (7 if week else 1)
        back = found["side"] in ("before", "antes")
        days.ranges.append((days_on(day, -ahead if back else ahead),) * 2)


def _not_this_week(days: Days, found: re.Match[str], today: date) -> None:
    monday = days_on(week_with(today)[0], 7)
    days.ranges.append((monday, days_on(monday, OPEN_DAYS)))


def _two_weeks(days: Days, found: re.Match[str], today: date) -> None:
    days.frame = (today, days_on(week_with(today)[1], 7))


def _not_weekends(days: Days, found: re.Match[str], today: date) -> None:
    days.not_weekdays |= {5, 6}


def _away_until(days: Days, found: re.Match[str], today: date) -> None:
    if (day := named_date(found, "a", today)) is not None:
        days.ranges.append((day, days_on(day, OPEN_DAYS)))


def _by_end(days: Days, found: re.Match[str], today: date) -> None:
    later = bool(re.search(r"\bnext\b", found[0]))
    if found["what"][0] in "ws":
        last = days_on(week_with(today)[1], 7 if later else 0)
    elif found["what"][0] == "m":
        last = month_with(*months_on(today, 1 if later else 0))[1]
    else:
        last = date(min(today.year + later, 9998), 12, 31)
    days.frame = (today, max(last, today))


def _before_span(days: Days, found: re.Match[str], today: date) -> None:
    if found["month"]:
        first = month_with(*_named_month(found["month"], today))[0]
    else:
        first = days_on(week_with(today)[0], 7)
    if first > today:
        days.frame = (today, days_on(first, -1))


_NTH = {
    name: nth
    for nth, names in enumerate(
        ("first 1st primera", "second 2nd segunda", "third 3rd tercera", "fourth 4th cuarta")
    )
    for name in names.split()
}


def _nth_week(days: Days, found: re.Match[str], today: date) -> None:
    if found["month"]:
        year, month = _named_month(found["month"], today)
    else:
        year, month = months_on(today, 1 if is_next(found) else 0)
    days.frame = nth_week(year, month, _NTH.get(found["nth"]))


_BEGINNING = frozenset("early beginning start principios inicio comienzos first".split())
_MIDDLE = frozenset("mid middle mediados mitad".split())


def _place(found: re.Match[str]) -> int:
    """0 for the beginning, 1 for the middle, 2 for the end."""
    first = found["place"].split()[0]
    return 0 if first in _BEGINNING else 1 if first in _MIDDLE else 2


def _placed_week(days: Days, found: re.Match[str], today: date) -> None:
    monday = days_on(week_with(today)[0], 7 if is_next(found) else 0)
    first, last = ((0, 1), (1, 3), (3, 6))[_place(found)]
    if days_on(monday, last) < today:
        monday = days_on(monday, 7)
    days.ranges.append((days_on(monday, first), days_on(monday, last)))


def _placed_month(days: Days, found: re.Match[str], today: date) -> None:
    if found["month"]:
        year, month = _named_month(found["month"], today)
    else:
        year, month = months_on(today, 1 if is_next(found) else 0)
    begins, ends = part_of_month(year, month, _place(found))
    if ends < today:
        later = months_on(date(year, month, 1), 12 if found["month"] else 1)
        begins, ends = part_of_month(*later, _place(found))
    days.ranges.append((begins, ends))


def _named_month(name: str, today: date) -> tuple[int, int]:
    month = MONTHS[name]
    return today.year + (month < today.month), month


def _in_units(days: Days, found: re.Match[str], today: date) -> None:
    number, unit = number_of(found["n"]), found["unit"]
    if unit.startswith("d"):
        days.ranges.append((days_on(today, number),) * 2)
    elif unit[0] in "ws":
        days.frame = week_with(days_on(today, 7 * number))
    else:
        year, month = months_on(today, number)
        day = same_day(year, month, today.day)
        days.frame = (days_on(day, -3), days_on(day, 3))


def _ago(days: Days, found: re.Match[str], today: date) -> None:
    number, unit = number_of(found["n"]), found["unit"]
    back = {"d": 1, "w": 7, "s": 7}.get(unit[0], 30) * number
    days.ranges.append((days_on(today, -back),) * 2)


def _within(days: Days, found: re.Match[str], today: date) -> None:
    number, unit = number_of(found["n"] or "few"), found["unit"]
    span = {"d": 1, "w": 7, "s": 7}.get(unit[0], 30) * number
    days.ranges.append((today, days_on(today, span)))


def _weeks_on(count: int) -> Callable[[Days, re.Match[str], date], None]:
    def read(days: Days, found: re.Match[str], today: date) -> None:
        days.frame = week_with(days_on(today, 7 * count))
        if found[0].startswith("later this") and today.weekday() < 6:
            days.frame = (days_on(today, 1), days.frame[1])

    return read


def _weekend(days: Days, found: re.Match[str], today: date) -> None:
    saturday = days_on(week_with(today)[0], 12 if is_next(found) else 5)
    days.ranges.append((saturday, days_on(saturday, 1)))


def _weekend_after_next(days: Days, found: re.Match[str], today: date) -> None:
    saturday = days_on(week_with(today)[0], 19)
    days.ranges.append((saturday, days_on(saturday, 1)))


def _this_month(days: Days, found: re.Match[str], today: date) -> None:
    days.frame = month_with(*months_on(today, 1 if is_next(found) else 0))


def _in_month(days: Days, found: re.Match[str], today: date) -> None:
    days.frame = month_with(*_named_month(found["month"], today))


def _last_weekday(days: Days, found: re.Match[str], today: date) -> None:
    weekday = WEEKDAYS[found["wd"]]
    back = (today.weekday() - weekday) % 7 or 7
    days.ranges.append((days_on(today, -back),) * 2)


def _weekdays(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= set(range(5))


def _weekends(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= {5, 6}


def _every(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= {WEEKDAYS[name] for name in _WEEKDAY.findall(found[0])}


def _single(days: Days, found: re.Match[str], today: date) -> None:
    weekday = found["wd_a"]
    if weekday and not found["mod_a"] and not found["post_a"] and not found["d5_a"]:
        if found["s_a"] or weekday.endswith("ays") or found[0].startswith(("los ", "las ")):
            days.weekdays.add(WEEKDAYS[weekday])
            return
        if days.frame is not None:
            days.weekdays.add(WEEKDAYS[weekday])
            return
        days.loose.add(WEEKDAYS[weekday])
        if WEEKDAYS[weekday] == today.weekday():
            days.ranges += [(today, today), (days_on(today, 7),) * 2]
            return
    if (day := named_date(found, "a", today)) is not None:
        days.ranges.append((day, day))


def _any_time(days: Days, found: re.Match[str], today: date) -> None:
    days.open = True


_READERS: dict[str, Callable[[Days, re.Match[str], date], None]] = {
    "last_weekday": _last_weekday,
    "ago": _ago,
    "last_week": _weeks_on(-1),
    "except": _except,
    "month_days": _month_days,
    "not_this_week": _not_this_week,
    "not_weekends": _not_weekends,
    "busy": _except,
    "away_until": _away_until,
    "by_end": _by_end,
    "before_span": _before_span,
    "two_weeks": _two_weeks,
    "nth_week": _nth_week,
    "weekend_after_next": _weekend_after_next,
    "week_of": _week_of,
    "week_beside": _week_after,
    "counted_from": _from_day,
    "range": _range,
    "after": _after,
    "before": _before,
    "weekends": _weekends,
    "weekend": _weekend,
    "part_of_week": _placed_week,
    "part_of_month": _placed_month,
    "within": _within,
    "in_units": _in_units,
    "week_after_next": _weeks_on(2),
    "next_week": _weeks_on(1),
    "this_week": _weeks_on(0),
    "workdays": _weekdays,
    "every": _every,
    "month": _this_month,
    "single": _single,
    "in_month": _in_month,
    "any_time": _any_time,
}
_RULES = tuple(
    (re.compile(expanded(expression, WORDS)), _READERS[rule["reads"]])
    for rule in GRAMMAR["rule"]
    for expression in rule["say"]
)
