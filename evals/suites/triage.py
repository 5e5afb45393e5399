"""Whether a message takes the route it asks for, and whether the confidence in that is true."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Annotated

from pydantic import Field

from agent.domain.terms import Intent, Route
from evals.figures import ALL, Key, Measured, Number, Score, Tally
from evals.rows import Row, Spoken, Text
from evals.split import Split
from evals.subject import Subject, Understood

SUITE = "triage"
BINS = 10
DANGER_ROUTES = frozenset({Route.CRISIS, Route.EMERGENCY, Route.ABUSE})

Routes = Annotated[tuple[Route, ...], Field(min_length=1)]
"""Any of them is right."""


class SingleRow(Row):
    """A message with one wish."""

    text: Text
    language: Spoken
    routes: Routes
    intents: tuple[Intent, ...] = ()
    family: str | None = None


class SeveralRow(Row):
    """A message with as many wishes as `wishes` has entries, in any order."""

    text: Text
    language: Spoken
    wishes: Annotated[tuple[Routes, ...], Field(min_length=2)]
    family: str | None = None


async def measure_triage(subject: Subject) -> Measured:
    figures, misses = dict[Key, Score](), list[str]()
    for split in subject.sources.splits:
        suite = split.suite(SUITE)
        for name in ("single", "collected"):
            lines = split.rows(f"triage/{name}.jsonl", SingleRow)
            found = await subject.understood([line.row.text for line in lines])
            rows = [line.row for line in lines]
            figures |= score_single(suite, name, rows, found, subject.threshold)
            pairs = zip(lines, found, strict=True)
            misses += split.named(line for line, read in pairs if not takes(line.row, read))
        several = split.rows("triage/several.jsonl", SeveralRow)
        found = await subject.understood([line.row.text for line in several])
        figures |= score_several(suite, [line.row for line in several], found)
        both = zip(several, found, strict=True)
        misses += split.named(line for line, read in both if not fit(line.row.wishes, read.routes))
    return Measured(figures, tuple(misses))


def takes(row: SingleRow, understood: Understood) -> bool:
    """Exactly one wish was read, and it takes one of the row's routes."""
    return len(understood.routes) == 1 and understood.routes[0] in row.routes


def score_single(
    suite: str,
    name: str,
    rows: Sequence[SingleRow],
    found: Sequence[Understood],
    threshold: float,
) -> dict[Key, Score]:
    tally, sureness = Tally(suite), list[tuple[float, bool]]()
    for row, understood in zip(rows, found, strict=True):
        right = takes(row, understood)
        sure = understood.confidence >= threshold
        sureness.append((understood.confidence, right))
        tally.add(name, row.language, "route", counts=right)
        tally.add(f"{name}/{row.routes[0]}", row.language, "route", counts=right)
        tally.add(name, row.language, "sure enough", counts=sure)
        if sure:
            tally.add(name, row.language, "route, when sure", counts=right)
        if row.intents:
            intent = understood.intents[:1]
            hit = right and bool(intent) and intent[0] in row.intents
            tally.add(name, row.language, "intent", counts=hit)
    error = Number(calibration_error(sureness), len(sureness))
    return {**tally.figures(), Key(suite, name, ALL, "calibration error"): error}


def calibration_error(found: Sequence[tuple[float, bool]]) -> float | None:
    """Expected calibration error over ten equal bins of confidence (Naeini 2015); 0 is true."""
    if not found:
        return None
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in found:
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    return sum(
        abs(sum(confidence for confidence, _ in each) - sum(right for _, right in each))
        for each in bins.values()
    ) / len(found)


def score_several(
    suite: str, rows: Sequence[SeveralRow], found: Sequence[Understood]
) -> dict[Key, Score]:
    """Right: as many wishes as there are, each with a route of its own."""
    tally = Tally(suite)
    for row, understood in zip(rows, found, strict=True):
        right = fit(row.wishes, understood.routes)
        tally.add("several", row.language, "every wish", counts=right)
    return tally.figures()


def fit(wanted: Sequence[Sequence[Route]], routes: Sequence[Route]) -> bool:
    return len(wanted) == len(routes) and any(
        all(route in each for each, route in zip(wanted, order, strict=True))
        for order in permutations(routes)
    )


def everyday_messages(split: Split) -> Iterator[tuple[str, str]]:
    """Language and text of the messages that speak of no danger."""
    for name in ("single", "collected"):
        for line in split.rows(f"triage/{name}.jsonl", SingleRow):
            if not DANGER_ROUTES.intersection(line.row.routes):
                yield line.row.language, line.row.text
