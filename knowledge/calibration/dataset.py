"""Reads the practices of the dev set and what each question has for evidence."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.encoder import Encoder
from knowledge.index.sync import sync_index
from knowledge.passage import PATIENTS
from knowledge.practice import read_settings
from knowledge.ranking import Evidence, Linear, Ranking
from knowledge.retrieve import Retriever

PRACTICES = Path(__file__).parent / "practices"
FITTED = ("cedar", "alamo", "pinecrest")
HELD_OUT = ("marina", "solano")
_NEUTRAL = Linear(bias=0.0, weights=dict.fromkeys(Evidence.__dataclass_fields__, 1.0))


@dataclass(frozen=True)
class Question:
    """`gold`: words of which the right passage has at least one; empty = nothing answers it."""

    practice: str
    language: str
    text: str
    gold: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A question with every passage found for it: evidence, and whether it is a right one."""

    question: Question
    evidence: tuple[Evidence, ...]
    right: tuple[bool, ...]


def read_questions(practice: str) -> Iterator[Question]:
    with (PRACTICES / practice / "questions.tsv").open(encoding="utf-8", newline="") as file:
        for language, text, gold in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            words = () if gold == "-" else tuple(gold.split("|"))
            yield Question(practice, language, text, words)


def read_cases(practices: Sequence[str], encoder: Encoder, work: Path) -> list[Case]:
    """Ingests each practice under `work` and asks all its questions."""
    cases: list[Case] = []
    for practice in practices:
        settings = read_settings(PRACTICES / practice)
        sync_index(settings, work / practice, encoder, today=date(2026, 11, 1))
        neutral = Ranking(order=_NEUTRAL, answers=_NEUTRAL, background=0.0)
        retriever = Retriever(work / practice, encoder, threshold=0.5, ranking=neutral)
        for question in read_questions(practice):
            found = retriever.candidates(question.text, audience=PATIENTS, language=None)
            right = tuple(any(g in c.chunk.text for g in question.gold) for c in found)
            cases.append(Case(question, tuple(c.evidence for c in found), right))
    return cases


def without_right(case: Case) -> Case:
    """The same question in a practice that does not have the passage: a near miss."""
    kept = tuple(e for e, right in zip(case.evidence, case.right, strict=True) if not right)
    return Case(case.question, kept, (False,) * len(kept))
