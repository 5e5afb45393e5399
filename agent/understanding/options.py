"""What is offered, and which of it a piece of text describes: by place, time, name, kind or sum."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agent.understanding.amounts import amount, by_number, in_figures, other_dose
from agent.understanding.calendar_words import MONTHS
from agent.understanding.offered_times import Times, at_times, dates_of, times_of, without_time
from agent.understanding.people import match_items, says_more
from agent.understanding.phrases import any_of, read_phrases
from agent.understanding.places import (
    Among,
    Order,
    Place,
    loose_place,
    places_within,
    whole_place,
)
from agent.understanding.sounds import by_ear
from agent.understanding.spelling import squeezed, words
from agent.understanding.traits import by_traits, only_tells

_SAID = read_phrases("choices")
_POLITE = re.compile(rf"\b(?:{'|'.join(_SAID['polite'])})\b")
_EDGES = re.compile(r"(?:[\s,!;¡¿\"()*~_-]|[.:](?!\d))+")
_OR = re.compile(r"\b(?:or|o|and|y|nor|ni)\b|[,&+/]")
_OFFERING = re.compile(rf"(?:{_SAID['offering']})\b")
_ELSEWHERE_LABEL = re.compile(_SAID["elsewhere_label"])
_MONTH = re.compile(rf"\b{any_of(name for name in MONTHS if len(name) > 2)}\b")
_MONTH_NAMES = {number: name for name, number in reversed(MONTHS.items())}
_FEW, _MORE, _LONG = 3, 8, 14


@dataclass(frozen=True, slots=True)
class Options:
    """`dates`: the days that labels of no time tell, as a bill's."""

    labels: Sequence[str]
    times: Times | None
    dates: tuple[date | None, ...]

    def ordered(self, among: Sequence[int], order: Order) -> tuple[int, ...]:
        """These in that order; none where it does not order them all."""
        if order is Order.LIST:
            return tuple(among)
        keys = self._keys(order)
        return tuple(sorted(among, key=lambda i: keys[i])) if all(keys[i] for i in among) else ()

    def _keys(self, order: Order) -> Sequence[float]:
        if order is Order.AMOUNT:
            return [amount(label) for label in self.labels]
        if self.times is None:
            return [day.toordinal() if day else 0.0 for day in self.dates]
        starts = self.times.starts if order is Order.TIME else [None] * len(self.labels)
        return [start.timestamp() if start else 0.0 for start in starts]


def offered(
    labels: Sequence[str], starts: Sequence[datetime | None] | None, now: datetime | None
) -> Options:
    times = times_of(labels, starts, now)
    return Options(labels, times, dates_of(labels, now))


def bare(plain: str) -> str:
    """Without politeness and punctuation."""
    return unmarked(_POLITE.sub(" ", plain)).strip(" ?-")


def unmarked(plain: str) -> str:
    """Without punctuation, but for a question mark."""
    return _EDGES.sub(" ", plain).strip()


def offers(clause: str) -> bool:
    """A question that proposes: "how about friday?"."""
    return bool(_OFFERING.match(clause))


def stands_for_others(label: str) -> bool:
    """ "Another medication"."""
    return bool(_ELSEWHERE_LABEL.match(squeezed(label)))


def fitting(text: str, options: Options) -> tuple[int, ...] | None:
    """The options that a text describes; None when it describes none, empty when what it describes
    is not among them."""
    core = bare(text)
    count = len(options.labels)
    whole = whole_place(core, count, asked="?" in text)
    places, left = ((whole,), "") if whole else places_within(text)
    described = _described(left, "" if places else core, options)
    if not places:
        return _loosely_placed(left, described, options)
    found = tuple(sorted({i for place in places for i in _placed(place, described, options)}))
    if any(place.dated for place in places):
        dated = _described(text, core, options)
        return tuple(sorted({*found, *(dated or ())})) or None
    return found


def either(text: str) -> bool:
    """Whether a text joins things with "or", "and", "nor"."""
    return bool(_OR.search(text))


def _loosely_placed(
    text: str, described: tuple[int, ...] | None, options: Options
) -> tuple[int, ...] | None:
    """ "Friday, early" is the first of fridays."""
    if described is None or len(described) < 2 or options.times is None:
        return described
    place = loose_place(text)
    return _placed(place, described, options) if place else described


def _placed(place: Place, described: tuple[int, ...] | None, options: Options) -> tuple[int, ...]:
    """The option in this place, of all of them or of those described."""
    overall = place.of(options.ordered(range(len(options.labels)), place.by))
    if described is None:
        return () if overall is None else (overall,)
    within = place.of(options.ordered(described, place.by))
    among = {
        Among.ALL: {overall},
        Among.DESCRIBED: {within},
        Among.EITHER: {overall, within},
    }
    meant = among[place.among] if place.by is Order.LIST else {within}
    return tuple(sorted(i for i in meant if i is not None and i in described))


def _described(text: str, core: str, options: Options) -> tuple[int, ...] | None:
    """Those of the kind, at the time and with the name or number that the text says."""
    times, labels = options.times, options.labels
    of_kind, left = by_traits(text, labels, timed=times is not None)
    rest = left.replace("¦", " ")
    if of_kind is not None:
        core = bare(rest)
    if times is None:
        exact = by_number(core, labels)
        named = _by_name(rest, labels) if exact is None else (exact,)
        told = None
    else:
        named = _by_name(rest, [without_time(label) for label in labels])
        told = at_times(rest, core, times)
    if of_kind and told is None and named is None and not _is_told(text, left):
        return ()
    return _all_of(of_kind, told, named)


def _is_told(text: str, left: str) -> bool:
    """Whether a kind is what the text is about, and not mentioned in passing or asked about."""
    asked = "?" in text and not offers(text)
    return len(text.split()) <= _LONG and only_tells(_POLITE.sub(" ", left)) and not asked


def _all_of(*found: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """What is in all that say something."""
    saying = [set(one) for one in found if one is not None]
    return tuple(sorted(set.intersection(*saying))) if saying else None


def _by_name(plain: str, labels: Sequence[str]) -> tuple[int, ...] | None:
    """By words of the label, unless the message says much more than that."""
    labels = ["" if stands_for_others(label) else _canonical(label) for label in labels]
    plain = _canonical(in_figures(plain))
    found = _matched(plain, labels)
    if not found or len(found) == len(labels) > 1:
        return None
    if len(plain.split()) > _MORE + max(len(words(labels[i])) for i in found):
        return None
    if "?" in plain and not offers(plain) and says_more(bare(plain), labels):
        return None
    if other_dose(plain, [labels[i] for i in found]):
        return None
    halves = {match_items(half, labels) for half in _OR.split(plain)} - {()}
    if len(halves) > 1:
        common = set.intersection(*map(set, halves))
        found = tuple(sorted(common or {i for half in halves for i in half}))
    return found


def _matched(plain: str, labels: Sequence[str]) -> tuple[int, ...]:
    """By the words as written; in a short text by their beginnings, or as they sound."""
    found = match_items(plain, labels)
    if not found and len(plain.split()) <= _FEW:
        found = match_items(plain, labels, cut=4) or match_items(by_ear(plain, labels), labels)
    return found


def _canonical(text: str) -> str:
    """Folded, with every month in one spelling: "febrero" and "feb" are "february"."""
    return _MONTH.sub(lambda found: _MONTH_NAMES[MONTHS[found[0]]], squeezed(text))
