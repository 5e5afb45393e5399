"""Which of the offered options a patient means: by number, place, name, day or hour."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.understanding.answers import Answered, wants_out, yes_or_no
from agent.understanding.corrections import settled
from agent.understanding.offered_times import Times, at_times, times_of, without_time
from agent.understanding.people import match_items, says_more
from agent.understanding.phrases import expanded, read_phrases
from agent.understanding.places import (
    Among,
    Order,
    Place,
    loose_place,
    places_within,
    spelt,
    whole_place,
)
from agent.understanding.spelling import squeezed, words


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """More than one option fits; `fitting` are their positions."""

    fitting: tuple[int, ...]


_SAID = read_phrases("choices")


def _any_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_SAID[name])})\b")


def _one(name: str) -> re.Pattern[str]:
    return re.compile(expanded(_SAID[name], {"QUE": _SAID["que"]}))


_POLITE, _NONE = _any_of("polite"), _any_of("none")
_ANY = re.compile(f"(?:{'|'.join(_SAID['any'])}){_SAID['any_tail']}")
_QUESTION, _OFFERING = (re.compile(rf"(?:{_SAID[n]})\b") for n in ("question", "offering"))
_TAG = re.compile(rf"\b(?:{_SAID['tag']})\b ?")
_UNDECIDED, _HINDERED = _one("undecided"), _one("hindered")
_ASKING, _WONDERING, _OF_IT = _one("asking"), _one("wondering"), _one("of_it")
_ELSEWHERE, _ELSEWHERE_LABEL = _one("elsewhere"), _one("elsewhere_label")
_HARMLESS, _GREETING, _REASON_FIRST = _one("harmless"), _one("greeting"), _one("reason_first")
_THE_OTHER = _one("the_other")
_REASON, _ALL_BUT = _one("reason"), _one("all_but")
_REFUSING = re.compile(rf"\b{_SAID['refusing']}(?!\w)")
_SET_APART = re.compile(rf".*\b{_SAID['refusing']}(?!\w)|{_SAID['all_but']}|{_SAID['told']}")
_EDGES = re.compile(r"(?:[\s,!;¡¿\"()*~_-]|[.:](?!\d))+")
_SHORT_FORM = re.compile(r"\b(dr|dra|mr|mrs|ms|sr|sra|lic|st|ave|opt|[ap]\.m|no)\.(?=\s|\d|$)")
_BREAK = re.compile(
    r"\s*(?:[,;!()\[\]…]+|\.+(?!\d)|:(?!\d))\s*|(?<=\?)\s*|\s+(?:-+|–|—)\s+"
    r"|\s+(?=(?:because|bc|cuz|coz|cause|since|so|porque|xq|pq|ya que|asi que|pero|pues)\b)"
    rf"|\s+(?={_SAID['que']}\b|(?:and |but |just )*not (?:the|at|on|in|with|an?)\b)"
    r"|(?<!any)(?<!anything)(?<!all)(?<!anyone)(?<!any one)(?<!any time)(?<!any day)(?<!nothing)"
    r"\s+(?=but\b)"
)
_LEADING = re.compile(r"^(?:(?:so|but|and|pero|asi que|pues|entonces|y)\b ?)+")
_OR = re.compile(r"\b(?:or|o|and|y|nor|ni)\b|[,&+/]")
_LABEL_NUMBER = re.compile(
    r"(?:the |my |la |el |los |las )?(?:de )?\$?(\d+(?:\.\d+)?|\.\d+) ?"
    r"(?:mg|milligrams?|miligramos?|%|mcg|ml|min(?:ute|uto)?s?)?(?: one)?"
)
_AMOUNT = re.compile(
    r"\$ ?(?P<sum>\d[\d,]*(?:\.\d+)?)|(?P<dose>\d+(?:\.\d+)?|\.\d+) ?(?:mg|mcg|ml|g|%|min)"
)
_DOSE = re.compile(r"(\d+(?:\.\d+)?|\.\d+) ?(?:mg|mcg)\b|^[a-z]{5,} (\d{2,}(?:\.\d+)?)$")
_LONGEST, _FEW = 40, 3


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
    plain = _readable(text)
    if not labels or wants_out(text) or len(plain.split()) > _LONGEST:
        return None
    exact = [i for i, label in enumerate(labels) if _readable(label) == plain]
    if len(exact) == 1:
        return exact[0]
    plain = _HARMLESS.sub(" ", _GREETING.sub("", plain)).strip()
    for core in (_EDGES.sub(" ", plain).strip(), _bare(plain), _bare(settled(plain))):
        if elsewhere := _elsewhere(core, labels):
            return elsewhere
    options = _Options(labels, times_of(labels, starts, now))
    if (other := _the_other(plain, options)) is not None:
        return other
    plain = spelt(_REASON_FIRST.sub("", settled(plain)))
    said = _BREAK.split(plain)
    clauses = [c for c in (_LEADING.sub("", c) for c in said) if c]
    open_yet = any(_leaves_open(c) or _asks_besides(c, options) for c in clauses)
    if open_yet or any(map(_HINDERED.match, said)):
        return None
    found = _of_clauses(clauses, options)
    if found is None and not _bare(plain):
        return _only_one(text, labels)
    return _answer(found)


@dataclass(frozen=True, slots=True)
class _Options:
    labels: Sequence[str]
    times: Times | None

    def ordered(self, among: Sequence[int], order: Order) -> tuple[int, ...]:
        """These in the order of the list where nothing else orders them all."""
        if order is Order.AMOUNT:
            amounts = {i: _amount(self.labels[i]) for i in among}
            return tuple(sorted(amounts, key=lambda i: amounts[i])) if all(amounts.values()) else ()
        starts = {i: self.times.starts[i] if self.times else None for i in among}
        if order is Order.TIME and all(starts.values()):
            return tuple(sorted(among, key=lambda i: _instant(starts[i])))
        return tuple(among)


def _amount(label: str) -> float:
    """The dose or the sum of money that a label tells."""
    said = _AMOUNT.search(label)
    return float((said["sum"] or said["dose"]).replace(",", "")) if said else 0.0


def _instant(start: datetime | None) -> float:
    return start.timestamp() if start else 0.0


def _readable(text: str) -> str:
    """Folded; a number in a box is that number, other pictures are gone."""
    kept = "".join(
        " " if unicodedata.category(c) in ("So", "Cs") else c
        for c in text.replace("’", "'")
        if c not in "\ufe0f\u20e3" and unicodedata.category(c) != "Sk"
    )
    return squeezed(_SHORT_FORM.sub(r"\1", squeezed(kept)))


def _answer(found: tuple[int, ...] | None) -> int | Ambiguous | None:
    if not found:
        return None
    return found[0] if len(found) == 1 else Ambiguous(found)


def _leaves_open(clause: str) -> bool:
    """Whether it takes none or "the other", asks something, or has still to decide."""
    none = _NONE.search(clause) and not _REASON.match(clause)
    other = _THE_OTHER.fullmatch(_bare(clause))
    return bool(none or other or _UNDECIDED.search(clause)) or _asks(clause)


def _asks(clause: str) -> bool:
    if _OFFERING.match(clause):
        return False
    if _ASKING.match(clause) or _WONDERING.search(clause):
        return True
    return "?" in clause and bool(_QUESTION.match(clause) or _OF_IT.search(clause))


def _asks_besides(clause: str, options: _Options) -> bool:
    """ "Can I bring my son?": no option is in it."""
    core = _TAG.sub("", _bare(clause))
    asked = "?" in clause or _OFFERING.match(clause)
    return bool(asked and core) and not _is_any(clause) and not _fitting(clause, options)


def _elsewhere(core: str, labels: Sequence[str]) -> int | None:
    """The option for what is not listed; never the first, which would not be "another"."""
    standing = [
        i for i, label in enumerate(labels) if i and _ELSEWHERE_LABEL.match(squeezed(label))
    ]
    return standing[0] if len(standing) == 1 and _ELSEWHERE.fullmatch(core) else None


def _the_other(plain: str, options: _Options) -> int | None:
    """ "Not Dr. Kim, the other one": what is left when the part that is named is taken away."""
    clauses = [c for c in (_LEADING.sub("", c) for c in _BREAK.split(plain)) if c]
    named = [c for c in clauses if not _THE_OTHER.fullmatch(_bare(c))]
    if len(named) == len(clauses) or "?" in plain:
        return None
    out = {i for clause in named for i in _fitting(_turned_down(clause), options) or ()}
    left = [i for i in range(len(options.labels)) if i not in out]
    return left[0] if out and len(left) == 1 else None


def _turned_down(clause: str) -> str:
    return _REFUSING.sub(" ", clause).strip()


def _of_clauses(clauses: Sequence[str], options: _Options) -> tuple[int, ...] | None:
    """What the parts say together: those that choose, or else all but what one turns down."""
    choosing = [c for c in clauses if not (_is_any(c) or _SET_APART.match(c))]
    direct = [c for c in choosing if not _REASON.match(c)]
    for kept in (direct, choosing):
        found = _fitting(", ".join(kept), options) if kept else None
        if found is not None:
            return _without_refused(found, clauses, options)
    if any(map(_is_any, clauses)):
        return (0,)
    for but in filter(None, map(_ALL_BUT.match, clauses)):
        out = () if _OR.search(but["out"]) else _fitting(but["out"], options) or ()
        left = tuple(i for i in range(len(options.labels)) if i not in out)
        return left if out and len(left) == 1 else None
    return None


def _without_refused(
    found: tuple[int, ...], clauses: Sequence[str], options: _Options
) -> tuple[int, ...]:
    """Those that no part of the message turns down ("friday, just not at 8")."""
    left = found
    for clause in filter(_REFUSING.search, clauses):
        out = _fitting(_turned_down(clause), options) or ()
        left = tuple(i for i in left if i not in out)
    return left or found


def _is_any(clause: str) -> bool:
    return bool(_ANY.fullmatch(_bare(clause)) or _ANY.fullmatch(_EDGES.sub(" ", clause).strip()))


def _bare(plain: str) -> str:
    """Without politeness and punctuation."""
    return _EDGES.sub(" ", _POLITE.sub(" ", plain)).strip(" ?-")


def _only_one(text: str, labels: Sequence[str]) -> int | None:
    """ "Yes please" takes the one thing on offer."""
    said = yes_or_no(text)
    return 0 if len(labels) == 1 and said and said.answered is Answered.YES else None


def _fitting(text: str, options: _Options) -> tuple[int, ...] | None:
    """The options that a text describes; None when it describes none, empty when what it describes
    is not among them."""
    core = _bare(text)
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


def _loosely_placed(
    text: str, described: tuple[int, ...] | None, options: _Options
) -> tuple[int, ...] | None:
    """ "Friday, early" is the first of fridays."""
    if described is None or len(described) < 2 or options.times is None:
        return described
    place = loose_place(text)
    return _placed(place, described, options) if place else described


def _placed(place: Place, described: tuple[int, ...] | None, options: _Options) -> tuple[int, ...]:
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


def _described(text: str, core: str, options: _Options) -> tuple[int, ...] | None:
    """Those at the time and with the name or number that the text says."""
    if options.times is None:
        numbered = _by_number(core, options.labels)
        return _by_name(text, options.labels) if numbered is None else (numbered,)
    timed = at_times(text, core, options.times)
    named = _by_name(text, [without_time(label) for label in options.labels])
    if timed is None or named is None:
        return named if timed is None else timed
    return tuple(i for i in timed if i in named)


def _by_number(core: str, labels: Sequence[str]) -> int | None:
    """ "The 150": a number that stands in one label alone."""
    said = _LABEL_NUMBER.fullmatch(core)
    if said is None:
        return None
    numbers = [_numbers(label) for label in labels]
    for same in (
        [i for i, of_label in enumerate(numbers) if float(said[1]) in of_label],
        [i for i, of_label in enumerate(numbers) if float(said[1]) in {int(n) for n in of_label}],
    ):
        if same:
            return same[0] if len(same) == 1 else None
    return None


def _by_name(plain: str, labels: Sequence[str]) -> tuple[int, ...] | None:
    """By words of the label, unless the message says much more than that."""
    labels = ["" if _ELSEWHERE_LABEL.match(squeezed(label)) else label for label in labels]
    found = match_items(plain, labels)
    if not found and len(plain.split()) <= _FEW:
        found = match_items(plain, labels, cut=4)
    if not found or len(found) == len(labels) > 1:
        return None
    if len(plain.split()) > 8 + max(len(words(labels[i])) for i in found):
        return None
    if "?" in plain and not _OFFERING.match(plain) and says_more(_bare(plain), labels):
        return None
    if _other_dose(plain, [labels[i] for i in found]):
        return None
    halves = {match_items(half, labels) for half in _OR.split(plain)} - {()}
    if len(halves) > 1:
        common = set.intersection(*map(set, halves))
        found = tuple(sorted(common or {i for half in halves for i in half}))
    return found


def _other_dose(plain: str, labels: Sequence[str]) -> bool:
    """ "Sertraline 100" where only 50 is listed."""
    said = {float(n) for pair in _DOSE.findall(plain) for n in pair if n}
    return bool(said) and not any(said <= set(_numbers(label)) for label in labels)


def _numbers(label: str) -> list[float]:
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?|\.\d+", label)]
