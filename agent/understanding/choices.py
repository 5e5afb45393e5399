"""Which of the offered options a patient means: by number, place, name, day or hour."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from agent.understanding.answers import Answered, wants_out, yes_or_no
from agent.understanding.calendar_words import MONTHS, WEEKDAYS, corrected
from agent.understanding.corrections import settled
from agent.understanding.dates import When, matches, parse_when
from agent.understanding.people import match_items, says_more
from agent.understanding.phrases import expanded, read_phrases
from agent.understanding.spelling import alike, squeezed, words


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
_EDGES = re.compile(r"(?:[\s,!;:¡¿\"()👍🙏😊]|\.(?!\d))+")
_LEAD = r"(?:(?:for|in|on|with|to|en|para|con|de|just|que) )*"
_THE = r"(?:the |la |el |los |las |your |that |this |esa |ese |#)?"
_ORDINALS = tuple(
    (re.compile(rf"{_LEAD}{_THE}(?:very )?(?:{names}){_SAID['one']}"), place)
    for names, place in [
        *zip(_SAID["ordinals"], range(6), strict=True),
        (_SAID["last"], -1),
        (_SAID["penultimate"], -2),
    ]
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
_FORMER, _LATTER, _PLACED = map(_whole, ("former", "latter", "placed"))
_ASKING = re.compile(_SAID["asking"])
_ELSEWHERE, _ELSEWHERE_LABEL = _whole("elsewhere"), _whole("elsewhere_label")
_HARMLESS, _GREETING, _REASON_FIRST = map(_whole, ("harmless", "greeting", "reason_first"))
_BECAUSE = re.compile(
    r"(?<=\w),? (?:because|bc|cuz|since|porque|ya que|my daughter"
    r"|so i(?!'| (?:think|guess|want|would|will|ll)\b))\b.*"
)
_PLACES = (
    "first second third fourth fifth option number middle later latest earlier earliest sooner"
    " soonest primera primero segunda segundo tercera tercero ultima ultimo"
).split()
_OWN_DATE = re.compile(rf"\d(?:st|nd|rd|th)\b|\d[/-]\d|\b(?:{'|'.join(MONTHS)})\b|\bel \d")
_HOUR = re.compile(
    r"(?:the |la |el |las |la de las |el de las |at )?"
    r"(\d{1,2}(?::\d\d)?|\d[0-5]\d|1[0-2][0-5]\d)(?: one)?"
)
_OR = re.compile(r"\b(?:or|o)\b")
_MONTH = re.compile(rf"(?:the |la |el |in |de |en )*({'|'.join(MONTHS)})(?: one)?")
_SHORT_DAYS = "lun mar mie jue vie sab dom".split()
_TIME_WORD = re.compile(
    rf"(?:{'|'.join([*WEEKDAYS, *MONTHS, *_SHORT_DAYS])}|[ap]m|\d[\d:]*|with|con),?"
)
_LABEL_NUMBER = re.compile(
    r"(?:the |my |la |el |los |las )?(?:de )?(\d+(?:\.\d+)?|\.\d+) ?(?:mg|%|mcg|ml)?(?: one)?"
)


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
    plain = settled(_HARMLESS.sub(" ", _GREETING.sub("", plain)).strip())
    plain = _REASON_FIRST.sub("", plain).strip()
    core = _bare(plain)
    if elsewhere := _elsewhere(core, labels):
        return elsewhere
    if _ANY.fullmatch(core) or _ANY.fullmatch(_EDGES.sub(" ", plain).strip()):
        return 0
    if _NONE.search(_EDGES.sub(" ", plain).strip()) or _asks(plain):
        return None
    if not core:
        return _only_one(text, labels)
    placed = _by_place(core, len(labels), starts, asked="?" in plain)
    if placed is not None:
        return placed
    if starts is None or now is None or not any(starts):
        numbered = _by_number(core, labels)
        return _by_name(plain, labels) if numbered is None else numbered
    timed = _by_time(plain, core, starts, now)
    named = _by_name(plain, [_without_time(label) for label in labels])
    return _both(timed, named)


def _asks(plain: str) -> bool:
    if _OFFERING.match(plain):
        return False
    return bool(_ASKING.match(plain)) or ("?" in plain and bool(_QUESTION.match(plain)))


def _elsewhere(core: str, labels: Sequence[str]) -> int | None:
    """The option for what is not listed; never the first, which would not be "another"."""
    standing = [
        i for i, label in enumerate(labels) if i and _ELSEWHERE_LABEL.match(squeezed(label))
    ]
    return standing[0] if len(standing) == 1 and _ELSEWHERE.fullmatch(core) else None


def _both(timed: int | Ambiguous | None, named: int | Ambiguous | None) -> int | Ambiguous | None:
    """What the words say of the time and of the person, together."""
    if timed is None or named is None:
        return named if timed is None else timed
    fitting = tuple(i for i in _positions(timed) if i in _positions(named))
    if not fitting:
        return None
    return fitting[0] if len(fitting) == 1 else Ambiguous(fitting)


def _positions(found: int | Ambiguous) -> tuple[int, ...]:
    return found.fitting if isinstance(found, Ambiguous) else (found,)


def _without_time(label: str) -> str:
    """An appointment's label without its day and hour, which are read as such."""
    return " ".join(word for word in label.split() if not _TIME_WORD.fullmatch(squeezed(word)))


