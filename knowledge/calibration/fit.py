"""Fits the two logistic models of `knowledge/ranking.json` on the cases of the dev set."""

from collections.abc import Sequence
from dataclasses import astuple, fields

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from knowledge.calibration.dataset import Case, without_right
from knowledge.ranking import Evidence, Linear, Ranking, Standing

# Against each right passage, its strongest rivals: the rest is easy and teaches nothing.
_RIVALS = 8
# A question whose passage was taken away is a harder and rarer case than practices see.
_NEAR_MISS_WEIGHT = 0.25
_ZERO = Linear(bias=0.0, weights=dict.fromkeys(Standing.__dataclass_fields__, 0.0))


def fit_ranking(cases: Sequence[Case]) -> Ranking:
    """Deterministic for the same cases."""
    order = _fit_order(cases)
    ranking = Ranking(order=order, answers=_ZERO, background=0.0)
    strengths = [sorted(map(ranking.strength, c.evidence))[:-3] for c in cases]
    background = float(np.mean([s for each in strengths for s in each]))
    ranking = Ranking(order=order, answers=_ZERO, background=round(background, 3))
    return ranking.model_copy(update={"answers": _fit_answers(cases, ranking)})


def ranked(case: Case, ranking: Ranking) -> tuple[list[Evidence], bool]:
    """The evidence best first, and whether the first passage is a right one."""
    order = sorted(range(len(case.evidence)), key=lambda i: -ranking.strength(case.evidence[i]))
    return [case.evidence[i] for i in order], bool(order) and case.right[order[0]]


def _fit_order(cases: Sequence[Case]) -> Linear:
    """Right passage less rival, for every right passage."""
    differences: list[NDArray[np.float64]] = []
    for case in cases:
        right = np.array(case.right, dtype=bool)
        if not right.any():
            continue
        rows = np.array([astuple(evidence) for evidence in case.evidence])
        rivals = rows[~right]
        rivals = rivals[np.argsort(-rivals[:, :3].sum(axis=1))[:_RIVALS]]
        differences += [row - rival for row in rows[right] for rival in rivals]
    both = np.vstack([differences, np.negative(differences)])
    labels = np.repeat([1, 0], len(differences))
    model = LogisticRegression(fit_intercept=False).fit(both, labels)
    return _linear(0.0, model.coef_[0], Evidence)


def _fit_answers(cases: Sequence[Case], ranking: Ranking) -> Linear:
    """On each question as it is, and on each with its right passages taken away."""
    rows, labels, weights = [], [], []
    for case in cases:
        for seen, weight in ((case, 1.0), (without_right(case), _NEAR_MISS_WEIGHT)):
            if not seen.evidence or (weight < 1.0 and not any(case.right)):
                continue
            evidence, right = ranked(seen, ranking)
            rows.append(astuple(ranking.standing(evidence)))
            labels.append(right)
            weights.append(weight)
    features = np.array(rows)
    centre, spread = features.mean(axis=0), features.std(axis=0)
    model = LogisticRegression().fit((features - centre) / spread, labels, sample_weight=weights)
    coefficients = model.coef_[0] / spread
    return _linear(float(model.intercept_[0] - coefficients @ centre), coefficients, Standing)


def _linear(
    bias: float, coefficients: NDArray[np.float64], names: type[Evidence] | type[Standing]
) -> Linear:
    weights = {
        field.name: round(float(value), 4)
        for field, value in zip(fields(names), coefficients, strict=True)
    }
    return Linear(bias=round(bias, 4), weights=weights)
