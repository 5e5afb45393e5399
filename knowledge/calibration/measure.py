"""Counts what retrieval gets right on a set of cases, by language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.calibration.dataset import Case, without_right
from knowledge.calibration.fit import ranked
from knowledge.ranking import Ranking


@dataclass(frozen=True)
class Measure:
    """Counts over questions of one language.

    `answered_right`, `answered_wrong`: of the answerable; `answered_off`: of those that nothing
    answers; `answered_near`: of the answerable with their right passages taken away.
    """

    language: str
    answerable: int
    hit_1: int
    hit_5: int
    answered_right: int
    answered_wrong: int
    off: int
    answered_off: int
    answered_near: int

    def __str__(self) -> str:
        n, off = max(self.answerable, 1), max(self.off, 1)
        return (
            f"{self.language}: hit@1 {self.hit_1}/{self.answerable} ({self.hit_1 / n:.2f}),"
            f" hit@5 {self.hit_5}/{self.answerable} ({self.hit_5 / n:.2f});"
            f" answered right {self.answered_right} ({self.answered_right / n:.2f}),"
            f" wrong {self.answered_wrong} ({self.answered_wrong / n:.2f});"
            f" abstained on {self.off - self.answered_off}/{self.off} that nothing answers"
            f" ({1 - self.answered_off / off:.2f}),"
            f" on {self.answerable - self.answered_near}/{self.answerable} with the passage removed"
        )


def measure(cases: Sequence[Case], ranking: Ranking, threshold: float) -> Iterator[Measure]:
    for language in sorted({case.question.language for case in cases}):
        chosen = [case for case in cases if case.question.language == language]
        yield _measure(language, chosen, ranking, threshold)


def _measure(language: str, cases: Sequence[Case], ranking: Ranking, threshold: float) -> Measure:
    answerable = [case for case in cases if any(case.right)]
    off = [case for case in cases if not any(case.right)]
    firsts = [ranked(case, ranking) for case in answerable]
    chances = [ranking.chance(evidence) for evidence, _ in firsts]
    return Measure(
        language=language,
        answerable=len(answerable),
        hit_1=sum(right for _, right in firsts),
        hit_5=sum(_among_five(case, ranking) for case in answerable),
        answered_right=sum(
            right and chance >= threshold
            for (_, right), chance in zip(firsts, chances, strict=True)
        ),
        answered_wrong=sum(
            not right and chance >= threshold
            for (_, right), chance in zip(firsts, chances, strict=True)
        ),
        off=len(off),
        answered_off=sum(_chance(case, ranking) >= threshold for case in off),
        answered_near=sum(
            _chance(without_right(case), ranking) >= threshold for case in answerable
        ),
    )


def _chance(case: Case, ranking: Ranking) -> float:
    return ranking.chance(ranked(case, ranking)[0])


def _among_five(case: Case, ranking: Ranking) -> bool:
    order = sorted(range(len(case.evidence)), key=lambda i: -ranking.strength(case.evidence[i]))
    return any(case.right[i] for i in order[:5])
