"""Which of the offered options a patient means: by number, place, name, day or hour."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from agent.understanding.answers import Answered, wants_out, yes_or_no
from agent.understanding.calendar_words import WEEKDAYS
from agent.understanding.dates import When, matches, parse_when
from agent.understanding.people import match_items
from agent.understanding.spelling import squeezed, words


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """More than one option fits; `fitting` are their positions."""

    fitting: tuple[int, ...]


_POLITE = re.compile(
    r"\b(?:please|pls|plz|thanks|thank you|thx|por favor|porfa|gracias|ok|okay|yes|yeah|yep|sure|si|claro|vale"
    r"|um+|uh|hmm*|well|actually|let'?s (?:do|go with|take)|i'?ll (?:take|go with|have|do|pick|choose)"
    r"|i (?:want|choose|pick|prefer|would like|'d like|think|guess|mean|meant)|i'?d (?:like|prefer|take)|give me|make it"
    r"|go with|can i (?:do|get|have|take)|can we do|could i (?:do|get|have|take)|could we do|how about|what about|sounds good|works(?: best| better)?(?: for me)?"
    r"|would (?:work|be)(?: best| better| good| great| fine)?(?: for me)?|is (?:fine|good|great|best|better|perfect|ok|okay)(?: for me| with me)?|instead|then|best|book(?: me)?(?: for| in)?|do"
    r"|quiero|prefiero|quisiera|me quedo con|elijo|escojo|tomo|dame|deme|mejor|me sirve|me funciona|me conviene"
    r"|puede ser|podria ser|seria|que sea|esta bien|para mi|perfecto|perfect|great|good|bien|pues|bueno"
    r"|my choice is|the one|that one|just|maybe|probably|sorry|no,)\b"
)
_EDGES = re.compile(r"[\s,.!;:¡¿\"()👍🙏😊]+")
_ORDINALS: tuple[tuple[str, int], ...] = (
    (r"first|1st|primer[oa]?|1r[oa]|1er[oa]?", 0),
    (r"second|2nd|segund[oa]|2d[oa]", 1),
    (r"third|3rd|tercer[oa]?|3r[oa]", 2),
    (r"fourth|4th|cuart[oa]", 3),
    (r"fifth|5th|quint[oa]", 4),
    (r"sixth|6th|sext[oa]", 5),
    (r"last|final|bottom|ultim[oa]", -1),
    (r"top", 0),
)
_ONE = r"(?: (?:one|option|choice|time|slot|appointment|appt|date|visit|opcion|hora|cita|fecha|de (?:esas|ellas|todas|la lista)|of (?:those|them|these)|on the list|listed|please|you (?:offered|listed|gave)))*"
_ORDINAL = tuple(
    (re.compile(rf"(?:the |la |el |los |las |your |#)?(?:very )?(?:{names}){_ONE}"), place)
    for names, place in _ORDINALS
)
_MIDDLE = re.compile(rf"(?:the )?middle{_ONE}|(?:la |el )?(?:de|del|de en) ?(?:en )?medio")
_NUMBER = re.compile(
    r"(?:the |la |el )?(?:option|opcion|number|numero|num|no\.?|nro\.?|choice|#|la|el)? ?#?(\d{1,2}|one|two|three|four|five|six|una?|uno|dos|tres|cuatro|cinco|seis)(?:\)|\.)?"
)
_NUMERALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "un": 1, "una": 1, "uno": 1,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
}  # fmt: skip
_LATEST = re.compile(rf"(?:the |la |el )?(?:later|latest|mas tarde|mas tardia){_ONE}(?: time)?")
_EARLIEST = re.compile(
    rf"(?:the |la |el )?(?:(?:earlier|earliest|soonest|sooner|first available|closest|nearest|mas temprano|mas temprana|mas pronto|mas cercan[oa]|asap|lo antes posible|as soon as possible){_ONE})(?: available| possible)?"
)
_ANY = re.compile(
    r"(?:any|anyone|either|whichever|whatever|any of (?:them|those|these)|either of (?:them|those)|either one|any one"
    r"|you (?:choose|pick|decide)|doesn'?t matter|does not matter|no preference|i don'?t (?:care|mind)|it doesn'?t matter"
    r"|all (?:of them )?(?:work|are fine|good)|they all|both|any time|anytime|no matter|up to you"
    r"|cualquiera(?: de (?:ellas|ellos|esas|las dos|los dos|las tres))?|la que sea|el que sea|me da (?:igual|lo mismo)|no importa"
    r"|da igual|usted (?:elija|escoja|decida)|tu (?:elige|decide|escoge)|como (?:sea|guste)|las dos|todas)"
    r"(?: (?:one|of (?:them|those)|is|are|work|fine|ok|okay|good|great|for me|with me|funcionan?|me sirven?|which one|cual))*"
)
_NONE = re.compile(
    r"\b(?:none|neither|nothing|no one|not any|ningun[oa]?|ni una|something else|otra (?:hora|fecha|cosa|opcion)|otro (?:dia|horario)"
    r"|other (?:times|options|days|openings)|another (?:time|day|date)|don'?t work|doesn'?t work|different|more options|mas opciones"
    r"|can'?t|cannot|won'?t|no puedo|not)\b"
)
_QUESTION = re.compile(
    r"^(?:what|when|where|who|why|how|which|do|does|did|is|are|am|will|would|should|has|have|"
    r"que|cual|cuando|donde|quien|por que|como|cuanto|cuanta|cuantos|hay|tiene|tienen|es|esta|aceptan)\b"
)
_OFFERING = re.compile(r"^(?:how about|what about|is (?:the|it|that) .{0,25}(?:ok|available|open|free|possible)|que tal|would)\b")


def choose(
    text: str,
    labels: Sequence[str],
    *,
    starts: Sequence[datetime | None] | None = None,
    now: datetime | None = None,
) -> int | None | Ambiguous:
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
    for pattern, place in _ORDINAL:
        if pattern.fullmatch(core):
            return place % count if place < count else None
    if _MIDDLE.fullmatch(core) and count % 2 == 1:
        return count // 2
    order = list(range(count))
    if starts is not None and all(starts):
        order.sort(key=lambda i: starts[i] or datetime.min)
    if _LATEST.fullmatch(core):
        return order[-1]
    if _EARLIEST.fullmatch(core):
        return order[0]
    if number := _NUMBER.fullmatch(core):
        value = _NUMERALS.get(number[1]) or int(number[1])
        if 1 <= value <= count and not _is_an_hour(value, core, starts):
            return value - 1
    return None


def _is_an_hour(value: int, core: str, starts: Sequence[datetime | None] | None) -> bool:
    """ "a las 2" never gets here; "2" is the second option also beside a slot at two."""
    return core.startswith(("at ", "a las")) and starts is not None


def _by_time(
    text: str, core: str, starts: Sequence[datetime | None], now: datetime
) -> int | None | Ambiguous:
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
    hour = re.fullmatch(r"(?:the |la |el |las |la de las |el de las |at )?(\d{1,2}(?::\d\d)?)", core)
    return parse_when(f"at {hour[1]}", now) if hour else None


def _says_nothing(when: When, now: datetime) -> bool:
    narrowed = when.earliest or when.latest or when.not_weekdays
    return not narrowed and (when.end - when.start).days > 31


def _only_weekday(text: str) -> int | None:
    named = {WEEKDAYS[word] for word in words(text) if word in WEEKDAYS}
    return named.pop() if len(named) == 1 else None


def _by_name(text: str, plain: str, labels: Sequence[str]) -> int | None | Ambiguous:
    """By words of the label, unless the message says much more than that."""
    found = match_items(text, labels)
    if not found or len(found) == len(labels) > 1:
        return None
    if len(plain.split()) > 6 + max(len(words(labels[i])) for i in found):
        return None
    return found[0] if len(found) == 1 else Ambiguous(found)
