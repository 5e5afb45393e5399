"""Whether the facts say what a model's sentence says.

A sentence is held against every sentence of the facts and every two that stand together. It is
supported when all its words are found there (stems of its language, or concepts across languages),
or when most are and the vectors are close too. It is contradicted when a word that both share is
turned round in one of them only ("not", "closed"), when a word that claims much ("free", "always")
is not in the facts, or when a number belongs to something else there ("a first visit" and the price
of a follow-up).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.guardrails.folding import sentences
from agent.guardrails.sentence_words import Words, clauses, read_words

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Sentences to unit vectors, one a row."""

NEARLY_ALL = 0.9
"""The share of a sentence's words at which the facts plainly say it."""

SAME_WORDS = (0.5, 0.45)
"""Least overlap and least similarity of a sentence that adds only words of little matter."""

ONE_NEW_WORD = (0.8, 0.65)
"""The same for one that adds a single word of matter; two are never supported."""

OTHER_LANGUAGE = (0.3, 0.6)
"""The same for one in the other language than its facts: only concepts are shared there. All four
were set on the rows of `evals/tables/guardrails/grounding.jsonl` that are not held."""

_CONCEPT = 0.9
_SENTENCE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Fact:
    """One sentence of the facts, with its clauses; "and Sunday" belongs to the clause before."""

    text: str
    words: Words
    parts: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """The one or two sentences that share most, the closest first."""

    facts: tuple[_Fact, ...]
    overlap: float
    novel: frozenset[str]
    rank: tuple[float, ...]


class Support:
    """The sentences of one reply's facts, laid out to hold sentences against."""

    def __init__(self, facts: Sequence[str], encode: Encode, neutral: Sequence[str] = ()) -> None:
        """`neutral`: names that any sentence may use (the practice's, the patient's)."""
        self._encode = encode
        self._neutral = frozenset(s for name in neutral for s in read_words(name).stems)
        self._passages = tuple(tuple(_fact(s) for s in sentences(fact)) for fact in facts)
        self._facts = tuple(fact for passage in self._passages for fact in passage)

    def fault(self, sentence: str, before: str = "") -> str | None:
        """Why the facts do not say it: `unsupported`, `negation`, `strong`, `misplaced`; None when
        they do. `before`: the sentence before it, for one without words of its own."""
        words = read_words(sentence)
        if not words.stems:
            words = read_words(f"{before} {sentence}")
        match = self._best(words)
        if match is None or not self._enough(sentence, words, match):
            return "unsupported"
        if not words.strong <= frozenset(s for fact in match.facts for s in fact.words.strong):
            return "strong"
        if _contradicts(words, match):
            return "negation"
        if any(self._misplaced(read_words(part), words) for part in clauses(sentence)):
            return "misplaced"
        return None

    def _best(self, words: Words) -> _Match | None:
        """The shortest window that shares most: words, then claims, then words turned alike."""
        matches = (
            _match(words, window)
            for passage in self._passages
            for start, first in enumerate(passage)
            for window in ((first,), passage[start : start + 2])
        )
        return max(matches, key=lambda match: match.rank, default=None)

    def _enough(self, sentence: str, words: Words, match: _Match) -> bool:
        new = match.novel - words.soft - self._neutral
        if words.language != match.facts[0].words.language:
            least = OTHER_LANGUAGE
        elif not new and match.overlap >= NEARLY_ALL:
            return True
        else:
            least = ONE_NEW_WORD if new else SAME_WORDS
            if len(new) > 1:
                return False
        return match.overlap >= least[0] and self.similarity(sentence, match.facts) >= least[1]

    def similarity(self, sentence: str, facts: Sequence[_Fact]) -> float:
        vectors = self._encode([sentence, " ".join(fact.text for fact in facts)])
        return float(vectors[0] @ vectors[1])

    def _misplaced(self, part: Words, whole: Words) -> bool:
        """Whether the facts give a number of this kind to what the clause is about, but another
        one."""
        for claim in part.claims:
            own, other = 0.0, 0.0
            for fact in self._facts:
                near = _SENTENCE_SHARE * _shared(whole, fact.words)
                for clause in fact.parts:
                    said = [c for c in clause.claims if _kind(c.kind) == _kind(claim.kind)]
                    if any(c.values & claim.values for c in said):
                        own = max(own, near + _shared(part, clause))
                    elif said:
                        other = max(other, near + _shared(part, clause))
            if other > own > 0 or (other > 0 and own == 0):
                return True
        return False


def _kind(kind: str) -> str:
    return "weekday" if kind == "within" else kind


def _fact(sentence: str) -> _Fact:
    parts: list[str] = []
    for part in clauses(sentence):
        if parts and not read_words(part).stems:
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    return _Fact(sentence, read_words(sentence), tuple(read_words(part) for part in parts))


def _match(words: Words, window: tuple[_Fact, ...]) -> _Match:
    found = 0.0
    novel = set()
    for stem in words.turned:
        worth = max(_worth(words, stem, fact.words) for fact in window)
        found += worth
        if not worth:
            novel.add(stem)
    order = sorted(window, key=lambda fact: -_shared(words, fact.words))
    share = found / len(words.turned) if words.turned else 1.0
    rank = (
        round(share, 2),
        sum(_says(words, fact.words) for fact in window) / len(window),
        _shared(words, order[0].words),
    )
    return _Match(tuple(order), share, frozenset(novel), rank)


def _says(words: Words, fact: Words) -> int:
    """How many claims both make."""
    return sum(
        any(c.values & claim.values for c in fact.claims if _kind(c.kind) == _kind(claim.kind))
        for claim in words.claims
    )


def _worth(words: Words, stem: str, fact: Words) -> float:
    if words.language == fact.language and stem in fact.turned:
        return 1.0
    concept = words.concepts.get(stem)
    return _CONCEPT if concept is not None and concept in fact.concepts.values() else 0.0


def _shared(words: Words, fact: Words) -> float:
    """How many words both have, turned the same way."""
    return sum(
        _worth(words, stem, fact)
        for stem, ways in words.turned.items()
        if stem not in fact.turned or ways & fact.turned[stem]
    )


def _contradicts(words: Words, match: _Match) -> bool:
    """Whether a shared word is turned round in the sentence or in its facts only; of two facts the
    closest that has the word counts."""
    for stem, ways in words.turned.items():
        for place, fact in enumerate(match.facts):
            if stem in fact.words.turned and not (place and stem in words.soft):
                if not ways & fact.words.turned[stem]:
                    return True
                break
    return False
