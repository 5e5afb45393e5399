"""Dates, weekdays and times of day in a text, in English and Spanish, as claims."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "calendar.toml"
_WORDS = tomllib.loads(_DATA.read_text(encoding="utf-8"))
WEEKDAY = {word: n for n, words in enumerate(_WORDS["weekdays"]) for word in words}
MONTH = {word: n for n, words in enumerate(_WORDS["months"], 1) for word in words}
NUMBERS: dict[str, dict[str, int]] = _WORDS["numbers"]
_AMBIGUOUS = frozenset(_WORDS["ambiguous_weekdays"])
_LONE_MONTHS = frozenset(_WORDS["lone_months"])
TIME_WORDS = (
    *WEEKDAY,
    *_LONE_MONTHS,
    *("noon", "midday", "midnight", "mediodia", "medianoche"),
    *("weekday", "weekdays", "weekend", "weekends", "semana"),
)
"""What may make a claim without a digit."""

_DAYS = "|".join(sorted(WEEKDAY, key=len, reverse=True))
_MONTHS = "|".join(sorted(MONTH, key=len, reverse=True))
_DATES = re.compile(
    rf"(?:\b(?P<weekday>{_DAYS})\b\.?,?\s+(?:(?:the|el|dia)\s+)?)?(?:"
    r"\b(?P<iso_y>\d{4})-(?P<iso_m>\d{2})-(?P<iso_d>\d{2})\b"
    r"|\b(?P<us_m>\d{1,2})/(?P<us_d>\d{1,2})(?:/(?P<us_y>\d{4}|\d{2}))?\b(?!/)"
    rf"|\b(?P<en_m>{_MONTHS})\b\.?\s+(?P<en_d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:|\d|\s?[ap]\.?m)"
    r"(?:,?\s+(?P<en_y>(?:19|20)\d{2})\b)?"
    rf"|\b(?P<es_d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:de\s+|of\s+)?(?P<es_m>{_MONTHS})\b"
    r"(?:,?\s+(?:del?\s+)?(?P<es_y>(?:19|20)\d{2})\b)?"
    r")"
)
_WEEKDAYS = re.compile(rf"\b({_DAYS})\b")
_RANGE = re.compile(
    rf"\b({_DAYS})\b\.?\s*(?:-|–|—|to|through|thru|until|a|al|hasta(?: el)?)\s*(?:el\s+)?"
    rf"\b({_DAYS})\b"
)
_SEVERAL = {
    re.compile(r"\bweekdays?\b|\bentre semana\b|\bdias de semana\b"): range(5),
    re.compile(r"\bweekends?\b|\bfin(?:es)? de semana\b"): range(5, 7),
}
_HALF = (
    r"(?:(?P<am>a\.?\s?m\b\.?|de la manana|in the morning)"
    r"|(?P<pm>p\.?\s?m\b\.?|de la (?:tarde|noche)|in the (?:afternoon|evening)|at night))"
)
_TIME = re.compile(
    rf"(?:\b(?:a|de|desde|hasta|sobre) las? )?\b(?P<h>\d{{1,2}})(?::(?P<m>\d{{2}}))?\s?{_HALF}"
    r"|\b(?P<h2>\d{1,2}):(?P<m2>\d{2})\b"
    r"|\b(?:a|de|desde|hasta|sobre|entre) (?:las|la) (?P<h3>\d{1,2})\b(?!:|/)"
    r"|\b(?P<h4>\d{1,2})\s?(?=(?:-|–|—|to|and|y|a(?: las)?|hasta(?: las)?)\s?\d{1,2}(?::\d{2})?\s?"
    r"(?:[ap]\.?\s?m\b|de la (?:manana|tarde|noche)))"
    r"|\b(?P<noon>noon|midday|mediodia)\b|\b(?P<midnight>midnight|medianoche)\b"
)
_MINUTES_A_DAY = 24 * 60
_NOON = 12 * 60
_DAY_FROM = 7
"""An hour without am or pm in a source: a practice's hours run from seven to seven."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`values`: the readings that would make it true; one of them in a source is enough."""

    kind: str
    values: frozenset[str]
    start: int = 0


