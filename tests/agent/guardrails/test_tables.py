"""Every check by its table of drafts, and what approved texts may say."""

from collections import Counter
from pathlib import Path

import pytest

from agent.guardrails.grounds import Grounds
from agent.guardrails.guard import Guard
from agent.guardrails.injection import steers
from evals.guarding import load_tables, score_guard
from knowledge.ingest.chunks import chunk_document
from knowledge.ingest.folder import find_sources, load_document
from knowledge.practice import read_settings

ROWS = load_tables()
CHECKS = ("grounding", "identity", "injection", "promises", "scope", "wording")
PRACTICES = Path(__file__).parents[3] / "knowledge" / "practices"
HOSTILE = {"optical/remakes-and-warranty.md", "portal/chat-assistant.md"}


def test_every_table_has_enough_of_each() -> None:
    rows = Counter((row.check, row.language, row.passes) for row in ROWS)
    assert set(rows) == {(c, la, p) for c in CHECKS for la in ("en", "es") for p in (True, False)}
    assert min(rows.values()) >= 25


@pytest.mark.parametrize("check", CHECKS)
async def test_the_rows_to_work_on(guard: Guard, check: str) -> None:
    """Held rows are scored by the evals only. What is known to be missed is bounded here."""
    rows = [row for row in ROWS if row.check == check and not row.held]
    judged = await score_guard(rows, guard.check)
    wrong = sum(j.of - j.right for j in judged.values())
    assert wrong <= (3 if check == "grounding" else 0)


@pytest.mark.parametrize("practice", ["harbor", "lakeside"])
async def test_only_planted_words_keep_an_approved_passage_back(
    plain_guard: Guard, practice: str
) -> None:
    settings, faq = read_settings(PRACTICES / practice), PRACTICES / practice / "faq"
    blocked: set[str] = set()
    steering: set[str] = set()
    for source in find_sources(faq):
        for chunk in chunk_document(load_document(faq, source, settings)):
            verdict = await plain_guard.check(chunk.text, Grounds(facts=(chunk.text,)))
            blocked |= set() if verdict.allowed else {source}
            steering |= {source} if steers(chunk.text) else set()
    assert blocked == steering
    assert len(blocked) == 1
    assert blocked <= HOSTILE
