"""Figures of an evaluation: what was counted, over how many, and how sure that makes one."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

ALL = "all"
"""The language of a figure over every language."""

_Z = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a figure is about."""

    suite: str
    category: str
    language: str
    measure: str


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`. What counts (right answers, false alarms) is the measure's to say."""

    count: int
    n: int

    @property
    def value(self) -> float | None:
        """None when nothing was scored: that is not zero."""
        return self.count / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.count, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class Number:
    """A figure over `n` rows that is no share of them."""

    value: float | None
    n: int
    interval: None = None


Score = Share | Number


@dataclass(frozen=True, slots=True)
class Measured:
    """What a suite found. `misses` name rows of data that may be looked at (`file:line`), never
    their words and never a row of the locked split."""

    figures: Mapping[Key, Score]
    misses: tuple[str, ...] = ()


@dataclass
class Tally:
    """Counts shares by language and over all languages."""

    suite: str
    counts: dict[Key, tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))

    def add(self, category: str, language: str | None, measure: str, *, counts: bool) -> None:
        for each in {language or ALL, ALL}:
            key = Key(self.suite, category, each, measure)
            count, n = self.counts[key]
            self.counts[key] = (count + counts, n + 1)

    def figures(self) -> dict[Key, Score]:
        return {key: Share(count, n) for key, (count, n) in self.counts.items()}


def wilson(count: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, score interval), for `n` >= 1."""
    share = count / n
    spread = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    middle = share + _Z**2 / (2 * n)
    whole = 1 + _Z**2 / n
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)
