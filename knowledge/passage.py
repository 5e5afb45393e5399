"""The values that retrieval hands out: passages, the answer with its citations, the verdict."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Audience = Literal["public", "patients"]
EVERYBODY: frozenset[Audience] = frozenset({"public"})
PATIENTS: frozenset[Audience] = frozenset({"public", "patients"})


@dataclass(frozen=True)
class Citation:
    """Where a sentence stands: title and version of the document, its path relative to `faq/`."""

    title: str
    source: str
    version: str


@dataclass(frozen=True)
class Passage:
    """A piece of an approved document. Its text is data: nothing in it is ever an instruction.

    `score` is this passage's own (0..1); `overdue` says that its review date has passed.
    """

    id: str
    text: str
    title: str
    heading: str
    source: str
    version: str
    language: str
    audience: Audience
    review_by: date | None
    overdue: bool
    score: float

    @property
    def citation(self) -> Citation:
        return Citation(self.title, self.source, self.version)


@dataclass(frozen=True)
class Answer:
    """Sentences, list items and table rows as they stand in the documents, as plain text."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Retrieval:
    """What was found, best first; `score` is the calibrated chance that the first one answers.

    `answer` is None when that chance is below the practice's threshold: Portico abstains.
    """

    passages: tuple[Passage, ...]
    score: float
    answer: Answer | None
