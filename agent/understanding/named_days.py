"""One day as people name it: a date, a weekday, a holiday, tomorrow."""

import re
from datetime import date

from agent.understanding.calendar_days import (
    coming_date,
    coming_day,
    days_on,
    holiday_date,
    numeric_date,
    real_day,
)
from agent.understanding.calendar_words import HOLIDAYS, MONTHS, NUMBERS, WEEKDAYS
from agent.understanding.phrases import any_of, expanded, read_phrases

GRAMMAR = read_phrases("days")
WORDS: dict[str, str] = {
    **GRAMMAR["words"],
    "WD": any_of(WEEKDAYS),
    "MONTH": any_of(MONTHS),
    "N": rf"(?:(?:an? |un )?(?:couple|few|par)\b|\d{{1,3}}|{any_of(NUMBERS)})",
    "HOLIDAY": any_of(HOLIDAYS),
}
_DAY = (
    f"(?:(?:{GRAMMAR['day']['before_date']})?(?:{'|'.join(GRAMMAR['day']['date'])})"
    f"|{'|'.join(GRAMMAR['day']['other'])})"
)
WORDS |= {"DAYA": _DAY.replace("#", "_a"), "DAYB": _DAY.replace("#", "_b")}
_IS_NEXT = re.compile(expanded("%NEXT%", WORDS))
_IS_COMING = re.compile(expanded("%COMING%", WORDS))


def number_of(word: str) -> int:
    """Of "3", "three", "a couple"."""
    return int(word) if word.isdigit() else NUMBERS[word.split()[-1]]


def _weekday_date(weekday: int, today: date, modifier: str) -> date:
    ahead = (weekday - today.weekday()) % 7
    says_next = _IS_NEXT.fullmatch(modifier) and not modifier.endswith("coming")
    if says_next or _IS_COMING.fullmatch(modifier):
        return days_on(today, ahead if ahead >= 2 else ahead + 7)
    if modifier:
        return days_on(today, ahead)
    return days_on(today, ahead or 7)


_RELATIVE = {
    "today": 0,
    "hoy": 0,
    "hoy mismo": 0,
    "tomorrow": 1,
    "manana": 1,
    "day after tomorrow": 2,
    "pasado manana": 2,
    "hoy en 8": 7,
    "manana en 8": 8,
    "yesterday": -1,
    "ayer": -1,
}


def named_date(found: re.Match[str], which: str, today: date) -> date | None:
    """The day an atom names; None for one that does not exist (February 30)."""

    def part(name: str) -> str | None:
        return found[f"{name}_{which}"]

    if iso := part("iso"):
        year, month, day = (int(p) for p in re.split("[/-]", iso))
        return real_day(year, month, day)
    if numeric := part("num"):
        return numeric_date(numeric, today)
    for n in "12":
        if (month_name := part("m" + n)) and (day_number := part("d" + n)):
            return coming_date(MONTHS[month_name], int(day_number), part("y" + n), today)
    if day_number := part("d3") or part("d4") or part("d5"):
        return coming_day(int(day_number), today)
    if holiday := part("hol"):
        return holiday_date(holiday, today)
    if weekday := part("wd"):
        return _weekday_date(WEEKDAYS[weekday], today, part("mod") or part("post") or "")
    return days_on(today, _RELATIVE[part("rel") or "today"])


def is_next(found: re.Match[str]) -> bool:
    """Whether the week or month meant is the coming one."""
    return bool(_IS_NEXT.search(found[0]) or _IS_COMING.search(found[0]))
