"""Scores a redactor on texts whose private parts are marked.

A gold span counts as recalled when at least 90 % of its characters are covered, under whatever
type. Over-redaction is the share of texts without any gold span in which something was hidden.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COVERED = 0.9

Redactor = Callable[[str], Sequence[tuple[int, int]]]
"""A text to the spans it would hide, as start and end in characters."""


@dataclass(frozen=True, slots=True)
class Share:
    hits: int = 0
    of: int = 0

    @property
    def value(self) -> float:
        """Of nothing there is no share: not a number."""
        return self.hits / self.of if self.of else float("nan")

    def counting(self, hit: bool) -> "Share":
        return Share(self.hits + hit, self.of + 1)


@dataclass(frozen=True, slots=True)
class Miss:
    """`row` is the row's number, counted from 0."""

    row: int
    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RedactionFigures:
    recall: Share
    by_type: Mapping[str, Share]
    by_language: Mapping[str, Share]
    over_redaction: Share
    over_by_language: Mapping[str, Share]
    missed: tuple[Miss, ...]
    overdone: tuple[int, ...]
    """Rows without a gold span in which something was hidden."""


def score_redaction(rows: Iterable[Mapping[str, Any]], redactor: Redactor) -> RedactionFigures:
    """`rows` hold `text`, `spans` (`type`, `start`, `end`) and may hold `language`."""
    recall, over = Share(), Share()
    by_type: defaultdict[str, Share] = defaultdict(Share)
    by_language: defaultdict[str, Share] = defaultdict(Share)
    over_by_language: defaultdict[str, Share] = defaultdict(Share)
    missed, overdone = [], []
    for number, row in enumerate(rows):
        language = str(row.get("language", "en"))
        hidden = {at for start, end in redactor(row["text"]) for at in range(start, end)}
        for span in row["spans"]:
            start, end = span["start"], span["end"]
            hit = len(hidden.intersection(range(start, end))) >= COVERED * (end - start)
            recall = recall.counting(hit)
            by_type[span["type"]] = by_type[span["type"]].counting(hit)
            by_language[language] = by_language[language].counting(hit)
            if not hit:
                missed.append(Miss(number, span["type"], start, end))
        if not row["spans"]:
            over = over.counting(bool(hidden))
            over_by_language[language] = over_by_language[language].counting(bool(hidden))
            if hidden:
                overdone.append(number)
    return RedactionFigures(
        recall,
        dict(by_type),
        dict(by_language),
        over,
        dict(over_by_language),
        tuple(missed),
        tuple(overdone),
    )
