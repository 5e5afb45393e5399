"""Finds the practitioners, medications, orders, forms and services that a message names."""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from agent.domain.people import Practitioner
from agent.understanding.spelling import alike, fold, words

_NAMES = tomllib.loads((Path(__file__).parent / "data" / "names.toml").read_text("utf-8"))
_TITLES = frozenset(_NAMES["titles"])
_COMMON = frozenset(_NAMES["common_words"])
_HOLLOW = frozenset(_NAMES["hollow"])
_KINDS = frozenset(_NAMES["kinds"])
_SILENT = frozenset(_NAMES["silent"])
_SAME: dict[str, str] = {
    fold(spanish): english for english, all_of in _NAMES["same"].items() for spanish in all_of
}
_BRANDS = frozenset(
    brand for brands in _NAMES["brands"].values() for brand in brands if " " not in brand
)
_SAME |= {brand: generic for generic, brands in _NAMES["brands"].items() for brand in brands}
_CUES = frozenset(_NAMES["cues"])
_HOLLOW_WEIGHT = 0.1
_KIND_WEIGHT = 0.25
_NUMBER_WEIGHT = 0.5


# Practitioners


def find_practitioners(
    text: str, practitioners: Sequence[Practitioner]
) -> tuple[Practitioner, ...]:
    """Everybody whom the words can mean: "dr patel" is both Patels, "anjali patel" one.

    By any part of the name, with or without title, forgiving a misspelling; a name that is also an
    everyday word ("park", "grace") counts beside a title or "with", or with a capital letter.
    """
    said = _said_names(text)
    if not said:
        return ()
    parts = {p.id: _name_parts(p.name) for p in practitioners}
    everyone = {part for names in parts.values() for part in names}
    scored: list[tuple[float, Practitioner]] = []
    for practitioner in practitioners:
        score = sum(_score(part, said, everyone) for part in parts[practitioner.id])
        if score > 0:
            scored.append((score, practitioner))
    best_of: dict[str, float] = {}
    for score, practitioner in scored:
        for part in parts[practitioner.id]:
            if _score(part, said, everyone) > 0:
                best_of[part] = max(best_of.get(part, 0), score)
    return tuple(
        practitioner
        for score, practitioner in scored
        if any(
            best_of.get(part) == score and _score(part, said, everyone) > 0
            for part in parts[practitioner.id]
        )
    )


def _name_parts(name: str) -> tuple[str, ...]:
    """ "Dr. Ana María Lin-Soto, LCSW" is ana, maria, lin, soto."""
    before_credentials = name.partition(",")[0].replace("-", " ")
    return tuple(w for w in words(before_credentials) if w not in _TITLES and len(w) > 1)


def _said_names(text: str) -> dict[str, bool]:
    """The words that may be part of a name, and whether a cue stands before each."""
    said: dict[str, bool] = {}
    raw = re.findall(r"[^\W\d_]+", text)
    before: list[str] = []
    for index, word in enumerate(raw):
        plain = fold(word)
        cued = any(b in _CUES or b in _TITLES for b in before[-1:]) or any(
            b in _TITLES for b in before[-2:]
        )
        capital = word[:1].isupper() and not word.isupper() and (index > 0 or len(raw) <= 3)
        if plain not in _TITLES and len(plain) > 1 and (plain not in _COMMON or cued or capital):
            said[plain] = said.get(plain, False) or cued
        before.append(plain)
    return said


def _score(part: str, said: dict[str, bool], everyone: set[str]) -> float:
    """1 for a name as it is written, 0.9 for a misspelt one that is nobody else's name."""
    if part in said or (part + "s" in said and part + "s" not in everyone and said[part + "s"]):
        return 1.0
    for word in said:
        if word not in everyone and part in _KIN.get(word, ()):
            return 1.0
        if word in everyone or word in _COMMON or not alike(word, part):
            continue
        if min(_gap(word, other) for other in everyone) == _gap(word, part):
            return 0.9
    return 0.0


def _gap(word: str, name: str) -> int:
    return sum(a != b for a, b in zip(word, name, strict=False)) + abs(len(word) - len(name))


