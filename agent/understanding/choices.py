"""Which of the offered options a patient means: by number, place, name, day, hour, kind or sum."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.understanding.answers import Answered, wants_out, yes_or_no
from agent.understanding.corrections import settled
from agent.understanding.options import (
    Options,
    bare,
    either,
    fitting,
    offered,
    offers,
    stands_for_others,
    unmarked,
)
from agent.understanding.phrases import expanded, read_phrases
from agent.understanding.places import spelt
from agent.understanding.spelling import squeezed


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """More than one option fits; `fitting` are their positions."""

    fitting: tuple[int, ...]


_SAID = read_phrases("choices")


def _one(name: str) -> re.Pattern[str]:
    return re.compile(expanded(_SAID[name], {"QUE": _SAID["que"]}))


_NONE = re.compile(rf"\b(?:{'|'.join(_SAID['none'])})\b")
_ANY = re.compile(f"(?:{'|'.join(_SAID['any'])}){_SAID['any_tail']}")
_QUESTION = re.compile(rf"(?:{_SAID['question']})\b")
_TAG = re.compile(rf"\b(?:{_SAID['tag']})\b ?")
_UNDECIDED, _HINDERED = _one("undecided"), _one("hindered")
_ASKING, _WONDERING, _OF_IT = _one("asking"), _one("wondering"), _one("of_it")
_ELSEWHERE = _one("elsewhere")
_PLAINER = tuple((re.compile(said), read) for said, read in _SAID["plainer"])
_REASON_FIRST, _THE_OTHER = _one("reason_first"), _one("the_other")
_REASON, _ALL_BUT = _one("reason"), _one("all_but")
_NOT_OF_TWO = tuple(map(re.compile, _SAID["not_of_two"]))
_REFUSING = re.compile(rf"\b{_SAID['refusing']}(?!\w)")
_SET_APART = re.compile(rf".*\b{_SAID['refusing']}(?!\w)|{_SAID['all_but']}|{_SAID['told']}")
_SHORT_FORM = re.compile(r"\b(dr|dra|mr|mrs|ms|sr|sra|lic|st|ave|opt|no)\.(?=\s|\d|$)")
_HALF_DAY = re.compile(r"(?<![a-z])([ap])(?:\. ?| )m\b\.?")
_BREAK = re.compile(
    r"\s*(?:[,;!()\[\]…]+|\.+(?!\d)|:(?!\d))\s*|(?<=\?)\s*|\s+(?:-+|–|—)\s+"
    r"|\s+(?=(?:because|bc|cuz|coz|cause|since|so|porque|xq|pq|ya que|asi que|pero|pues)\b)"
    rf"|\s+(?={_SAID['que']}\b"
    r"|(?:and |but |just )*not (?:the|at|on|in|with|an?|by|this|next|too|so)\b"
    r"|y (?:que )?no (?:sea |tan |muy |la |el |en |por |con |esta ))"
    r"|(?<!any)(?<!anything)(?<!all)(?<!anyone)(?<!any one)(?<!any time)(?<!any day)(?<!nothing)"
    r"\s+(?=but\b)"
)
_LEADING = re.compile(r"^(?:(?:so|but|and|pero|asi que|pues|entonces|y)\b ?)+")
_LONGEST = 40


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
    for said, read in _PLAINER:
        plain = said.sub(read, plain).strip()
    for core in (unmarked(plain), bare(plain), bare(settled(plain))):
        if elsewhere := _elsewhere(core, labels):
            return elsewhere
    options = offered(labels, starts, now)
    if (other := _the_other(plain, options)) is not None:
        return other
    meant = spelt(_REASON_FIRST.sub("", settled(plain)))
    clauses = _clauses(meant)
    open_yet = any(_leaves_open(c) or _asks_besides(c, options) for c in clauses)
    if open_yet or any(map(_HINDERED.match, _BREAK.split(meant))):
        return None
    found = _of_clauses(clauses, options)
    if found is None and not bare(plain):
        return _only_one(text, labels)
    return _answer(_less_refused(found, _clauses(spelt(plain)) if meant else (), options))


def _clauses(plain: str) -> Sequence[str]:
    return [c for c in (_LEADING.sub("", c) for c in _BREAK.split(plain)) if c]


def _readable(text: str) -> str:
    """Folded; a number in a box is that number, other pictures are gone; "a. m." is "am"."""
    kept = "".join(
        " " if unicodedata.category(c) in ("So", "Cs") else c
        for c in text.replace("’", "'")
        if c not in "\ufe0f\u20e3" and unicodedata.category(c) != "Sk"
    )
    return squeezed(_SHORT_FORM.sub(r"\1", _HALF_DAY.sub(r"\1m", squeezed(kept))))


def _answer(found: tuple[int, ...] | None) -> int | Ambiguous | None:
    if not found:
        return None
    return found[0] if len(found) == 1 else Ambiguous(found)


def _leaves_open(clause: str) -> bool:
    """Whether it takes none or "the other", asks something, or has still to decide."""
    none = _NONE.search(clause) and not _REASON.match(clause)
    undecided = _UNDECIDED.search(clause) or _is_the_other(clause)
    return bool(none or undecided) or _asks(clause)


def _asks(clause: str) -> bool:
    if offers(clause):
        return False
    if _ASKING.match(clause) or _WONDERING.search(clause):
        return True
    return "?" in clause and bool(_QUESTION.match(clause) or _OF_IT.search(clause))


def _asks_besides(clause: str, options: Options) -> bool:
    """ "Can I bring my son?": no option is in it."""
    core = _TAG.sub("", bare(clause))
    asked = "?" in clause or offers(clause)
    return bool(asked and core) and not _is_any(clause) and not fitting(clause, options)


def _elsewhere(core: str, labels: Sequence[str]) -> int | None:
    """The option for what is not listed; never the first, which would not be "another"."""
    standing = [i for i, label in enumerate(labels) if i and stands_for_others(label)]
    return standing[0] if len(standing) == 1 and _ELSEWHERE.fullmatch(core) else None


def _the_other(plain: str, options: Options) -> int | None:
    """ "Not Dr. Kim, the other one": what is left when the part that is named is taken away."""
    clauses = _clauses(plain)
    named = [c for c in clauses if not _is_the_other(c)]
    if len(named) == len(clauses) or "?" in plain:
        return None
    out = {i for clause in named for i in fitting(_turned_down(clause), options) or ()}
    return _single(_left(out, options)) if out else None


def _is_the_other(clause: str) -> bool:
    return bool(_THE_OTHER.fullmatch(bare(clause)) or _THE_OTHER.fullmatch(unmarked(clause)))


def _turned_down(clause: str) -> str:
    return _REFUSING.sub(" ", clause, count=1).strip()


def _left(out: set[int], options: Options) -> tuple[int, ...]:
    return tuple(i for i in range(len(options.labels)) if i not in out)


def _single(found: tuple[int, ...]) -> int | None:
    return found[0] if len(found) == 1 else None


def _of_clauses(clauses: Sequence[str], options: Options) -> tuple[int, ...] | None:
    """What the parts that choose say together, less what others turn down."""
    choosing = [c for c in clauses if not (_is_any(c) or _SET_APART.match(c))]
    direct = [c for c in choosing if not _REASON.match(c)]
    for kept in (direct, choosing):
        found = fitting(", ".join(kept), options) if kept else None
        if found is not None:
            return _without_refused(found, clauses, options)
    if (found := _in_one_clause(direct, options)) is not None:
        return _without_refused(found, clauses, options)
    if any(map(_is_any, clauses)):
        return _without_refused(_left(set(), options), clauses, options)[:1]
    return None


def _in_one_clause(clauses: Sequence[str], options: Options) -> tuple[int, ...] | None:
    """What the only clause says that describes anything: "3, i mixed up the days"."""
    found = [described for c in clauses if (described := fitting(c, options))]
    return found[0] if len(found) == 1 < len(clauses) else None


def _less_refused(
    found: tuple[int, ...] | None, clauses: Sequence[str], options: Options
) -> tuple[int, ...] | None:
    """Where nothing, or more than one, is chosen outright, what the whole message turns down."""
    if found is None:
        return _all_but_refused(clauses, options)
    return _without_refused(found, clauses, options) if len(found) > 1 else found


def _without_refused(
    found: tuple[int, ...], clauses: Sequence[str], options: Options
) -> tuple[int, ...]:
    """Those that no part of the message turns down ("friday, just not at 8")."""
    left = found
    for clause in filter(_REFUSING.search, clauses):
        out = fitting(_turned_down(clause), options) or ()
        left = tuple(i for i in left if i not in out)
    return left or found


def _all_but_refused(clauses: Sequence[str], options: Options) -> tuple[int, ...] | None:
    """ "Not Dr. Kim, we did not click": the only one that is left."""
    out: set[int] = set()
    for clause in clauses:
        refused = _refused(clause, len(options.labels))
        described = fitting(refused or clause, options) or ()
        if refused and described and not either(refused):
            out |= set(described)
        elif described and not (_REASON.match(clause) or _SET_APART.match(clause)):
            return None
    left = _left(out, options)
    return left if out and len(left) == 1 else None


def _refused(clause: str, count: int) -> str | None:
    """What a clause that only refuses refuses; of two options in more words than of many."""
    for pattern in (_ALL_BUT, *(_NOT_OF_TWO if count == 2 else ())):
        if said := pattern.match(clause):
            return said["out"]
    return None


def _is_any(clause: str) -> bool:
    return bool(_ANY.fullmatch(bare(clause)) or _ANY.fullmatch(unmarked(clause)))


def _only_one(text: str, labels: Sequence[str]) -> int | None:
    """ "Yes please" takes the one thing on offer."""
    said = yes_or_no(text)
    return 0 if len(labels) == 1 and said and said.answered is Answered.YES else None
