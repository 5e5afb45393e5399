"""Times of day as people say them: "after 5", "between 2 and 4", "por la tarde", "not before noon".

Hours without am or pm: 7 to 11 are morning, 12 to 6 afternoon, unless the part of the day says
otherwise. All bounds are on the start of an appointment and inclusive.
"""

import re
from dataclasses import dataclass, field
from datetime import time

from agent.understanding.calendar_words import MONTHS, any_of
from agent.understanding.scan import Scan

_MINUTES_A_DAY = 24 * 60
_UNIT = r"(?:days?|weeks?|wks?|months?|years?|min(?:ute)?s?|hours?|hrs?|times|people|of us|dias?|semanas?|mes(?:es)?|anos?|minutos?|horas?|veces|personas|opcion(?:es)?|%|st|nd|rd|th)"
_TIME = (
    r"(?P<h#>\d{1,2})(?!\d)(?!/\d)(?:[:.h](?P<m#>[0-5]\d)(?!\d))?(?: y (?P<q#>media|cuarto))?"
    rf"(?! ?{_UNIT}\b)(?! (?:de |of )?{any_of(MONTHS)}\b)"
    r"(?: ?o'?clock)?(?: ?(?P<ap#>[ap]\.?m\b\.?|[ap]\b))?"
    r"(?: (?:de|en|por|in) (?:la|the) "
    r"(?P<part#>manana|madrugada|tarde|noche|morning|afternoon|evening))?(?: ?h(?:rs|oras)?\b)?"
)
_LAS = r"(?:las? )?"


def _with(pattern: str) -> re.Pattern[str]:
    """`T1`, `T2` in a pattern stand for times."""
    one, two = (_TIME.replace("#", n) for n in "12")
    return re.compile(pattern.replace("T1", one).replace("T2", two))


_BETWEEN = _with(rf"\b(?:between|entre) {_LAS}T1 ?(?:and|to|-|–|y|a) ?{_LAS}T2")
_FROM_TO = _with(
    rf"\b(?:from|de|desde) {_LAS}T1 ?(?:to|-|–|until|till|a|hasta) ?{_LAS}T2(?! (?:de|of)\b)"
)
_DASH = _with(r"(?<![\d/$-])\bT1 ?(?:-|–|to|a) ?(?:las )?T2(?!-)")
_NOT_BEFORE = _with(
    r"\b(?:(?:not|no|nothing|never|nada) (?:before|earlier than|sooner than|antes de)"
    r"|(?:any ?time |sometime )?(?:after|later than|past|starting at|from)"
    rf"|despues de|a partir de|pasadas|desde) {_LAS}T1(?! (?:de|of)\b)"
)
_OR_LATER = _with(rf"\b{_LAS}T1 (?:or|o) (?:later|after|mas tarde|despues)\b")
_ONWARD = _with(r"\bT1 (?:on|onwards?|en adelante)\b")
_NOT_AFTER = _with(
    r"\b(?:(?:not|no|nothing|never|nada) (?:after|later than|past|despues de)|by|until|till|til"
    rf"|hasta|a mas tardar(?: a)?) {_LAS}T1(?! (?:de|of)\b)"
)
_BEFORE = _with(rf"\b(?:before|earlier than|prior to|antes de) {_LAS}T1(?! (?:de|of)\b)")
_OR_EARLIER = _with(rf"\b{_LAS}T1 (?:or|o) (?:earlier|before|mas temprano|antes)\b")
_AROUND = _with(
    rf"\b(?:around|about|round|approximately|at like|like|a eso de|como a|cerca de|sobre|tipo) {_LAS}T1"
)
_ISH = _with(r"\bT1 ?-?ish\b")
_AT = _with(r"(?:\bat|@|\ba|\bde|\bpara|\bthe|\bla de) ?(?:las?\b ?)?T1(?: (?:or|o) T2)?")
_CLEAR = _with(rf"(?<![\d/$.:-])\b{_LAS}T1(?: (?:or|o) T2)?")
_HALF_PAST = re.compile(r"\bhalf past (\d{1,2})\b")
_QUARTER = re.compile(r"\bquarter (past|to|after|till) (\d{1,2})\b")
_CUARTO = re.compile(r"\b(?:un )?cuarto para las (\d{1,2})\b")
_NOON = re.compile(
    r"(?<!hora del )\b(?:12 )?(?:noon|mid-?day)\b|\b(?:al? |el |de |del )?medio ?dia\b(?<!hora del mediodia)"
)

_COMPACT = re.compile(r"(?<![\d:/$.-])\b(\d{1,2})([0-5]\d) ?([ap])\.?m?\b")

