"""The days of the calendar that a number or a name stands for, from a given today on."""

import re
from calendar import monthrange
from datetime import date, timedelta

from agent.understanding.calendar_words import HOLIDAYS


def week_with(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_with(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def months_on(day: date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return min(index // 12, 9998), index % 12 + 1


def days_on(day: date, days: int) -> date:
    """Never beyond the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def real_day(year: int, month: int, day: int) -> date | None:
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def coming_date(month: int, day: int, year: str | None, today: date) -> date | None:
    if year is not None:
        return real_day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    candidates = (real_day(today.year + ahead, month, day) for ahead in range(9))
    return next((d for d in candidates if d is not None and d >= today), None)


def coming_day(day: int, today: date) -> date | None:
    for ahead in range(13):
        found = real_day(*months_on(today, ahead), day)
        if found is not None and found >= today:
            return found
    return None


def numeric_date(text: str, today: date) -> date | None:
    first, second, *year = re.split(r"[/.-]", text)
    month, day = int(first), int(second)
    if month > 12:
        month, day = day, month
    return coming_date(month, day, year[0] if year else None, today)


def holiday_date(name: str, today: date) -> date | None:
    month, day = HOLIDAYS[name]
    if day:
        return coming_date(month, day, None, today)
    coming = (_fourth_thursday(today.year + ahead) for ahead in (0, 1))
    return next((d for d in coming if d is not None and d >= today), None)


def _fourth_thursday(year: int) -> date | None:
    return real_day(year, 11, 22 + (3 - date(year, 11, 1).weekday()) % 7) if year < 9999 else None


def same_day(year: int, month: int, day: int) -> date:
    """That day of a month, or its last."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def nth_week(year: int, month: int, nth: int | None) -> tuple[date, date]:
    """The first seven days of a month (0), the second seven, ...; the last seven (None)."""
    first, last = month_with(year, month)
    begins = days_on(last, -6) if nth is None else days_on(first, 7 * nth)
    return begins, days_on(begins, 6)


def part_of_month(year: int, month: int, place: int) -> tuple[date, date]:
    """Its first ten days (0), the second ten (1), the rest (2)."""
    first, last = month_with(year, month)
    if place == 0:
        return first, first.replace(day=10)
    if place == 1:
        return first.replace(day=11), first.replace(day=20)
    return first.replace(day=21), last
