"""Whether what identifies people is hidden before a model reads a text."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from agent.privacy.pseudonyms import Pseudonymiser, load_pseudonymiser
from evals.figures import ALL, Key, Measured, Score, Share
from evals.redaction import RedactionFigures, Redactor, score_redaction
from evals.redaction import Share as Hits
from evals.rows import Line, Row, Text, read_rows
from evals.subject import Subject

SUITE = "redaction"
PORTAL, SENTENCES = "portal", "presidio_synth"

_SENTENCES_FILE = "presidio_synth_v2.jsonl"


class MarkedSpan(Row):
    """`start` and `end` in characters."""

    type: str
    start: int = Field(ge=0)
    end: int


class PrivateRow(Row):
    """A text and everything in it that has to be hidden."""

    text: Text
    language: str = "en"
    spans: tuple[MarkedSpan, ...]

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if not all(span.start < span.end <= len(self.text) for span in self.spans):
            raise ValueError("spans: one does not lie in the text")
        return self


async def measure_redaction(subject: Subject) -> Measured:
    redactor = redactor_of(await asyncio.to_thread(load_pseudonymiser))
    figures, misses = dict[Key, Score](), list[str]()
    for name, path in _sets(subject):
        lines = await asyncio.to_thread(read_rows, path, PrivateRow)
        found = await asyncio.to_thread(score_lines, lines, redactor)
        figures |= as_figures(name, found)
        wrong = {miss.row for miss in found.missed} | set(found.overdone)
        misses += [lines[number].where for number in sorted(wrong)]
    return Measured(figures, tuple(misses))


def _sets(subject: Subject) -> list[tuple[str, Path]]:
    sources = subject.sources
    sets = [(PORTAL, sources.portal)] if sources.portal.exists() else []
    if sources.has_shared:
        sets.append((SENTENCES, sources.shared / _SENTENCES_FILE))
    return sets


def redactor_of(pseudonymiser: Pseudonymiser) -> Redactor:
    """Nobody's names known beforehand, as `portico redact` has it."""

    def spans(text: str) -> Sequence[tuple[int, int]]:
        return [(span.start, span.end) for span in pseudonymiser.turn().redact(text)[1]]

    return spans


def score_lines(lines: Sequence[Line[PrivateRow]], redactor: Redactor) -> RedactionFigures:
    return score_redaction((line.row.model_dump() for line in lines), redactor)


def as_figures(name: str, found: RedactionFigures) -> dict[Key, Score]:
    by_language = {
        "recall": {ALL: found.recall, **found.by_language},
        "over-redaction": {ALL: found.over_redaction, **found.over_by_language},
    }
    figures: dict[Key, Score] = {
        Key(SUITE, name, language, measure): _share(hits)
        for measure, each in by_language.items()
        for language, hits in each.items()
    }
    return figures | _by_type(name, found.by_type)


def _by_type(name: str, by_type: Mapping[str, Hits]) -> dict[Key, Score]:
    return {
        Key(SUITE, f"{name}/{kind.lower()}", ALL, "recall"): _share(hits)
        for kind, hits in by_type.items()
    }


def _share(hits: Hits) -> Share:
    return Share(hits.hits, hits.of)
