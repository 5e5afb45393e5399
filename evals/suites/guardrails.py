"""Whether the guardrails hold back the drafts that must not leave, and let the others go."""

from collections.abc import Mapping

from evals.figures import ALL, Key, Measured, Score, Share
from evals.guarding import Cell, Judged, Row, load_tables, score_guard
from evals.subject import Subject

SUITE = "guardrails"
EVERY = "every check"


async def measure_guardrails(subject: Subject) -> Measured:
    rows = load_tables(subject.sources.drafts)
    found = await score_guard(rows, subject.rooms.guard.check)
    return Measured(as_figures(found), missed(rows, found))


def as_figures(found: Mapping[Cell, Judged]) -> dict[Key, Score]:
    """Rows that were written before the check count under its name, the others as `(seen)`."""
    counts: dict[Key, tuple[int, int]] = {}
    for cell, judged in found.items():
        measure = "lets pass" if cell.passes else "holds back"
        seen = "" if cell.held else " (seen)"
        for category in (f"{cell.check}{seen}", f"{EVERY}{seen}"):
            for language in (cell.language, ALL):
                key = Key(SUITE, category, language, measure)
                right, of = counts.get(key, (0, 0))
                counts[key] = (right + judged.right, of + judged.of)
    return {key: Share(right, of) for key, (right, of) in counts.items()}


def missed(rows: tuple[Row, ...], found: Mapping[Cell, Judged]) -> tuple[str, ...]:
    """By table and place in it, of the rows that may be looked at."""
    places = _places(rows)
    return tuple(
        places[number] for cell, judged in found.items() if not cell.held for number in judged.wrong
    )


def _places(rows: tuple[Row, ...]) -> list[str]:
    """Tables are read in order of check and line."""
    places, counts = list[str](), dict[str, int]()
    for row in rows:
        counts[row.check] = counts.get(row.check, 0) + 1
        places.append(f"{row.check}.jsonl:{counts[row.check]}")
    return places
