"""What the fitted weights reach on practices that they were not fitted on."""

import pytest

from knowledge.calibration.dataset import FITTED, HELD_OUT, read_cases, read_questions
from knowledge.calibration.fit import fit_ranking
from knowledge.calibration.measure import measure
from knowledge.ranking import load_ranking


def test_every_practice_asks_both_what_it_answers_and_what_it_does_not():
    for practice in (*FITTED, *HELD_OUT):
        questions = list(read_questions(practice))

        assert {q.language for q in questions} == {"en", "es"}
        assert {bool(q.gold) for q in questions} == {True, False}
        assert len({q.text for q in questions}) == len(questions)


@pytest.mark.slow
def test_held_out_practices_are_answered_about_as_well_as_was_reported(encoder, tmp_path):
    cases = read_cases(HELD_OUT, encoder, tmp_path)

    for each in measure(cases, load_ranking(), threshold=0.5):
        assert each.hit_1 >= 0.75 * each.answerable
        assert each.hit_5 >= 0.95 * each.answerable
        assert each.answered_right >= 0.5 * each.answerable
        assert each.answered_wrong <= 0.15 * each.answerable
        assert each.answered_off <= 0.1 * each.off


@pytest.mark.slow
def test_fitting_again_gives_the_weights_that_are_shipped(encoder, tmp_path):
    fitted, shipped = fit_ranking(read_cases(FITTED, encoder, tmp_path)), load_ranking()

    assert fitted.order.weights == pytest.approx(shipped.order.weights, abs=0.05)
    assert fitted.answers.weights == pytest.approx(shipped.answers.weights, abs=0.05)
