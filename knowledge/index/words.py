"""Ranks passages by shared words (BM25): stems of their language, concepts across languages."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer

from knowledge.index.concepts import STEMMERS, load_concepts
from knowledge.ingest.chunks import Chunk

_WORD = re.compile(r"[^\W_]+")
# With them go the words that ask for a kind of thing (when, hora): `expectation` sees to those.
_STOPWORDS = {
    "en": """a about am an and any are as at be been but by can could did do does for from get got
    had has have hello hey hi how i if in is it its just like me my need of on or our out please so
    some thank thanks that the their them there they this time to u us want was we were what when
    which who why will with would you your yours""",
    "es": """a al algo como con cual cuales cuando de del desde el ella ellos en entre es esa ese
    eso esta estan este esto estoy fue gracias ha hacer hago hasta hay hola hora horas la las le les
    lo los me mi mis muy necesito ni no nos o para pero por porque puede puedo que quien quiero se
    ser si sin sobre son su sus tambien tengo tiene tienen tu un una uno usted ustedes y ya yo""",
}
_K1, _B = 1.2, 0.6


class WordIndex:
    """BM25 over all passages; built in memory, some 20 ms for 300 passages."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._stemmers = {code: Stemmer.Stemmer(name) for code, name in STEMMERS.items()}
        self._stopwords = {code: frozenset(text.split()) for code, text in _STOPWORDS.items()}
        self._concepts = load_concepts()
        self._ids = [chunk.id for chunk in chunks]
        documents = [
            self._terms(f"{c.title} {c.heading} {c.text}", self._known(c.language)) for c in chunks
        ]
        self._terms_of = [frozenset(terms) for terms in documents]
        frequency = Counter(term for terms in self._terms_of for term in terms)
        self._count = len(chunks)
        self._weight = {term: self._idf(n) for term, n in frequency.items()}
        self._bm25 = bm25s.BM25(k1=_K1, b=_B)
        if documents:
            self._bm25.index(documents, show_progress=False)

    def scores(self, question: str, language: str) -> dict[str, tuple[float, float]]:
        """(BM25 as a share of its maximum, share of the question's word weight found), by passage.

        A name may stand in a document of the other language, so each word is tried as the stem of
        both. Words that no passage has weigh as much as the rarest.
        """
        asked = self._alternatives(question, self._known(language))
        weights = [self._weigh(each) for each in asked]
        known = sorted({term for each in asked for term in each if term in self._weight})
        if not known:
            return {}
        total = math.fsum(weights)
        raw = self._bm25.get_scores(known)
        return {
            self._ids[i]: (
                float(raw[i]) / (total * (_K1 + 1)),
                math.fsum(w for e, w in zip(asked, weights, strict=True) if e & self._terms_of[i])
                / total,
            )
            for i in np.flatnonzero(raw)
        }

    def _alternatives(self, question: str, language: str) -> list[frozenset[str]]:
        found: dict[frozenset[str], None] = {}
        for word in self._words(question, language):
            term = self._term(word, language)
            if term.startswith("#"):
                found[frozenset({term})] = None
            else:
                found[frozenset(s.stemWord(word) for s in self._stemmers.values())] = None
        return list(found)

    def _weigh(self, alternatives: frozenset[str]) -> float:
        weights = [self._weight[term] for term in alternatives if term in self._weight]
        return max(weights, default=self._idf(0))

    def _idf(self, frequency: int) -> float:
        return math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))

    def _terms(self, text: str, language: str) -> list[str]:
        return [self._term(word, language) for word in self._words(text, language)]

    def _words(self, text: str, language: str) -> list[str]:
        words = (_unaccented(word) for word in _WORD.findall(text.lower()))
        return [word for word in words if word not in self._stopwords[language]]

    def _term(self, word: str, language: str) -> str:
        stem = str(self._stemmers[language].stemWord(word))
        return self._concepts[language].get(stem, stem)

    def _known(self, language: str) -> str:
        return language if language in STEMMERS else "en"


def _unaccented(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
