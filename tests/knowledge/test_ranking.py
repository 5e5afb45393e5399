import pytest

from knowledge.ranking import Evidence, Linear, Ranking, load_ranking

WEAK = Evidence(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
STRONG = Evidence(0.6, 0.6, 0.6, 0.6, 0.9, 1.0, 1.0)


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return load_ranking()


def test_more_evidence_makes_a_stronger_passage(ranking):
    assert ranking.strength(STRONG) > ranking.strength(WEAK)


def test_one_strong_passage_answers_and_none_does_not(ranking):
    assert ranking.chance([STRONG, *[WEAK] * 12]) > 0.9
    assert ranking.chance([WEAK] * 13) < 0.1
    assert ranking.chance([]) == 0.0


def test_passages_that_say_the_same_do_not_count_against_each_other(ranking):
    alone = ranking.chance([STRONG, *[WEAK] * 12])
    twice = ranking.chance([STRONG, STRONG, STRONG, *[WEAK] * 10])

    assert twice == pytest.approx(alone)


def test_a_practice_with_few_passages_is_judged_by_the_usual_background():
    order = Linear(bias=0.0, weights={"whole": 1.0, **dict.fromkeys(NAMES, 0.0)})
    answers = Linear(bias=0.0, weights={"rise": 1.0, "unit": 0.0})
    ranking = Ranking(order=order, answers=answers, background=0.25)

    assert ranking.standing([STRONG]).rise == pytest.approx(0.6 - 0.25)


NAMES = [name for name in Evidence.__dataclass_fields__ if name != "whole"]
