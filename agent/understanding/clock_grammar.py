"""Times of day as people say them: "after 5", "between 2 and 4", "por la tarde", "not before noon".

Hours without am or pm: 7 to 11 are morning, 12 to 6 afternoon, unless the part of the day says
otherwise. All bounds are on the start of an appointment and inclusive.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time

from agent.understanding.calendar_words import MONTHS
from agent.understanding.phrases import any_of, expanded, read_phrases
from agent.understanding.scan import Scan

_MINUTES_A_DAY = 24 * 60
_GRAMMAR = read_phrases("clock")
_WORDS: dict[str, str] = {**_GRAMMAR["words"], "MONTH": any_of(MONTHS)}
_WORDS |= {"A": _WORDS["TIME"].replace("#", "1"), "B": _WORDS["TIME"].replace("#", "2")}


def _rules(table: str, name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expanded(text, _WORDS)) for text in _GRAMMAR[table][name])


_BETWEEN, _DASH = _rules("bounds", "between"), _rules("bounds", "dash")
_EARLIEST, _LATEST = _rules("bounds", "earliest"), _rules("bounds", "latest")
_BEFORE = _rules("bounds", "before")
_AROUND, _AT, _CLEAR = (_rules("points", name) for name in ("around", "at", "clear"))
_HALF_PAST = re.compile(r"\bhalf (?:past )?(\d{1,2}|one)\b(?! (?:hours?|pills?|tablets?|mg|of)\b)")
_PAST_NOON = re.compile(r"\b(past|to|after|till) (?:noon|mid-?day)\b")
_MINUTES_PAST = re.compile(r"\b(5|10|20|25) past (\d{1,2})\b|\b(20|25) (?:to|till) (\d{1,2})\b")
_Y_MINUTES = re.compile(r"\b(las? \d{1,2}) (?:y|con) ([1-5]\d)\b(?! de\b)")
_QUARTER = re.compile(r"\bquarter (past|to|after|till) (\d{1,2})\b")
_CUARTO = re.compile(r"\b(?:un )?cuarto para las (\d{1,2})\b")
_NOON = re.compile(
    r"\b(?:12 )?(?:noon|mid-?day)\b|\b(?<!hora del )(?:al? |el |de |del )?medio ?dia\b"
)
_COMPACT = re.compile(r"(?<![\d:/$.-])\b(\d{1,2})([0-5]\d) ?([ap])\.?m?\b")

_PARTS: tuple[tuple[re.Pattern[str], str, time | None, time | None], ...] = tuple(
    (
        re.compile(rf"{_GRAMMAR['parts']['no']}\b(?:{'|'.join(part['say'])})\b"),
        part["kind"],
        part.get("from"),
        part.get("to"),
    )
    for part in _GRAMMAR["part"]
)
_PM = re.compile(r"\b(?:afternoons?|evenings?|nights?|tardes?|noches?)\b")


@dataclass
class Clock:
    """What a text says of the time of day; `exact` is one wall-clock time."""

    exact: time | None = None
    earliest: time | None = None
    latest: time | None = None
    spans: list[tuple[time | None, time | None]] = field(default_factory=list)

    @property
    def said(self) -> bool:
        return bool(self.spans) or self.earliest is not None or self.latest is not None


def read_clock(scan: Scan) -> Clock:
    """Takes the times of day out of a corrected text."""
    clock = Clock()
    afternoon = bool(_PM.search(scan.left))
    scan.left = _plain_clock(scan.left)
    _read_bounds(scan, clock, afternoon)
    if not clock.said:
        _read_points(scan, clock, afternoon)
    timed = clock.said
    _read_parts(scan, clock if not timed else Clock())
    _settle(clock)
    return clock


def _plain_clock(text: str) -> str:
    text = _MINUTES_PAST.sub(_minutes_past, _PAST_NOON.sub(r"\1 12", text))
    text = _Y_MINUTES.sub(r"\1:\2", text)
    text = _HALF_PAST.sub(lambda m: f"{m[1].replace('one', '1')}:30", text)
    text = _QUARTER.sub(_quarter, text)
    text = _CUARTO.sub(lambda m: f"las {(int(m[1]) - 2) % 12 + 1}:45", text)
    return " ".join(_NOON.sub(" 12:00 pm", _COMPACT.sub(r"\1:\2 \3", text)).split())


def _minutes_past(found: re.Match[str]) -> str:
    """ "20 past 8" is 8:20, "20 to 8" 7:40."""
    if found[1]:
        return f"{found[2]}:{int(found[1]):02}"
    return f"{(int(found[4]) - 2) % 12 + 1}:{60 - int(found[3])}"


def _quarter(found: re.Match[str]) -> str:
    hour = int(found[2])
    if found[1] in ("past", "after"):
        return f"{hour}:15"
    return f"{(hour - 2) % 12 + 1}:45"


def _read_bounds(scan: Scan, clock: Clock, afternoon: bool) -> None:
    for found in _all(scan, _BETWEEN, _DASH):
        first, last = _pair(found, afternoon)
        if first is not None and last is not None and first <= last:
            clock.earliest, clock.latest = first, last
    for found in _all(scan, _LATEST):
        clock.latest = _time(found, "1", afternoon) or clock.latest
    for found in _all(scan, _EARLIEST):
        clock.earliest = _time(found, "1", afternoon, late=True) or clock.earliest
    for found in _all(scan, _BEFORE):
        at = _time(found, "1", afternoon)
        if at is not None:
            clock.latest = _shift(at, -1)


def _all(scan: Scan, *rules: tuple[re.Pattern[str], ...]) -> Iterator[re.Match[str]]:
    """Every match; of a bare pair or number only where something marks it as a time."""
    for patterns in rules:
        accept = _is_clear if patterns is _DASH or patterns is _CLEAR else bool
        for pattern in patterns:
            yield from scan.take(pattern, accept)


def _read_points(scan: Scan, clock: Clock, afternoon: bool) -> None:
    for found in _all(scan, _AROUND):
        at = _time(found, "1", afternoon)
        if at is not None:
            clock.spans.append((_shift(at, -60), _shift(at, 60)))
    if clock.said:
        return
    for found in _all(scan, _AT, _CLEAR):
        for which in "12":
            at = _time(found, which, afternoon) if found[f"h{which}"] else None
            if at is not None:
                clock.spans.append((at, at))


def _is_clear(found: re.Match[str]) -> bool:
    return any(found[name] for name in ("ap1", "m1", "part1", "q1", "ap2", "m2", "part2"))


def _read_parts(scan: Scan, clock: Clock) -> None:
    for pattern, name, earliest, latest in _PARTS:
        for found in scan.take(pattern):
            if not found["no"]:
                clock.spans.append((earliest, latest))
            elif name == "morning":
                clock.earliest = time(12)
            elif name == "evening":
                clock.latest = time(16, 59)
            elif name == "afternoon":
                clock.latest = time(11, 59)


def _settle(clock: Clock) -> None:
    """Several spans become their hull; one point in time becomes `exact`."""
    if clock.spans:
        points = set(clock.spans)
        starts, ends = [s for s, _ in points], [e for _, e in points]
        clock.earliest = None if None in starts else min(t for t in starts if t)
        clock.latest = None if None in ends else max(t for t in ends if t)
    if clock.earliest is not None and clock.earliest == clock.latest:
        clock.exact = clock.earliest
    if clock.earliest and clock.latest and clock.earliest > clock.latest:
        clock.earliest = clock.latest = None


def _time(found: re.Match[str], which: str, afternoon: bool, late: bool = False) -> time | None:
    """`late`: an hour after which somebody is free, so 7 is more likely the evening's."""
    hour, minute = int(found["h" + which]), int(found["m" + which] or 0)
    minute = {"media": 30, "cuarto": 15}.get(found["q" + which] or "", minute)
    half = (found["ap" + which] or found["part" + which] or "").replace(".", "")
    if hour > 23 or (hour == 0 and not found["m" + which]):
        return None
    if hour <= 12 and half:
        morning = half in ("am", "a", "manana", "madrugada", "morning")
        hour = hour % 12 + (0 if morning else 12)
    elif 1 <= hour <= 6 or (hour < 12 and afternoon) or (late and hour == 7):
        hour += 12
    return time(hour, minute)


def _pair(found: re.Match[str], afternoon: bool) -> tuple[time | None, time | None]:
    """The first of two takes its half of the day from the second: "2-4pm", "9 to 11 am"."""
    first, last = _time(found, "1", afternoon), _time(found, "2", afternoon)
    if first is None or last is None:
        return None, None
    if found["ap2"] and not found["ap1"] and last.hour >= 12:
        later = time(first.hour + 12, first.minute) if first.hour < 12 else first
        first = later if later <= last else first
    if first > last and last.hour < 12:
        last = time(last.hour + 12, last.minute)
    return first, last


def _shift(at: time, minutes: int) -> time:
    total = min(max(at.hour * 60 + at.minute + minutes, 0), _MINUTES_A_DAY - 1)
    return time(total // 60, total % 60)