def dates(text: str, original: str) -> Iterator[tuple[Claim, int]]:
    """The dates of a plain text with their ends: day and month, year, weekday beside it."""
    for found in _DATES.finditer(text):
        part = found.groupdict()
        day = int(part["iso_d"] or part["us_d"] or part["en_d"] or part["es_d"])
        named = part["en_m"] or part["es_m"]
        month = MONTH[named] if named else int(part["iso_m"] or part["us_m"])
        year = part["iso_y"] or part["us_y"] or part["en_y"] or part["es_y"]
        if not (1 <= month <= 12 and 1 <= day <= 31):
            continue
        spot, end = found.start(), found.end()
        yield Claim("date", frozenset({f"{month}-{day}"}), spot), end
        if year:
            year = year if len(year) == 4 else f"20{year}"
            yield Claim("year", frozenset({year}), spot), end
        if part["weekday"] and _is_weekday(part["weekday"], original[spot]):
            weekday = WEEKDAY[part["weekday"]]
            yield Claim("weekday", frozenset({str(weekday)}), spot), end
            yield Claim("weekday-date", frozenset({f"{weekday} {month}-{day}"}), spot), end
        yield from _reckoned(month, day, year, spot, end)


def _reckoned(
    month: int, day: int, year: str | None, spot: int, end: int
) -> Iterator[tuple[Claim, int]]:
    if year is None:
        return
    try:
        weekday = date(int(year), month, day).weekday()
    except ValueError:
        return
    yield Claim("reckoned", frozenset({f"{weekday} {month}-{day}"}), spot), end


def weekdays(text: str, original: str) -> Iterator[Claim]:
    """The weekdays of a plain text; a range names every day in it."""
    for found in _RANGE.finditer(text):
        first, last = WEEKDAY[found[1]], WEEKDAY[found[2]]
        for offset in range(1, (last - first) % 7):
            yield Claim("within", frozenset({str((first + offset) % 7)}), found.start())
    for found in _WEEKDAYS.finditer(text):
        if _is_weekday(found[1], original[found.start()]):
            yield Claim("weekday", frozenset({str(WEEKDAY[found[1]])}), found.start())
    for pattern, days in _SEVERAL.items():
        for found in pattern.finditer(text):
            for day in days:
                yield Claim("weekday", frozenset({str(day)}), found.start())


def months(text: str) -> Iterator[Claim]:
    """Months that stand without a day."""
    for found in re.finditer(r"[a-z]+", text):
        if found[0] in _LONE_MONTHS:
            yield Claim("month", frozenset({str(MONTH[found[0]])}), found.start())


def times(text: str) -> Iterator[tuple[Claim, int]]:
    """Times of day in minutes, the likelier reading first in `values` order of no matter."""
    for found in _TIME.finditer(text):
        readings = _readings(found)
        if readings:
            yield Claim("time", frozenset(map(str, readings)), found.start()), found.end()


def likely(claim: Claim) -> frozenset[str]:
    """Of an hour without am or pm, the reading that falls in a practice's day."""
    if len(claim.values) == 1:
        return claim.values
    opening = _DAY_FROM * 60
    inside = {value for value in claim.values if opening <= int(value) < opening + _NOON}
    return frozenset(inside or claim.values)


def _readings(found: re.Match[str]) -> set[int]:
    part = found.groupdict()
    if part["noon"]:
        return {_NOON}
    if part["midnight"]:
        return {0}
    hour = int(part["h"] or part["h2"] or part["h3"] or part["h4"])
    minute = int(part["m"] or part["m2"] or 0)
    if hour > 23 or minute > 59:
        return set()
    base = (hour % 12) * 60 + minute
    if part["am"]:
        return {base}
    if part["pm"]:
        return {base + _NOON}
    if hour > 12 or hour == 0:
        return {hour * 60 + minute}
    return {base, (base + _NOON) % _MINUTES_A_DAY}


def _is_weekday(word: str, first: str) -> bool:
    return word not in _AMBIGUOUS or first.isupper()
