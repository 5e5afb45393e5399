"""Finds the passages that answer a question, and abstains when it is not sure enough."""

import os
import re
import threading
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chromadb.errors import ChromaError

from knowledge.answer import compose_answer
from knowledge.encoder import Encoder
from knowledge.errors import InputError, KnowledgeUnavailable
from knowledge.expectation import expectation, fit
from knowledge.index.manifest import chroma_path, manifest_path, read_manifest
from knowledge.index.vectors import Nearest, VectorStore
from knowledge.index.words import WordIndex
from knowledge.ingest.chunks import Chunk
from knowledge.language import detect_language
from knowledge.passage import Audience, Passage, Retrieval
from knowledge.ranking import Evidence, Ranking, load_ranking

# Enough vectors for some twenty passages in all three views.
_VECTORS = 120
_LOOKED_AT = 5
_PROBABLY = 0.5


@dataclass(frozen=True)
class Candidate:
    """A passage with what speaks for it."""

    chunk: Chunk
    evidence: Evidence
    strength: float


class _Snapshot:
    """One published generation of the index, opened for reading."""

    def __init__(self, data_dir: Path, stamp: int) -> None:
        manifest = read_manifest(data_dir)
        if manifest is None:
            raise InputError(f"{manifest_path(data_dir)}: nothing was ingested: `portico ingest`")
        self.stamp = stamp
        self.recipe = manifest.recipe
        self.chunks = {chunk.id: chunk for chunk in manifest.chunks()}
        self.vectors = VectorStore(chroma_path(data_dir, manifest.generation))
        self.words = WordIndex(list(self.chunks.values()))


class Retriever:
    """Reads the index under `data_dir`, and a newer one as soon as it is published.

    `threshold` (0..1) is the chance below which it abstains. Thread-safe and synchronous: call it
    through `asyncio.to_thread`.
    """

    def __init__(
        self,
        data_dir: Path,
        encoder: Encoder,
        *,
        threshold: float,
        ranking: Ranking | None = None,
    ) -> None:
        self._data_dir = data_dir
        self._encoder = encoder
        self._threshold = threshold
        self._ranking = ranking or load_ranking()
        self._lock = threading.Lock()
        self._snapshot = _Snapshot(data_dir, self._stamp())
        self._before: _Snapshot | None = None

    def retrieve(
        self,
        question: str,
        *,
        audience: frozenset[Audience],
        language: str | None = None,
        today: date | None = None,
        limit: int = 5,
    ) -> Retrieval:
        """At most `limit` passages, best first.

        `language` None: as the question is written. `today` marks what is overdue for review.
        Raises `KnowledgeUnavailable` when the index cannot be read.
        """
        try:
            candidates = self.candidates(question, audience=audience, language=language)
        except (ChromaError, OSError) as error:
            raise KnowledgeUnavailable(type(error).__name__) from error
        if not candidates:
            return Retrieval((), 0.0, None)
        candidates = self._own_language_first(candidates)
        ranked = [candidate.evidence for candidate in candidates]
        passages = tuple(
            _passage(candidate.chunk, self._ranking.chance(ranked, place), today)
            for place, candidate in enumerate(candidates[:limit])
        )
        score = self._ranking.chance(ranked)
        answer = None
        if score >= self._threshold:
            answer = compose_answer(question, candidates[0].chunk, self._encoder)
        return Retrieval(passages, score, answer)

    def candidates(
        self, question: str, *, audience: frozenset[Audience], language: str | None
    ) -> list[Candidate]:
        """Every passage that has something to say for it, best first."""
        asked = " ".join(question.split())
        snapshot = self._current()
        if not asked or not snapshot.chunks or not audience:
            return []
        language = language or detect_language(asked)
        vector = self._encoder.encode([asked])[0]
        near = snapshot.vectors.nearest(vector, audience, _VECTORS)
        wanted = expectation(asked)
        words = snapshot.words.scores(asked, language)
        found = near.whole.keys() | near.asked.keys() | near.units.keys() | words.keys()
        chunks = [snapshot.chunks[i] for i in sorted(found) if i in snapshot.chunks]
        weighed = [
            Candidate(c, evidence, self._ranking.strength(evidence))
            for c in chunks
            if c.audience in audience
            for evidence in [_evidence(c, near, words, language, wanted)]
        ]
        return sorted(weighed, key=lambda c: -c.strength)

    def _own_language_first(self, candidates: list[Candidate]) -> list[Candidate]:
        """A passage in the asker's language that probably answers goes before a better one in
        another language."""
        if candidates[0].evidence.same_language:
            return candidates
        ranked = [candidate.evidence for candidate in candidates]
        for place, candidate in enumerate(candidates[:_LOOKED_AT]):
            if not candidate.evidence.same_language:
                continue
            if self._ranking.chance(ranked, place) >= max(self._threshold, _PROBABLY):
                rest = [other for other in candidates if other is not candidate]
                return [candidate, *rest]
        return candidates

    def close(self) -> None:
        """Lets go of the index; nothing can be retrieved afterwards."""
        with self._lock:
            for snapshot in (self._before, self._snapshot):
                if snapshot is not None:
                    snapshot.vectors.close()

    def _stamp(self) -> int:
        try:
            return os.stat(manifest_path(self._data_dir)).st_mtime_ns
        except FileNotFoundError:
            return 0

    def _current(self) -> _Snapshot:
        stamp = self._stamp()
        with self._lock:
            if stamp != self._snapshot.stamp and stamp:
                # A thread may still read the one before; the one before that is nobody's.
                if self._before:
                    self._before.vectors.close()
                self._before = self._snapshot
                self._snapshot = _Snapshot(self._data_dir, stamp)
            return self._snapshot


def _evidence(
    chunk: Chunk,
    near: Nearest,
    words: dict[str, tuple[float, float]],
    language: str,
    wanted: re.Pattern[str] | None,
) -> Evidence:
    """A vector that is not among the nearest counts as far as the farthest that is."""
    floor = min(near.whole.values(), default=0.0)
    whole = near.whole.get(chunk.id, floor)
    unit, fits = _closest_unit(chunk, near, whole, floor, wanted)
    share, covered = words.get(chunk.id, (0.0, 0.0))
    return Evidence(
        whole=whole,
        asked=near.asked.get(chunk.id, min(near.asked.values(), default=0.0)),
        unit=unit,
        words=share,
        covered=covered,
        fits=fits,
        same_language=float(chunk.language == language),
    )


def _closest_unit(
    chunk: Chunk, near: Nearest, whole: float, floor: float, wanted: re.Pattern[str] | None
) -> tuple[float, float]:
    """The cosine of the closest unit that has what is wanted, else of any; and how it fits."""
    units = chunk.units
    fits = fit(wanted, chunk.text)
    if len(units) == 1:
        return whole, fits
    cosines = near.units.get(chunk.id, {})
    having = [cosine for n, cosine in cosines.items() if fit(wanted, units[n]) > 0]
    if having:
        return max(having), fits
    return max(cosines.values(), default=floor), min(fits, 0.0)


def _passage(chunk: Chunk, score: float, today: date | None) -> Passage:
    return Passage(
        id=chunk.id,
        text=chunk.text,
        title=chunk.title,
        heading=chunk.heading,
        source=chunk.source,
        version=chunk.version,
        language=chunk.language,
        audience=chunk.audience,
        review_by=chunk.review_by,
        overdue=bool(today and chunk.review_by and chunk.review_by < today),
        score=score,
    )
