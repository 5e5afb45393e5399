"""What a sentence says, as words that can be compared: stems, which of them are turned round by a
"not", and the words that claim much by themselves."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import Stemmer

from agent.guardrails.calendar import MONTH, NUMBERS, TIME_WORDS, WEEKDAY, Claim
from agent.guardrails.claims import claims
from agent.guardrails.folding import fold
from knowledge.index.concepts import STEMMERS, load_concepts
from knowledge.language import detect_language

_FILE = tomllib.loads((Path(__file__).parent / "data" / "support.toml").read_text(encoding="utf-8"))
_STOPWORDS = {code: frozenset(text.split()) for code, text in _FILE["stopwords"].items()}
_NEGATIONS = frozenset(_FILE["negation"]["words"])
_REACH: int = _FILE["negation"]["reach"]
_SAME = {phrase: word for word, phrases in _FILE["same"].items() for phrase in phrases}
_STRONG = {word: n for n, group in enumerate(_FILE["strong"]["groups"]) for word in group}
_STEMMERS = {code: Stemmer.Stemmer(name) for code, name in STEMMERS.items()}
_CONCEPTS = load_concepts()
_PHRASES = re.compile(
    rf"(?<= )(?:{'|'.join(sorted((re.escape(p) for p in _SAME), key=len, reverse=True))})(?= )"
)
_IGNORED = re.compile(rf"(?<= )(?:{'|'.join(_FILE['negation']['ignored'])})(?= )")
_STRONG_WORDS = re.compile(
    rf"(?<= )(?:{'|'.join(sorted(map(re.escape, _STRONG), key=len, reverse=True))})(?= )"
)
_COUNTED = frozenset((*WEEKDAY, *MONTH, *TIME_WORDS, *NUMBERS["en"], *NUMBERS["es"])) - {"may"}
"""Words that are claims, and looked after as such."""

_PAUSES = frozenset(", but if because pero si porque so asi while mientras until hasta".split())
_CLAUSE = re.compile(r"\s*(?:[,;:()]\s|\b(?:and|y|but|pero|while|mientras)\b)\s*")


def _opposites() -> dict[str, tuple[str, bool]]:
    """Each word of a pair to the first one, and whether it is that one turned round."""
    found: dict[str, tuple[str, bool]] = {}
    for first, second in _FILE["opposites"]["pairs"]:
        found.setdefault(first, (first, False))
        found.setdefault(second, (found[first][0], True))
    return found


_OPPOSITES = _opposites()


@dataclass(frozen=True, slots=True)
class Words:
    """`turned`: for each stem, whether it stands plainly (False), turned round (True) or both."""

    language: str
    turned: dict[str, frozenset[bool]]
    concepts: dict[str, str]
    """The concept of a stem, for those that have one: what both languages share."""
    soft: frozenset[str]
    strong: frozenset[int]
    claims: tuple[Claim, ...]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(self.turned)


_SOFT = {
    code: frozenset(stemmer.stemWord(word) for word in _FILE["soft"]["words"].split())
    for code, stemmer in _STEMMERS.items()
}


def _neutral(folded: str) -> str:
    """One word for one thing, and nothing that only looks like a "not"."""
    return _PHRASES.sub(lambda m: _SAME[m[0]], _IGNORED.sub("", folded))


def read_words(text: str) -> Words:
    """Of one sentence or clause."""
    language = detect_language(text)
    return _read(_neutral(fold(text)), language, claims(text, source=True))


def clauses(text: str) -> tuple[str, ...]:
    """The parts of a sentence between pauses, "and" and "but"."""
    return tuple(part for part in _CLAUSE.split(text) if part.strip())


def _read(folded: str, language: str, said: tuple[Claim, ...]) -> Words:
    code = language if language in _STEMMERS else "en"
    stemmer, stopwords = _STEMMERS[code], _STOPWORDS[code]
    turned: dict[str, set[bool]] = {}
    reach = 0
    for word in folded.split():
        if word in _PAUSES:
            reach = 0
            continue
        if word in _NEGATIONS:
            reach = _REACH
            continue
        base, opposite = _OPPOSITES.get(word, (word, False))
        if (
            (base in stopwords and base == word)
            or word in _COUNTED
            or not word.replace("-", "").isalpha()
        ):
            continue
        stem = str(stemmer.stemWord(base.replace("-", "")))
        turned.setdefault(stem, set()).add(opposite != (reach > 0))
        reach = max(0, reach - 1)
    concepts = _CONCEPTS[code]
    return Words(
        code,
        {stem: frozenset(ways) for stem, ways in turned.items()},
        {stem: concepts[stem] for stem in turned if stem in concepts},
        frozenset(stem for stem in turned if stem in _SOFT[code]),
        frozenset(_STRONG[m[0]] for m in _STRONG_WORDS.finditer(folded)),
        said,
    )
