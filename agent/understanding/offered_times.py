"""Which of the offered times a patient names, by day, date or hour."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from agent.understanding.calendar_words import MONTHS, WEEKDAYS, corrected
from agent.understanding.dates import When, matches, parse_when
from agent.understanding.day_grammar import OPEN_DAYS
from agent.understanding.phrases import read_phrases
from agent.understanding.spelling import squeezed, words

_SAID = read_phrases("offered_times")
_WORDING = tuple((re.compile(said), read) for said, read in _SAID["wording"])
_WEEKEND = re.compile(_SAID["weekend"])
_OWN_DATE = re.compile(rf"\d(?:st|nd|rd|th)\b|\d[/-]\d|\b(?:{'|'.join(MONTHS)})\b|\bel \d")
_HOUR = re.compile(
    r"(?:the |la |el |las |la de las |el de las |at )?"
    r"(\d{1,2}(?:[: ][0-5]\d)?|\d[0-5]\d|1[0-2][0-5]\d)(?: one| sharp| en punto)?"
)
_COMPACT = re.compile(
    r"(?<![\d:/$.#-])\b(1[0-2]|[1-9])([0-5][05])\b(?![:/%]|\.\d| ?(?:mg|st|ave)\b)"
)
_HOUR_ON = re.compile(rf"(?:^|(?<=, ))(1[0-2]|[1-9])(?= on (?:{'|'.join(WEEKDAYS)})\b)")
_NAME = "|".join(MONTHS)
_MONTH = re.compile(rf"\b(?:the|la|el|in|de|en) ({_NAME})(?:'s)?\b(?! ?\d)|^({_NAME})(?: one)?$")
_MINUTE = re.compile(
    r"\b(?:(?P<half>half(?: past)?|y media)|(?P<full>on the hour)|quarter past|y cuarto)"
    r"(?! \w+ |\w* ?\d)"
)
_TO_THE_MINUTE = re.compile(
    r":00|\d ?[ap]\.?m\b|\binstead\b|\bsharp\b|\ben (?:vez|lugar)\b|\ben punto\b"
)
_DAY_NAMES = "|".join([*WEEKDAYS, *MONTHS, *"lun mar mie jue vie sab dom".split()])
_TIME_WORD = re.compile(rf"(?:{_DAY_NAMES}|[ap]m|\d[\d:/.)-]*|[–·-]|with|con|at|de|las?),?")


@dataclass(frozen=True, slots=True)
class Times:
    """The options' starts in practice time, and the time it is there."""

    starts: tuple[datetime | None, ...]
    now: datetime


def times_of(
    labels: Sequence[str], starts: Sequence[datetime | None] | None, now: datetime | None
) -> Times | None:
    """The options' times, from their labels where they are not given; None when they have none."""
    if now is None:
        return None
    if starts is None:
        read = [parse_when(label, now) for label in labels]
        starts = [when.exact if when else None for when in read]
    return Times(tuple(starts), now) if any(starts) else None


def dates_of(labels: Sequence[str], now: datetime | None) -> tuple[date | None, ...]:
    """The one day that each label tells, if it does."""
    if now is None:
        return (None,) * len(labels)
    read = [parse_when(label, now) for label in labels]
    return tuple(when.start if when and when.start == when.end else None for when in read)


def without_time(label: str) -> str:
    """An appointment's label without its day and hour, which are read as such."""
    return " ".join(word for word in label.split() if not _TIME_WORD.fullmatch(squeezed(word)))


def at_times(text: str, core: str, times: Times) -> tuple[int, ...] | None:
    """The options at the time that the text names; None when it names none."""
    now, starts = times.now, times.starts
    for said, read in _WORDING:
        text = said.sub(read, text)
    text = _HOUR_ON.sub(r"at \1", _COMPACT.sub(r"\1:\2", text))
    when = parse_when(text, now) or _bare_hour(core, now) or _bare_month(core, now)
    if when is None or (when.weekdays is None and _says_nothing(when, now)):
        return _at_minute(core, starts)
    if (when.end - when.start).days == OPEN_DAYS or len(when.weekdays or ()) > 1:
        when = replace(when, end=now.date().max)
    fitting = _fitting(when, starts)
    weekdays = frozenset[int]() if _OWN_DATE.search(text) else _only_weekdays(text)
    if not fitting and weekdays:
        later = replace(when, start=now.date(), end=now.date().max, weekdays=weekdays)
        fitting = _fitting(later, starts)
    exact = when.earliest is not None and when.earliest == when.latest
    if not fitting and exact and not _TO_THE_MINUTE.search(text):
        fitting = _near(when, when.earliest or time(), starts)
    return fitting


def _near(when: When, at: time, starts: Sequence[datetime | None]) -> tuple[int, ...]:
    """Those in the other half of the day, or some time after a full hour."""
    other = time((at.hour + 12) % 24, at.minute)
    fitting = _fitting(replace(when, earliest=other, latest=other), starts)
    for hour in (at, other):
        if not fitting and at.minute == 0:
            within = replace(when, earliest=hour, latest=time(hour.hour, 59))
            fitting = _fitting(within, starts)
    return fitting


def _fitting(when: When, starts: Sequence[datetime | None]) -> tuple[int, ...]:
    return tuple(i for i, at in enumerate(starts) if at is not None and matches(when, at))


def _at_minute(core: str, starts: Sequence[datetime | None]) -> tuple[int, ...] | None:
    """ "The half past one", "la de y media": minutes of no hour."""
    said = _MINUTE.search(core)
    if said is None:
        return None
    minute = 30 if said["half"] else 0 if said["full"] else 15
    return tuple(i for i, at in enumerate(starts) if at is not None and at.minute == minute)


def _bare_month(core: str, now: datetime) -> When | None:
    """ "The july one"."""
    month = _MONTH.search(core)
    return parse_when(f"in {month[1] or month[2]}", now) if month else None


def _bare_hour(core: str, now: datetime) -> When | None:
    """ "10", "la de las 10:30": an hour without a word around it."""
    hour = _HOUR.fullmatch(core)
    if hour is None:
        return None
    digits = hour[1].replace(" ", ":")
    return parse_when(
        f"at {digits[:-2]}:{digits[-2:]}"
        if digits.isdigit() and len(digits) > 2
        else f"at {digits}",
        now,
    )


def _says_nothing(when: When, now: datetime) -> bool:
    narrowed = when.earliest or when.latest or when.not_weekdays or when.start > now.date()
    return not narrowed and (when.end - when.start).days > 31


def _only_weekdays(text: str) -> frozenset[int]:
    """The weekday that alone is named; both of a weekend."""
    said = (word.partition("'")[0] for word in words(corrected(squeezed(text))))
    named = frozenset(WEEKDAYS[word] for word in said if word in WEEKDAYS)
    if not named and _WEEKEND.search(corrected(squeezed(text))):
        return frozenset({5, 6})
    return named if len(named) == 1 else frozenset()
