"""When a patient wants to come, and which appointment they speak of, as days and hours."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agent.understanding.calendar_words import MONTHS, corrected
from agent.understanding.clock_grammar import read_clock
from agent.understanding.day_grammar import OPEN_DAYS, Days, read_days
from agent.understanding.phrases import any_of, expanded, read_phrases
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
_NUMBER_WORDS: dict[str, str] = {
    word: str(value)
    for value, names in enumerate(_MOVES["numbers"], start=2)
    for word in names.split("|")
}
_NUMBER_WORD = re.compile(rf"\b{any_of(_NUMBER_WORDS)}\b")
_ORDINAL_WORDS: dict[str, str] = {
    word: f"{value}th" for value, word in enumerate(_MOVES["ordinals"], start=4)
}
_ORDINAL_WORD = re.compile(rf"\b{any_of(_ORDINAL_WORDS)}\b")
_FIRST_OF = re.compile(rf"\b(first|second|third) of ({any_of(MONTHS)})\b")
_OF_FIRST = re.compile(rf"\b({any_of(MONTHS)}) (?:the )?(first|second|third)\b(?! week)")
_NTH = {"first": "1st", "second": "2nd", "third": "3rd"}
_MINUTES = {
    "fifteen": "15", "thirty": "30", "forty": "40", "forty five": "45", "forty-five": "45",
    "fifty": "50", "quince": "15", "treinta": "30", "cuarenta": "40", "cuarenta y cinco": "45",
    "cincuenta": "50",
}  # fmt: skip
_SPOKEN = re.compile(
    rf"\b({any_of([*list(_NUMBER_WORDS)[:22], 'one'])}|\d{{1,2}})[ -](?:y )?({any_of(_MINUTES)})\b"
    r"(?! minutes)"
)
_UNSEPARATED = re.compile(
    r"(?:(?<=\bat )|(?<=@ )|(?<=@)|(?<=las )|^)(\d{1,2})([0-5][05])(?=$|[ ,.!?])(?! ?[\d-])"
)
_O_CLOCK = re.compile(r"(?<!at )\b(\d{1,2}) ?o'? ?clock\b")
_PART_NO = re.compile(r"\b((?:en|por|de) las? (?:manana|tarde|noche)s?) no(?=$|[,.;!])")
_MENOS = re.compile(r"\blas (\d{1,2}) menos (cuarto|10|20|5|25)\b")
_LISTED = re.compile(
    rf"(?<!between )\b(?P<month>{any_of(MONTHS)})\.? (?P<days>\d{{1,2}}(?:st|nd|rd|th)?"
    r"(?:(?:,| or| and|, or|, and) (?:the )?\d{1,2}(?:st|nd|rd|th)?(?!:|\d| ?[ap]\.?m))+)\b(?![:/])"
)
_LISTADOS = re.compile(
    rf"(?<!entre )(?<!entre el )\b(?P<days>\d{{1,2}}(?:(?:,| o| y|, o) (?:el )?\d{{1,2}})+)"
    rf" de (?P<month>{any_of(MONTHS)})\b"
)
_ONE_O_CLOCK = re.compile(
    r"\b(at|after|before|around|until|by|a la|la) (?:one|una)\b"
    r"(?! (?:of|de|on|week|semana|hora|cita))"
)
_THIS_PART = re.compile(
    r"\b(?:(?:esta|today|hoy) (?P<es>tarde|noche|manana)|this (?P<en>morning|afternoon|evening)"
    r"|(?P<night>tonight)|manana (?P<next>tarde|noche))\b"
)
_ELEVEN = re.compile(r"\blas once\b|\bonce(?= (?:y|de la|en punto)\b)")


def prepared(text: str) -> str:
    """Folded, spelling corrected, numbers as digits, greetings gone."""
    plain = _GREETING.sub(" ¦ ", corrected(fold(text)))
    plain = _THIS_PART.sub(_day_and_part, plain)
    plain = _SPOKEN.sub(lambda m: f"at {_hour(m[1])}:{_MINUTES[m[2]]}", plain)
    plain = re.sub(r"\bone o'? ?clock\b", "at 1", plain)
    plain = _ORDINAL_WORD.sub(lambda m: _ORDINAL_WORDS[m[0]], plain)
    plain = _FIRST_OF.sub(lambda m: f"{_NTH[m[1]]} of {m[2]}", plain)
    plain = _OF_FIRST.sub(lambda m: f"{m[1]} {_NTH[m[2]]}", plain)
    plain = _NUMBER_WORD.sub(lambda m: _NUMBER_WORDS[m[0]], plain)
    plain = _O_CLOCK.sub(r"at \1", _UNSEPARATED.sub(r"at \1:\2", plain))
    plain = _MENOS.sub(_before_the_hour, _PART_NO.sub(r"no \1", plain))
    plain = _LISTADOS.sub(_each_with_its_month, _LISTED.sub(_each_with_its_month, plain))
    return _ELEVEN.sub("las 11", _ONE_O_CLOCK.sub(r"\1 1", plain))


def _hour(word: str) -> str:
    return "1" if word == "one" else _NUMBER_WORDS.get(word, word)


def _before_the_hour(found: re.Match[str]) -> str:
    """ "Las 4 menos cuarto" is 3:45."""
    minutes = 15 if found[2] == "cuarto" else int(found[2])
    return f"las {(int(found[1]) - 2) % 12 + 1}:{60 - minutes:02}"


def _each_with_its_month(found: re.Match[str]) -> str:
    """ "June 15, 16 or 17" is three days."""
    return " or ".join(f"{found['month']} {n}" for n in re.findall(r"\d+", found["days"]))


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


def in_context(text: str, now: datetime, spoken_of: tuple[date, date]) -> str:
    """The text with what it leaves to the days already spoken of (inclusive): "10:30" is on those
    days, "thursday" in their week; a text that says its own days stays as it is."""
    scan = Scan(prepared(text))
    days = read_days(scan, now.date())
    first, last = spoken_of
    if not days.said and read_clock(scan).said:
        return f"{text} {first}" if first == last else f"{text} {first} to {last}"
    loose = days.loose and all(s == e and s.weekday() in days.loose for s, e in days.ranges)
    sunday = first + timedelta(days=6 - first.weekday())
    if not loose or days.frame or days.weekdays:
        return text
    if sunday - timedelta(days=6 - min(days.loose)) < now.date():
        return text
    return f"{text}, the week of {first}"


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
