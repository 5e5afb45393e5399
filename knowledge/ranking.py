"""Weighs the evidence that a passage answers a question, with weights fitted on the dev set.

Two logistic models (knowledge/calibration/README.md): one orders passages, one says how likely it
is that the first one answers at all. `python -m knowledge.calibration` fits and writes both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_REST = slice(3, 13)
WEIGHTS = Path(__file__).parent / "ranking.json"


@dataclass(frozen=True)
class Evidence:
    """What speaks for one passage; cosines -1..1, shares 0..1.

    `whole`, `asked`, `unit`: the question against the passage, the question that the passage
    answers, its closest sentence, item or row. `words`: BM25 as a share of its maximum; `covered`:
    share of the question's word weight that the passage has; `fits`: 1 when the passage has the
    kind of thing asked for (money, duration, time), -1 when it has not, 0 when none is asked for;
    `same_language`: 1 or 0.
    """

    whole: float
    asked: float
    unit: float
    words: float
    covered: float
    fits: float
    same_language: float


@dataclass(frozen=True)
class Standing:
    """What speaks for a passage as the answer: its rise above the rest, how close its best unit.

    The rest is what comes fourth to thirteenth: passages that say the same in another document or
    language must not count against each other. More features did not do better across practices.
    """

    rise: float
    unit: float


class Linear(BaseModel):
    """A logistic model by feature name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bias: float
    weights: dict[str, float]

    def logit(self, features: Evidence | Standing) -> float:
        weighted = [weight * getattr(features, name) for name, weight in self.weights.items()]
        return math.fsum([self.bias, *weighted])


class Ranking(BaseModel):
    """Both models as the calibration wrote them.

    `background` is the usual strength of the rest, for a practice with too few passages to tell.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    order: Linear
    answers: Linear
    background: float

    def strength(self, evidence: Evidence) -> float:
        """The logit by which passages are ordered."""
        return self.order.logit(evidence)

    def chance(self, ranked: Sequence[Evidence], place: int = 0) -> float:
        """The calibrated chance that a passage, the first unless told, answers."""
        return probability(self.answers.logit(self.standing(ranked, place))) if ranked else 0.0

    def standing(self, ranked: Sequence[Evidence], place: int = 0) -> Standing:
        """Of the passage at `place` among the ordered ones, at least one."""
        chosen = ranked[place]
        rest = [self.strength(evidence) for evidence in ranked[_REST]]
        missing = _REST.stop - _REST.start - len(rest)
        background = (sum(rest) + missing * self.background) / (len(rest) + missing)
        return Standing(rise=self.strength(chosen) - background, unit=chosen.unit)


def load_ranking() -> Ranking:
    return Ranking.model_validate_json(WEIGHTS.read_bytes())


def probability(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
