"""Nothing of another patient is in a reply: no name, no identifier, and no record number that is
not in this patient's facts."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from guardrails.validator_base import register_validator

from agent.guardrails.calendar import MONTH
from agent.guardrails.check import Check
from agent.guardrails.claims import claims
from agent.guardrails.draft import Draft
from agent.guardrails.folding import plain, sentences
from agent.guardrails.names import TITLES

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_DOCTORS = frozenset({"dr", "dra", "drs", "doctor", "doctora"})
_RECORD = re.compile(
    r"\b(?:mrn|pt|pat|chart|record|member|patient|account|acct|case|file|policy|expediente|miembro"
    r"|paciente|cuenta|historia|poliza)\b(?: (?:number|no|num|id|numero|de miembro|es|is|el|the"
    r"|no\.|[#:.-]))*[ #:.-]{0,3}((?:[a-z]{1,4}-?)?\d[\d-]{3,})\b"
    r"|\b([a-z]{2,4}-\d{3,}|[a-z]{2,4}\d{5,}|\d{3}-\d{2}-\d{4}|\d{6,})\b"
)
_LETTERS_AND_DIGITS = re.compile(r"[^a-z0-9]+")
_SHORTEST_LONE_NAME = 3
_SHORTEST_LONE_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Strangers:
    """What other patients are told by. `names`: the words of each, in order."""

    names: tuple[tuple[str, ...], ...]
    ids: frozenset[str]
    claims: frozenset[tuple[str, str]]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Word:
    """`named`: it has a capital that says something, or a title before it."""

    word: str
    named: bool
    title: str


@register_validator(name="portico/identity", data_type="string")
class Identity(Check):
    """`Grounds.strangers` in any usual form ("Gonzalez, Maria", "Maria G.", "Ms. Gonzalez"). A name
    that is also the patient's own, or stands in the facts (a clinician's), is no stranger's by
    itself; a full name is, wherever it stands. Nor is a month, or in a template a word of the
    `approved` texts (April, Street), one by itself."""

    def __init__(self, approved: tuple[str, ...] = (), **settings: Any) -> None:
        super().__init__(**settings)
        self._ordinary = frozenset(_plain_words("\n".join(approved)))

    def fault(self, draft: Draft) -> str | None:
        grounds = draft.grounds
        own = "\n".join((*grounds.facts, *grounds.known, *grounds.patient))
        if _foreign_id(draft.text, own):
            return "record"
        if not grounds.strangers:
            return None
        ordinary = frozenset(MONTH) if grounds.generated else self._ordinary | frozenset(MONTH)
        return _stranger(draft, own, ordinary)


def _foreign_id(text: str, own: str) -> bool:
    """Whether a number looks like a record's and is not in this patient's facts."""
    found = list(_RECORD.finditer(plain(text)))
    if not found:
        return False
    known = _marks(own)
    phones = {value for c in claims(text) if c.kind == "phone" for value in c.values}
    marks = [_mark(each[1] or each[2]) for each in found if not _in_link(text, each[0])]
    return any(mark not in known and mark[-10:] not in phones for mark in marks)


def _in_link(text: str, found: str) -> bool:
    return any(found in word for word in plain(text).split() if "/" in word or "@" in word)


def _stranger(draft: Draft, own: str, ordinary: frozenset[str]) -> str | None:
    strangers = read_strangers(draft.grounds.strangers)
    if strangers.ids & (_marks(draft.text) - _marks(" ".join(draft.grounds.patient))):
        return "id"
    said = {(c.kind, v) for c in claims(draft.text) for v in c.values}
    if strangers.claims & said:
        return "id"
    mine = {tuple(_plain_words(name)) for name in (*draft.grounds.patient, *draft.grounds.known)}
    own_words = frozenset(_plain_words(own))
    for sentence in sentences(draft.text):
        words = _words(sentence)
        if not strangers.words.isdisjoint(word.word for word in words) and any(
            _names(words, name, own_words, ordinary) for name in strangers.names if name not in mine
        ):
            return "name"
    return None


@lru_cache(maxsize=8)
def read_strangers(strangers: tuple[str, ...]) -> Strangers:
    """Names are texts without a digit; of the rest a phone, a link or a full date is compared as
    such, anything else as letters and digits."""
    names: list[tuple[str, ...]] = []
    ids: set[str] = set()
    said: set[tuple[str, str]] = set()
    for each in strangers:
        if not any(c.isdigit() for c in each):
            name = tuple(_plain_words(each))
            if name:
                names.append(name)
            continue
        typed = {(c.kind, v) for c in claims(each) if c.kind in ("phone", "link") for v in c.values}
        said |= typed
        if not typed:
            ids |= {mark for mark in _marks(each) if _tells_apart(mark)}
    words = frozenset(word for name in names for word in name)
    return Strangers(tuple(names), frozenset(ids), frozenset(said), words)


def _tells_apart(mark: str) -> bool:
    """Whether an id is meant wherever this stands. A short number is also a day, a time or a price;
    "record 1021" is `_foreign_id`'s."""
    digits = sum(c.isdigit() for c in mark)
    return 0 < digits < len(mark) or digits >= _SHORTEST_LONE_NUMBER


def _names(
    words: list[_Word], name: tuple[str, ...], own: frozenset[str], ordinary: frozenset[str]
) -> bool:
    """Whether a sentence names this person."""
    plain_words = [word.word for word in words]
    first, last = name[0], name[-1]
    for at, word in enumerate(words):
        after = plain_words[at + 1 : at + len(name)]
        if word.word == first and len(name) > 1 and tuple(after) == name[1:]:
            return not (word.title in _DOCTORS and {first, last} <= own)
        if word.word == last and len(name) > 1 and after[:1] == [first]:
            return True
        following = words[at + 1] if at + 1 < len(words) else None
        if following is not None and len(name) > 1:
            if word.word == first and following.word == last[0] and following.named:
                return not {f"{first}", last} <= own
            if word.word == first[0] and word.named and following.word == last:
                return not {first, last} <= own
        lone = word.word in (first, last) and len(word.word) >= _SHORTEST_LONE_NAME
        if (
            lone
            and word.word not in own
            and (word.title or (word.named and word.word not in ordinary))
        ):
            return True
    return False


def _words(sentence: str) -> list[_Word]:
    found: list[_Word] = []
    title = ""
    for n, match in enumerate(_WORD.finditer(sentence)):
        text = match[0]
        word = plain(text).removesuffix("'s")
        named = text[0].isupper() and (n > 0 or bool(title))
        found.append(_Word(word, named or bool(title), title))
        title = word if word in TITLES else ""
    return found


def _plain_words(text: str) -> list[str]:
    return [plain(match[0]).removesuffix("'s") for match in _WORD.finditer(text)]


def _marks(text: str) -> frozenset[str]:
    """Words and numbers without the signs inside them, and the digits of those by themselves."""
    words = plain(text).split()
    marks = {_mark(word) for word in words}
    return frozenset(marks | {re.sub(r"\D", "", word) for word in words} - {""})


def _mark(word: str) -> str:
    return _LETTERS_AND_DIGITS.sub("", word)
