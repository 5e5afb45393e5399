"""When a patient wants to come, and which appointment they speak of, as days and hours."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agent.understanding.calendar_words import corrected
from agent.understanding.clock_grammar import read_clock
from agent.understanding.day_grammar import OPEN_DAYS, Days, read_days
from agent.understanding.phrases import expanded, read_phrases
from agent.understanding.scan import Scan
from agent.understanding.spelling import fold


@dataclass(frozen=True, slots=True)
class When:
    """Days `start` to `end` (inclusive) in practice time, narrowed by weekday (Monday 0) and by the
    wall-clock time an appointment may begin (`earliest` to `latest`, inclusive).

    `exact`: one instant, in the time zone of the `now` that was given. `text`: the words read.
    """

    start: date
    end: date
    weekdays: frozenset[int] | None = None
    not_weekdays: frozenset[int] = frozenset()
    earliest: time | None = None
    latest: time | None = None
    exact: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """`which`: when the appointment is that is to be moved; `to`: when it should be."""

    which: When | None
    to: When | None


_MOVES = read_phrases("moves")
_GREETING = re.compile(rf"\b(?:{'|'.join(_MOVES['greeting'])})\b")
_NUMBER_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "dos": "2", "tres": "3",
    "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7", "ocho": "8", "nueve": "9",
    "diez": "10", "doce": "12",
}  # fmt: skip
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b")
_ONE_O_CLOCK = re.compile(
    r"\b(at|after|before|around|until|by|a la|la) (?:one|una)\b"
    r"(?! (?:of|de|on|week|semana|hora|cita))"
)
_THIS_PART = re.compile(
    r"\b(?:(?:esta|today|hoy) (?P<es>tarde|noche|manana)|this (?P<en>morning|afternoon|evening)"
    r"|(?P<night>tonight)|manana (?P<next>tarde|noche))\b"
)
_ELEVEN = re.compile(r"\blas once\b")


def prepared(text: str) -> str:
    """Folded, spelling corrected, numbers as digits, greetings gone."""
    plain = _GREETING.sub(" ¦ ", corrected(fold(text)))
    plain = _THIS_PART.sub(_day_and_part, plain)
    plain = _NUMBER_WORD.sub(lambda m: _NUMBER_WORDS[m[0]], plain)
    return _ELEVEN.sub("las 11", _ONE_O_CLOCK.sub(r"\1 1", plain))


def _day_and_part(found: re.Match[str]) -> str:
    """ "this afternoon", "esta tarde": today, and a part of the day."""
    if found["next"]:
        return f"manana por la {found['next']}"
    if found["es"]:
        return f"hoy por la {found['es']}"
    return f"today {found['en'] or 'evening'}"


def parse_when(text: str, now: datetime) -> When | None:
    """The days and hours a text names, from `now` (aware, practice time) on; None if it names none.

    Nothing lies in the past unless the text says so ("last Tuesday", a year).
    """
    return read_prepared(prepared(text), now)


def read_prepared(plain: str, now: datetime) -> When | None:
    """`parse_when` for text that went through `prepared`."""
    scan = Scan(plain)
    days = read_days(scan, now.date())
    clock = read_clock(scan)
    if not days.said and not clock.said:
        return None
    start, end, weekdays = _span(days, now.date())
    exact = None
    if clock.exact is not None and start == end:
        exact = datetime.combine(start, clock.exact, tzinfo=now.tzinfo)
    return When(
        start,
        end,
        weekdays,
        frozenset(days.not_weekdays),
        clock.earliest,
        clock.latest,
        exact,
        _words_read(plain, scan.left),
    )


def _span(days: Days, today: date) -> tuple[date, date, frozenset[int] | None]:
    """The hull of all days named; several single days narrow it by their weekdays."""
    ranges = list(days.ranges)
    weekdays = set(days.weekdays)
    if days.frame is not None and not ranges:
        ranges.append(days.frame)
    elif days.frame is not None:
        inside = [r for r in ranges if days.frame[0] <= r[0] <= days.frame[1]]
        ranges = inside or ranges
    if not ranges:
        ranges.append((today, today + timedelta(days=OPEN_DAYS)))
    elif len(set(ranges)) > 1 and all(s == e for s, e in ranges):
        weekdays |= {s.weekday() for s, _ in ranges}
    start, end = min(s for s, _ in ranges), max(e for _, e in ranges)
    if start < today <= end:
        start = today
    return start, end, frozenset(weekdays) or None


def _words_read(plain: str, left: str) -> str:
    """The words that the scan took."""
    unread = Counter(left.split())
    taken = []
    for word in plain.split():
        if unread[word] > 0:
            unread[word] -= 1
        elif word != "¦":
            taken.append(word)
    return " ".join(taken)


def matches(when: When, start: datetime) -> bool:
    """Whether an appointment that begins at `start` (practice time) is one of those meant."""
    day, at = start.date(), start.time().replace(tzinfo=None)
    return (
        when.start <= day <= when.end
        and (when.weekdays is None or day.weekday() in when.weekdays)
        and day.weekday() not in when.not_weekdays
        and (when.earliest is None or at >= when.earliest)
        and (when.latest is None or at <= when.latest)
    )


# An appointment's own time and the wanted one

_WHICH = tuple(re.compile(expanded(rule["say"], _MOVES["words"])) for rule in _MOVES["rule"])


def parse_move(text: str, now: datetime) -> Move:
    """Tells the appointment being moved ("my Thursday appointment") from the wanted time."""
    plain = prepared(text)
    left, which = plain, None
    for pattern in _WHICH:
        for found in pattern.finditer(left):
            when = read_prepared(found[1], now)
            if when is None or _only_open(when, now) or not _named_day(found[1], now):
                continue
            which = which or when
            start, end = found.span(1)
            left = left[:start] + "¦".center(end - start) + left[end:]
            break
    return Move(which, read_prepared(left, now))


def _only_open(when: When, now: datetime) -> bool:
    return when.end - when.start == timedelta(days=OPEN_DAYS) and when.earliest is None


def _named_day(words: str, now: datetime) -> bool:
    scan = Scan(words)
    days = read_days(scan, now.date())
    return bool(days.ranges or days.weekdays or days.frame) or read_clock(scan).said