def _by_number(core: str, labels: Sequence[str]) -> int | None:
    """ "The 150": a number that stands in one label alone."""
    said = _LABEL_NUMBER.fullmatch(core)
    if said is None:
        return None
    fitting = [
        i
        for i, label in enumerate(labels)
        if float(said[1]) in {float(n) for n in re.findall(r"\d+(?:\.\d+)?", label)}
    ]
    return fitting[0] if len(fitting) == 1 else None


def _bare(plain: str) -> str:
    """Without politeness, reasons and punctuation; words for a place in the list put right."""
    kept = _EDGES.sub(" ", _POLITE.sub(" ", _BECAUSE.sub("", plain))).strip(" ?-")
    return " ".join(_place_word(word) for word in kept.split())


def _place_word(word: str) -> str:
    return word if word in _PLACES else next((p for p in _PLACES if alike(word, p)), word)


def _only_one(text: str, labels: Sequence[str]) -> int | None:
    """ "Yes please" takes the one thing on offer."""
    said = yes_or_no(text)
    return 0 if len(labels) == 1 and said and said.answered is Answered.YES else None


def _by_place(
    core: str, count: int, starts: Sequence[datetime | None] | None, *, asked: bool
) -> int | None:
    """`asked`: "sooner?" looks for something else than what is offered."""
    for pattern, place in _ORDINALS:
        if pattern.fullmatch(core):
            return place % count if -count <= place < count else None
    if _MIDDLE.fullmatch(core) and count % 2 == 1:
        return count // 2
    order = list(range(count))
    if starts is not None and all(starts):
        order.sort(key=lambda i: _instant(starts[i]))
    if not asked and (_LATEST.fullmatch(core) or (count == 2 and _LATTER.fullmatch(core))):
        return order[-1]
    if not asked and (_EARLIEST.fullmatch(core) or (count == 2 and _FORMER.fullmatch(core))):
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
    when = parse_when(text, now) or _bare_hour(core, now) or _bare_month(core, now)
    if when is None or (when.weekdays is None and _says_nothing(when, now)):
        return None
    if when.weekdays is not None and len(when.weekdays) > 1:
        when = replace(when, end=now.date().max)
    fitting = _fitting(when, starts)
    weekday = None if _OWN_DATE.search(text) else _only_weekday(text)
    if not fitting and weekday is not None:
        later = replace(when, start=now.date(), end=now.date().max, weekdays=frozenset({weekday}))
        fitting = _fitting(later, starts)
    if not fitting and when.earliest is not None and when.earliest == when.latest:
        other = time((when.earliest.hour + 12) % 24, when.earliest.minute)
        fitting = _fitting(replace(when, earliest=other, latest=other), starts)
    if not fitting and when.earliest is not None and when.earliest == when.latest:
        within = replace(when, latest=time(when.earliest.hour, 59))
        fitting = _fitting(within, starts) if when.earliest.minute == 0 else ()
    if not fitting:
        return None
    if len(fitting) > 1 and (placed := _PLACED.fullmatch(core)):
        fitting = _one_of(fitting, placed, starts)
    return fitting[0] if len(fitting) == 1 else Ambiguous(fitting)


def _one_of(
    fitting: tuple[int, ...], placed: re.Match[str], starts: Sequence[datetime | None]
) -> tuple[int, ...]:
    """ "The later friday": the last of those that fit."""
    ordered = sorted(fitting, key=lambda i: _instant(starts[i]))
    return (ordered[0 if placed["first"] else 1 if placed["second"] else -1],)


def _bare_month(core: str, now: datetime) -> When | None:
    """ "The july one"."""
    month = _MONTH.fullmatch(core)
    return parse_when(f"in {month[1]}", now) if month else None


def _fitting(when: When, starts: Sequence[datetime | None]) -> tuple[int, ...]:
    return tuple(i for i, at in enumerate(starts) if at is not None and matches(when, at))


def _bare_hour(core: str, now: datetime) -> When | None:
    """ "10", "la de las 10:30": an hour without a word around it."""
    hour = _HOUR.fullmatch(core)
    if hour is None:
        return None
    digits = hour[1]
    return parse_when(
        f"at {digits[:-2]}:{digits[-2:]}"
        if digits.isdigit() and len(digits) > 2
        else f"at {digits}",
        now,
    )


def _says_nothing(when: When, now: datetime) -> bool:
    narrowed = when.earliest or when.latest or when.not_weekdays
    return not narrowed and (when.end - when.start).days > 31


def _only_weekday(text: str) -> int | None:
    named = {WEEKDAYS[word] for word in words(corrected(squeezed(text))) if word in WEEKDAYS}
    return named.pop() if len(named) == 1 else None


def _by_name(plain: str, labels: Sequence[str]) -> int | Ambiguous | None:
    """By words of the label, unless the message says much more than that."""
    found = match_items(plain, labels)
    if not found or len(found) == len(labels) > 1:
        return None
    if len(plain.split()) > 6 + max(len(words(labels[i])) for i in found):
        return None
    if "?" in plain and not _OFFERING.match(plain) and says_more(_bare(plain), labels):
        return None
    halves = {match_items(half, labels) for half in _OR.split(plain)} - {()}
    if len(halves) > 1:
        found = tuple(sorted({i for half in halves for i in half}))
    return found[0] if len(found) == 1 else Ambiguous(found)