# Things with a label


def match_items(text: str, labels: Sequence[str], *, cut: int = 5) -> tuple[int, ...]:
    """The positions of the labels that the words name best; empty when they name none.

    `cut`: how many letters of a word may stand for it ("progr" for progressive).
    Rare words of a label count more than those it shares with others; words for any visit or thing
    ("visit", "session", "medication") alone name nothing.
    """
    said = _content(text)
    of_label = [frozenset(_content(label)) for label in labels]
    known = Counter(word for label in of_label for word in label)
    heard = _heard(said, known, cut)
    scores = [_label_score(heard, label, known, len(labels)) for label in of_label]
    best = max(scores, default=0.0)
    if best <= 0:
        return ()
    return tuple(i for i, score in enumerate(scores) if score >= best * 0.9)


def says_more(text: str, labels: Sequence[str]) -> bool:
    """Whether the words are more than names of labels: "sertraline?" is not, "is it safe" is."""
    known = Counter(word for label in labels for word in _content(label))
    return any(not _heard([word], known, 5) for word in _content(text))


def _content(text: str) -> list[str]:
    found = []
    for word in re.findall(r"[a-z]+|\d+(?:\.\d+)?", _phrases_joined(fold(text))):
        word = _SAME.get(word, word)
        if word not in _SILENT and (len(word) > 1 or word.isdigit()):
            found.append(_SAME.get(_stem(word), _stem(word)))
    return found


def _phrases_joined(plain: str) -> str:
    """Spanish terms of several words become the English ones that labels use."""
    for phrase, english in _SAME.items():
        if not phrase.isalnum() and phrase in plain:
            plain = re.sub(rf"\b{re.escape(phrase)}\b", english, plain)
    return plain


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _kin() -> dict[str, set[str]]:
    """Of each first name its short forms, and the other way round."""
    kin: dict[str, set[str]] = {}
    for full, shorts in _NAMES["nicknames"].items():
        for short in shorts:
            kin.setdefault(short, set()).add(full)
            for name in (full, _stem(full)):
                kin.setdefault(name, set()).add(short)
    return kin


_KIN = _kin()


def _heard(said: Sequence[str], known: Counter[str], cut: int) -> frozenset[str]:
    """The label words that were said, each perhaps misspelt."""
    heard = {joined for joined in map("".join, pairwise(said)) if joined in known}
    for word in said:
        if word in known:
            heard.add(word)
        elif kin := {_stem(name) for name in _KIN.get(word, ())} & known.keys():
            heard |= kin
        elif len(word) >= 4:
            close = {
                k for k in known if alike(word, k) or _is_part(word, k, cut) or _swapped(word, k)
            }
            close = close or {_SAME[b] for b in _BRANDS if alike(word, b) and _SAME[b] in known}
            heard.update(close if len(close) == 1 else ())
    return frozenset(heard)


def _is_part(word: str, known: str, cut: int) -> bool:
    """ "progr" for progressive, "glasses" for eyeglasses."""
    return len(word) >= cut and (known.startswith(word) or (len(word) > 4 and known.endswith(word)))


def _swapped(word: str, known: str) -> bool:
    """ "osie" for osei, too short to be forgiven more."""
    return word[0] == known[0] and len(word) == 4 and sorted(word) == sorted(known)


def _label_score(
    heard: frozenset[str], label: frozenset[str], known: Counter[str], count: int
) -> float:
    named = [w for w in heard & label if not w[0].isdigit()]
    if not named:
        return 0.0
    telling = [w for w in named if w not in _HOLLOW and known[w] < max(count, 2)]
    if not telling and not label <= heard:
        return 0.0
    score = sum(_weight(word, known, count) for word in heard & label)
    return score + 0.2 * len(heard & label) / len(label)


def _weight(word: str, known: Counter[str], count: int) -> float:
    rarity = math.log(1 + count / known[word])
    if word[0].isdigit():
        return _NUMBER_WEIGHT * rarity
    if word in _HOLLOW:
        return _HOLLOW_WEIGHT * rarity
    return (_KIND_WEIGHT if word in _KINDS else 1.0) * rarity
