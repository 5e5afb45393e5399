"""Whether retrieval finds the right passage, in practices that its weights were not fitted on."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

from evals.figures import ALL, Key, Measured, Score, Share
from evals.subject import Subject
from knowledge.calibration.dataset import HELD_OUT, read_cases
from knowledge.calibration.measure import Measure, measure
from knowledge.encoder import Encoder
from knowledge.practice import DEFAULT_THRESHOLD
from knowledge.ranking import load_ranking

SUITE = "knowledge"
ANSWERABLE, OFF, NEAR = "answerable", "nothing answers", "passage taken away"


async def measure_knowledge(subject: Subject) -> Measured:
    return Measured(as_figures(await asyncio.to_thread(_held_out, subject.models.encoder)))


def _held_out(encoder: Encoder) -> tuple[Measure, ...]:
    with tempfile.TemporaryDirectory(prefix="portico-eval-") as work:
        cases = read_cases(HELD_OUT, encoder, Path(work))
    return tuple(measure(cases, load_ranking(), DEFAULT_THRESHOLD))


def as_figures(found: Iterable[Measure]) -> dict[Key, Score]:
    counts: dict[Key, tuple[int, int]] = {}
    for each in found:
        for category, name, count, n in _counts(each):
            for language in (each.language, ALL):
                key = Key(SUITE, category, language, name)
                before = counts.get(key, (0, 0))
                counts[key] = (before[0] + count, before[1] + n)
    return {key: Share(count, n) for key, (count, n) in counts.items()}


def _counts(each: Measure) -> tuple[tuple[str, str, int, int], ...]:
    n = each.answerable
    return (
        (ANSWERABLE, "first is right", each.hit_1, n),
        (ANSWERABLE, "right among five", each.hit_5, n),
        (ANSWERABLE, "answered, right", each.answered_right, n),
        (ANSWERABLE, "answered, wrong", each.answered_wrong, n),
        (OFF, "abstains", each.off - each.answered_off, each.off),
        (NEAR, "abstains", n - each.answered_near, n),
    )
