"""What is found in texts as portals carry them: `portal.jsonl`, texts with their spans marked.

`half` says how a text was used: `tuned` was read while the recognisers were made, `held` was scored
once and its faults then mended, `fresh` was written and scored after that. `shapes.jsonl` holds
what others' sentences had shown to be hard (signatures, streets without a word for the road,
initials); its half `seen` was read while mending that, `kept` was only scored.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.privacy.pseudonyms import Pseudonymiser
from evals.redaction import RedactionFigures, score_redaction

PORTAL = Path(__file__).parent / "portal.jsonl"
SHAPES = Path(__file__).parent / "shapes.jsonl"
SENTENCES = Path(__file__).parents[3] / "shared" / "data" / "presidio_synth_v2.jsonl"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def figures(pseudonymiser: Pseudonymiser, texts: list[dict[str, Any]]) -> RedactionFigures:
    return score_redaction(
        texts,
        lambda text: [(s.start, s.end) for s in pseudonymiser.turn().redact(text)[1]],
    )


@pytest.mark.parametrize(
    ("path", "half"),
    [
        (PORTAL, "tuned"),
        (PORTAL, "held"),
        (PORTAL, "fresh"),
        (SHAPES, "seen"),
        (SHAPES, "kept"),
    ],
)
def test_portal_texts(pseudonymiser: Pseudonymiser, path: Path, half: str) -> None:
    found = figures(pseudonymiser, [row for row in rows(path) if row["half"] == half])
    assert found.recall.value >= 0.9
    assert found.over_redaction.value <= 0.15


def test_the_marked_spans_lie_on_words() -> None:
    for row in rows(PORTAL) + rows(SHAPES):
        for span in row["spans"]:
            marked = row["text"][span["start"] : span["end"]]
            assert marked == marked.strip() != ""


@pytest.mark.slow
@pytest.mark.skipif(not SENTENCES.exists(), reason="the shared development data is not here")
def test_a_sample_of_the_public_sentences(pseudonymiser: Pseudonymiser) -> None:
    found = figures(pseudonymiser, rows(SENTENCES)[::10])
    assert found.recall.value >= 0.94
    assert found.over_redaction.value <= 0.15
