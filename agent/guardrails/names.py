"""The names in a text that need a source: people, places and firms by their capitals, medicines by
a list."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import Stemmer

from agent.guardrails.calendar import MONTH, WEEKDAY
from agent.guardrails.folding import plain, sentences

_FILE = tomllib.loads((Path(__file__).parent / "data" / "names.toml").read_text(encoding="utf-8"))
TITLES = frozenset(_FILE["titles"])
_GIVEN = frozenset(_FILE["given"])
_PLAIN = frozenset(_FILE["plain"]) | frozenset(MONTH) | frozenset(WEEKDAY)
_MEDICINES = frozenset(_FILE["medicines"])

_WORD = re.compile(r"[^\W_][\w'’&-]*(?:\.(?=\s+[^\W\d_]))?|[\"“«:.]")
_LETTERS = re.compile(r"[a-z][a-z0-9'&-]*")
_ENDING = re.compile(r"(?:e|a|o|um)$")
_STEM = Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True)
class Name:
    """Its words, plain; `opens`: the first one starts a sentence, so its capital says nothing."""

    words: tuple[str, ...]
    opens: bool = False


@dataclass(frozen=True, slots=True)
class NameSources:
    """The words that some texts use, all together and sentence by sentence."""

    words: frozenset[str]
    stems: tuple[frozenset[str], ...]

    def support(self, name: Name) -> bool:
        """All its words in one sentence; of one that opens a sentence, what follows is enough
        unless it is a given name."""
        if self._together(name.words):
            return True
        if not name.opens or name.words[0] in _GIVEN:
            return False
        return len(name.words) == 1 or self.support(Name(name.words[1:]))

    def _together(self, words: tuple[str, ...]) -> bool:
        if not all(word in self.words or _stem(word) in self.words for word in words):
            return False
        wanted = {_stem(word) for word in words}
        return any(wanted <= stems for stems in self.stems)


def name_sources(texts: Iterable[str]) -> NameSources:
    words: set[str] = set()
    stems = []
    for text in texts:
        for sentence in text.splitlines():
            found = [_bare(word) for word in _LETTERS.findall(plain(sentence))]
            stemmed = frozenset(_STEM.stemWords(found))
            words.update(found)
            words |= stemmed
            stems.append(stemmed)
    return NameSources(frozenset(words), tuple(stems))


@lru_cache(maxsize=256)
def names_of_standing(texts: tuple[str, ...]) -> NameSources:
    """`name_sources` of texts that stay: the practice's own and the approved ones."""
    return name_sources(texts)


def both(first: NameSources, second: NameSources) -> NameSources:
    return NameSources(first.words | second.words, first.stems + second.stems)


def names(text: str) -> tuple[Name, ...]:
    """In order of appearance."""
    found: list[Name] = []
    for sentence in sentences(text):
        found.extend(_capitals(sentence))
    return (*found, *(Name((word,)) for word in medicines(text)))


def medicines(text: str) -> tuple[str, ...]:
    """The medicines a text names, as it names them."""
    words = _LETTERS.findall(plain(text))
    return tuple(word for word in words if _ENDING.sub("", word) in _MEDICINES)


def medicine(word: str) -> str:
    """The same for both languages and every spelling of its ending."""
    return _ENDING.sub("", word)


def _capitals(sentence: str) -> list[Name]:
    found: list[Name] = []
    group: list[str] = []
    opens = starts = True
    titled = False

    def close() -> None:
        if group:
            found.append(Name(tuple(group), opens))
            group.clear()

    for token in _WORD.findall(sentence):
        if not token[0].isalnum():
            close()
            starts = True
            continue
        word = _bare(plain(token).rstrip("."))
        is_name = token[0].isupper() and word not in _PLAIN and not word.isdigit()
        if is_name or (titled and word not in _PLAIN and word not in TITLES and word.isalpha()):
            if not group:
                opens = starts and not titled
            group.append(word)
        else:
            close()
        abbreviated = token.endswith(".") and word not in TITLES and len(word) > 1
        if abbreviated:
            close()
        titled = word in TITLES and (token.endswith(".") or token[0].isupper())
        starts = abbreviated
    close()
    return found


def _bare(word: str) -> str:
    return word.removesuffix("'s").strip("'-&")


def _stem(word: str) -> str:
    return str(_STEM.stemWord(word))