_SAY_NO = r"(?P<no>(?:\b(?:not|no|never|nothing|avoid|except|excepto|menos|nada|but not|pero no|can't do|cant do|no puedo)) (?:too |muy |in |on |por |en |de )?(?:the )?)?"
_PARTS: tuple[tuple[str, str, time | None, time | None], ...] = (
    ("morning", r"first thing(?: in the (?:am|mornings?))?|a primera hora|(?:lo )?mas temprano (?:posible )?(?:en|por|de) la manana", None, time(10)),
    ("morning", r"(?:very |bright and |really )?early (?:in the )?(?:am|mornings?)|(?:muy |bien )?temprano(?: (?:en|por|de) las? mananas?)?", None, time(10)),
    ("lunch", r"(?:(?:at|around|over|during) )?(?:my )?lunch ?(?:time|hour|break)?s?|(?:a la )?hora del? (?:almuerzo|comida|mediodia)", time(11, 30), time(13, 30)),
    ("afternoon", r"early (?:in the )?afternoons?", time(12), time(14, 30)),
    ("afternoon", r"late(?:r)? (?:in the )?afternoons?|late(?:r)? in the day|end of (?:the |my )?(?:work ?)?day|al final del dia|ultima hora", time(15), time(18)),
    ("morning", r"late(?:r)? (?:in the )?mornings?|mid-?mornings?|media manana", time(10), time(11, 59)),
    ("evening", r"after (?:my )?(?:work|shift|business hours|i get off(?: work)?)|(?:despues|saliendo|al salir) del? (?:el )?trabajo", time(17), None),
    ("afternoon", r"after (?:school|class(?:es)?|pick-?up)|despues de (?:la |las )?(?:escuela|clases?|colegio)", time(15), None),
    ("morning", r"before (?:work|school|class)|antes del? (?:trabajo|la escuela|clases)", None, time(9)),
    ("evening", r"(?:early |late )?(?:in the )?evenings?|(?:at )?nights?(?! ?sweat)|(?:por|en|de|a) las? noches?|las noches|la noche", time(17), None),
    ("tarde", r"(?:por|en|de|a|para) las? tardes?|las tardes|la tarde|tardecita|tarde(?= (?:del?|por favor)\b)|(?<=lunes )tarde|(?<=martes )tarde|(?<=coles )tarde|(?<=jueves )tarde|(?<=viernes )tarde|(?<=manana )tarde", time(12), time(18, 59)),
    ("afternoon", r"(?:in the )?afternoons?(?: only)?|(?:in the )?pm\b", time(12), time(16, 59)),
    ("morning", r"(?:in the )?mornings?|(?:in the )?am\b(?<!i am)|(?:por|en|de|a) las? mananas?|las mananas|la manana|madrugada", None, time(11, 59)),
)  # fmt: skip
_PART_PATTERNS = tuple(
    (re.compile(rf"{_SAY_NO}\b(?:{expression})\b"), name, earliest, latest)
    for name, expression, earliest, latest in _PARTS
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
    text = _HALF_PAST.sub(r"\1:30", text)
    text = _QUARTER.sub(_quarter, text)
    text = _CUARTO.sub(lambda m: f"las {(int(m[1]) - 2) % 12 + 1}:45", text)
    return " ".join(_NOON.sub(" 12:00 pm", _COMPACT.sub(r"\1:\2 \3", text)).split())


def _quarter(found: re.Match[str]) -> str:
    hour = int(found[2])
    if found[1] in ("past", "after"):
        return f"{hour}:15"
    return f"{(hour - 2) % 12 + 1}:45"


def _read_bounds(scan: Scan, clock: Clock, afternoon: bool) -> None:
    for pattern, accept in ((_BETWEEN, bool), (_FROM_TO, bool), (_DASH, _is_clear)):
        for found in scan.take(pattern, accept):
            first, last = _pair(found, afternoon)
            if first is not None and last is not None and first <= last:
                clock.earliest, clock.latest = first, last
    for pattern in (_NOT_AFTER, _OR_EARLIER):
        for found in scan.take(pattern):
            clock.latest = _time(found, "1", afternoon) or clock.latest
    for pattern in (_NOT_BEFORE, _OR_LATER, _ONWARD):
        for found in scan.take(pattern):
            clock.earliest = _time(found, "1", afternoon, late=True) or clock.earliest
    for found in scan.take(_BEFORE):
        at = _time(found, "1", afternoon)
        if at is not None:
            clock.latest = _shift(at, -1)


def _read_points(scan: Scan, clock: Clock, afternoon: bool) -> None:
    for pattern in (_AROUND, _ISH):
        for found in scan.take(pattern):
            at = _time(found, "1", afternoon)
            if at is not None:
                clock.spans.append((_shift(at, -60), _shift(at, 60)))
    if clock.said:
        return
    for pattern, accept in ((_AT, bool), (_CLEAR, _is_clear)):
        for found in scan.take(pattern, accept):
            for which in "12":
                at = _time(found, which, afternoon) if found[f"h{which}"] else None
                if at is not None:
                    clock.spans.append((at, at))


def _is_clear(found: re.Match[str]) -> bool:
    return any(found[name] for name in ("ap1", "m1", "part1", "q1", "ap2", "m2", "part2"))


def _read_parts(scan: Scan, clock: Clock) -> None:
    for pattern, name, earliest, latest in _PART_PATTERNS:
        for found in scan.take(pattern):
            if not found["no"]:
                clock.spans.append((earliest, latest))
            elif name == "morning":
                clock.earliest = time(12)
            elif name == "evening":
                clock.latest = time(16, 59)
            elif name in ("afternoon", "tarde"):
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


def _time(
    found: re.Match[str], which: str, afternoon: bool, late: bool = False
) -> time | None:
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
