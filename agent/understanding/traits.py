"""What an option is, beside its name: by video or in person, with a nurse practitioner, drops."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.understanding.phrases import expanded, read_phrases
from agent.understanding.spelling import squeezed, words

_SAID = read_phrases("traits")
_BESIDE = frozenset(_SAID["beside"].split())
_CLAUSE = re.compile(r"[,.;:!()]| - ")


@dataclass(frozen=True, slots=True)
class _Trait:
    """`said`: as patients say it. `label`: as an option tells it. `beside`: what tells it only in
    a list where another option tells another trait of the kind ("Dr." beside a "Dra.")."""

    said: re.Pattern[str]
    label: re.Pattern[str]
    beside: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """Traits that exclude each other. `strict`: never passed over ("a woman" where nothing tells
    who is one). `untimed`: of options that are no times."""

    traits: tuple[_Trait, ...]
    strict: bool
    untimed: bool


def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expanded(expression, _SAID["words"]))


_KINDS = tuple(
    _Kind(
        tuple(
            _Trait(
                _pattern(trait["said"]),
                _pattern(trait["label"]),
                _pattern(trait["beside"]) if "beside" in trait else None,
            )
            for trait in kind["trait"]
        ),
        kind.get("strict", False),
        kind.get("untimed", False),
    )
    for kind in _SAID["kind"]
)


def by_traits(
    text: str, labels: Sequence[str], *, timed: bool
) -> tuple[tuple[int, ...] | None, str]:
    """The options with every trait that the text tells, and the text with "¦" for those words;
    None when it tells none that sets options apart."""
    folded = [squeezed(label) for label in labels]
    found: set[int] | None = None
    for kind in _KINDS:
        said = [trait for trait in kind.traits if trait.said.search(text)]
        if not said or (kind.untimed and timed):
            continue
        fitting = _fitting(kind, said, folded)
        if fitting is None:
            continue
        found = fitting if found is None else found & fitting
        for trait in said:
            text = trait.said.sub(" ¦ ", text)
    return (None if found is None else tuple(sorted(found))), text


def only_tells(rest: str) -> bool:
    """Whether a part of the text says nothing beside traits but that somebody has, takes or wants
    it: so not "latanoprost drops", nor "the nurse was rude"."""
    parts = [_without_traits(part) for part in _CLAUSE.split(rest) if "¦" in part]
    return any(_BESIDE.issuperset(words(part)) for part in parts)


def _without_traits(text: str) -> str:
    for trait in (trait for kind in _KINDS for trait in kind.traits):
        text = trait.said.sub(" ", text)
    return text


def _fitting(kind: _Kind, said: Sequence[_Trait], labels: Sequence[str]) -> set[int] | None:
    """Those with one of the traits; None when that sets nothing apart. None fits where all tell
    another trait of the kind; of a strict kind those that tell none may fit, if any does."""
    told = _told(kind, labels)
    anything = set[int]().union(*told)
    fitting = set[int]().union(
        *(own for trait, own in zip(kind.traits, told, strict=True) if trait in said)
    )
    if kind.strict and fitting:
        fitting |= set(range(len(labels))) - anything
    if fitting:
        return fitting if len(fitting) < len(labels) else None
    return fitting if kind.strict or len(anything) == len(labels) else None


def _told(kind: _Kind, labels: Sequence[str]) -> list[set[int]]:
    """Of each trait of the kind, the labels that tell it."""
    told = [{i for i, text in enumerate(labels) if t.label.search(text)} for t in kind.traits]
    anything = set[int]().union(*told)
    for trait, own in zip(kind.traits, told, strict=True):
        if trait.beside and anything:
            own |= {
                i
                for i, text in enumerate(labels)
                if i not in anything and trait.beside.search(text)
            }
    return told
