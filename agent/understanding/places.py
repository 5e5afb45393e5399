"""Places in a list as people say them: "the second one", "option b", "la última", "the later"."""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from agent.understanding.calendar_words import MONTHS
from agent.understanding.phrases import any_of, expanded, read_phrases
from agent.understanding.spelling import alike

_SAID = read_phrases("places")
_WORDS: dict[str, str] = {**_SAID["words"], "MONTH": any_of(MONTHS)}


def _pattern(expression: str, names: str = "") -> re.Pattern[str]:
    return re.compile(expanded(expression, {**_WORDS, "NAMES": names}))


class Order(Enum):
    """What a place is counted by: the list, the hours, the doses and sums of the options, or the
    days of things that are no appointments ("the oldest bill")."""

    LIST = auto()
    TIME = auto()
    AMOUNT = auto()
    DATE = auto()


class Among(Enum):
    """What a place is counted among: all options, those described besides ("the second friday"),
    or either ("the second one with Dr. Lee")."""

    ALL = auto()
    DESCRIBED = auto()
    EITHER = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """One of the options by its place: `index` in the order `by` (from the end when negative, None
    for the middle).

    `dated`: it may as well be a day of the month ("the 2nd").
    """

    index: int | None
    by: Order = Order.LIST
    dated: bool = False
    among: Among = Among.ALL

    def of(self, ordered: tuple[int, ...]) -> int | None:
        """Which one of these it is."""
        count = len(ordered)
        if self.index is None:
            return ordered[count // 2] if count % 2 else None
        return ordered[self.index] if -count <= self.index < count else None


_NAMED = tuple(
    (_pattern(_SAID["whole"], names), _pattern(_SAID["within"], names), index)
    for names, index in (
        (_SAID["penultimate"], -2),
        (_SAID["third_last"], -3),
        *zip(_SAID["ordinals"], range(6), strict=True),
        (_SAID["last"], -1),
    )
)
_RANKED = tuple(
    (_pattern(_SAID[name]), _pattern(_SAID["ranked"], _WORDS[name.upper()]), Place(index, order))
    for name, index, order in (
        ("latest", -1, Order.TIME),
        ("earliest", 0, Order.TIME),
        ("largest", -1, Order.AMOUNT),
        ("smallest", 0, Order.AMOUNT),
        ("oldest", 0, Order.DATE),
        ("newest", -1, Order.DATE),
    )
)
_LOOSE = tuple((_pattern(_SAID[name]), index) for name, index in (("late", -1), ("early", 0)))
_OF_TWO = tuple((_pattern(_SAID[name]), index) for name, index in (("former", 0), ("latter", -1)))
_NUMBER, _LETTER = _pattern(_SAID["number"]), _pattern(_SAID["letter"])
_NUMBERED = _pattern(_SAID["numbered"])
_MIDDLE = _pattern(_SAID["middle"])
_ALONE, _AMONG = _pattern(_SAID["alone"]), _pattern(_SAID["among"])
_WORD = re.compile(r"[a-z0-9]+")
_DAY = re.compile(r"\d(?:st|nd|rd|th)\b|\bthe (?:fourth|fifth|sixth)\b")
_LISTED = re.compile(r"\b(?:option|choice|opcion|list[ae]?d?|number)\b")
_ONE_NAMED = _pattern("%NOUN%")
_NUMERALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "un": 1, "una": 1, "uno": 1,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
    "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6,
}  # fmt: skip


def spelt(text: str) -> str:
    """The text with the words for places put right: "teh secnd" is "teh second"."""
    return _WORD.sub(lambda found: _place_word(found[0]), text)


def _place_word(word: str) -> str:
    if word in _SAID["slips"]:
        return str(_SAID["slips"][word])
    if len(word) < 4 or word in _SAID["spelling"] or word in _SAID["kept"]:
        return word
    return next((known for known in _SAID["spelling"] if alike(word, known)), word)


def whole_place(core: str, count: int, *, asked: bool) -> Place | None:
    """The place that is all that was said. `asked`: "sooner?" looks for something not offered."""
    for pattern, _, index in _NAMED:
        if pattern.fullmatch(core):
            return Place(index, dated=bool(_DAY.search(core)) and not _ONE_NAMED.search(core))
    if _MIDDLE.fullmatch(core):
        return Place(None)
    for pattern, _, place in _RANKED:
        if not asked and pattern.fullmatch(core):
            return place
    for pattern, index in _OF_TWO:
        if not asked and count == 2 and pattern.fullmatch(core):
            return Place(index, Order.TIME)
    said = _NUMBER.fullmatch(core) or _LETTER.fullmatch(core)
    return Place(_index(said[1])) if said and _index(said[1]) < count else None


def loose_place(text: str) -> Place | None:
    """The place that a word of early or late gives among several ("friday, early")."""
    found = [Place(index, Order.TIME) for pattern, index in _LOOSE if pattern.search(text)]
    return found[0] if len(found) == 1 else None


def _index(numeral: str) -> int:
    """A number beyond every list is 99."""
    value = _NUMERALS.get(numeral) or int(numeral)
    return value - 1 if value else 99


def places_within(text: str) -> tuple[tuple[Place, ...], str]:
    """The places a text names beyond doubt, and the text without them."""
    found: list[Place] = []
    for pattern, place in _WITHIN:
        while said := pattern.search(text):
            after = text[said.end() :]
            found.append(_as_said(place, said, after))
            text = f"{text[: said.start()]} {after}"
    return tuple(dict.fromkeys(found)), text


_WITHIN = (
    *((within, Place(index)) for _, within, index in _NAMED),
    *((within, place) for _, within, place in _RANKED),
    (_NUMBERED, None),
)


def _as_said(place: Place | None, said: re.Match[str], after: str) -> Place:
    if place is None:
        return Place(_index(next(filter(None, said.groups()))))
    among = Among.DESCRIBED if _AMONG.match(after) else Among.EITHER
    if _ALONE.match(after) or _LISTED.search(said[0]):
        among = Among.ALL
    dated = bool(_DAY.search(said[0])) and not _ONE_NAMED.search(said[0])
    return replace(place, dated=dated, among=among)
