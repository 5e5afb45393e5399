"""Which of the offered options a patient means: by number, place, name, day or hour."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from agent.understanding.answers import Answered, wants_out, yes_or_no
from agent.understanding.calendar_words import WEEKDAYS
from agent.understanding.dates import When, matches, parse_when
from agent.understanding.people import match_items
from agent.understanding.phrases import expanded, read_phrases
from agent.understanding.spelling import squeezed, words


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """More than one option fits; `fitting` are their positions."""

    fitting: tuple[int, ...]


_SAID = read_phrases("choices")
_WORDS = {"ONE": _SAID["one"]}


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(expanded(_SAID[name], _WORDS))


def _word(name: str) -> str:
    return rf"\b(?:{'|'.join(_SAID[name])})\b"


_POLITE = re.compile(_word("polite"))
_EDGES = re.compile(r"[\s,.!;:¡¿\"()👍🙏😊]+")
_ORDINALS = tuple(
    (re.compile(rf"(?:the |la |el |los |las |your |#)?(?:very )?(?:{names}){_SAID['one']}"), place)
    for names, place in [*zip(_SAID["ordinals"], range(6), strict=True), (_SAID["last"], -1)]
)
_NUMBER, _MIDDLE, _LATEST, _EARLIEST = map(_whole, ("number", "middle", "latest", "earliest"))
_NUMERALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "un": 1, "una": 1, "uno": 1,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
}  # fmt: skip
_ANY = re.compile(f"(?:{'|'.join(_SAID['any'])}){_SAID['any_tail']}")
_NONE = re.compile(_word("none"))
_QUESTION = re.compile(rf"(?:{_SAID['question']})\b")
_OFFERING = re.compile(rf"(?:{_SAID['offering']})\b")


def choose(
    text: str,
    labels: Sequence[str],
    *,
    starts: Sequence[datetime | None] | None = None,
    now: datetime | None = None,
) -> int | Ambiguous | None:
    """The position of the option meant; None when the words are something else.

    `starts`: when the options are times, their starts in practice time, with `now` for "tomorrow".
    """
    plain = squeezed(text).replace("’", "'")
    if not labels or wants_out(text) or len(plain.split()) > 30:
        return None
    exact = [i for i, label in enumerate(labels) if squeezed(label) == plain]
    if len(exact) == 1:
        return exact[0]
    if _ANY.fullmatch(_bare(plain)) or _ANY.fullmatch(_EDGES.sub(" ", plain).strip()):
        return 0
    if _NONE.search(plain):
        return None
    if _QUESTION.match(plain) and "?" in text and not _OFFERING.match(plain):
        return None
    core = _bare(plain)
    if not core:
        return _only_one(text, labels)
    placed = _by_place(core, len(labels), starts)
    if placed is not None:
        return placed
    if starts is not None and now is not None and any(starts):
        timed = _by_time(text, core, starts, now)
        if timed is not None:
            return timed
    return _by_name(text, plain, labels)


def _bare(plain: str) -> str:
    """Without politeness and punctuation."""
    return " ".join(_EDGES.sub(" ", _POLITE.sub(" ", plain)).strip(" ?-").split())


def _only_one(text: str, labels: Sequence[str]) -> int | None:
    """ "Yes please" takes the one thing on offer."""
    said = yes_or_no(text)
    return 0 if len(labels) == 1 and said and said.answered is Answered.YES else None


def _by_place(core: str, count: int, starts: Sequence[datetime | None] | None) -> int | None:
    for pattern, place in _ORDINALS:
        if pattern.fullmatch(core):
            return place % count if place < count else None
    if _MIDDLE.fullmatch(core) and count % 2 == 1:
        return count // 2
    order = list(range(count))
    if starts is not None and all(starts):
        order.sort(key=lambda i: _instant(starts[i]))
    if _LATEST.fullmatch(core):
        return order[-1]
    if _EARLIEST.fullmatch(core):
        return order[0]
    if number := _NUMBER.fullmatch(core):
        value = _NUMERALS.get(number[1]) or int(number[1])
        if 1 <= value <= count:
            return value - 1
    return None


def _instant(start: datetime | None) -> float:
    return start.timestamp() if start else 0.0


def _by_time(
    text: str, core: str, starts: Sequence[datetime | None], now: datetime
) -> int | Ambiguous | None:
    when = parse_when(text, now) or _bare_hour(core, now)
    if when is None or (when.weekdays is None and _says_nothing(when, now)):
        return None
    fitting = _fitting(when, starts)
    if not fitting and (weekday := _only_weekday(text)) is not None:
        later = replace(when, start=now.date(), end=now.date().max, weekdays=frozenset({weekday}))
        fitting = _fitting(later, starts)
    if not fitting and when.earliest is not None and when.earliest == when.latest:
        other = time((when.earliest.hour + 12) % 24, when.earliest.minute)
        fitting = _fitting(replace(when, earliest=other, latest=other), starts)
    if not fitting:
        return None
    return fitting[0] if len(fitting) == 1 else Ambiguous(fitting)


def _fitting(when: When, starts: Sequence[datetime | None]) -> tuple[int, ...]:
    return tuple(i for i, at in enumerate(starts) if at is not None and matches(when, at))


def _bare_hour(core: str, now: datetime) -> When | None:
    """ "10", "la de las 10:30": an hour without a word around it."""
    hour = re.fullmatch(
        r"(?:the |la |el |las |la de las |el de las |at )?(\d{1,2}(?::\d\d)?)", core
    )
    return parse_when(f"at {hour[1]}", now) if hour else None


def _says_nothing(when: When, now: datetime) -> bool:
    narrowed = when.earliest or when.latest or when.not_weekdays
    return not narrowed and (when.end - when.start).days > 31


def _only_weekday(text: str) -> int | None:
    named = {WEEKDAYS[word] for word in words(text) if word in WEEKDAYS}
    return named.pop() if len(named) == 1 else None


def _by_name(text: str, plain: str, labels: Sequence[str]) -> int | Ambiguous | None:
    """By words of the label, unless the message says much more than that."""
    found = match_items(text, labels)
    if not found or len(found) == len(labels) > 1:
        return None
    if len(plain.split()) > 6 + max(len(words(labels[i])) for i in found):
        return None
    return found[0] if len(found) == 1 else Ambiguous(found)
