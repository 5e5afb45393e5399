"""What the model's word on danger is worth."""

import pytest

from agent.domain.safety import SAFE, Assessment
from agent.domain.terms import Category, Level
from agent.safety.raising import raised
from agent.safety.screen import MENTAL_STATES

DISTRESSED = Assessment(Level.DISTRESS, Category.DISTRESS, ("classifier:distress",))


@pytest.mark.parametrize("local", [SAFE, DISTRESSED])
@pytest.mark.parametrize("level", [Level.PASSIVE, Level.ACTIVE, Level.IMMINENT])
def test_it_raises(local: Assessment, level: Level) -> None:
    after = raised(local, level, Category.SELF_HARM)
    assert (after.level, after.category) == (level, Category.SELF_HARM)
    assert after.reasons == (*local.reasons, f"model:{int(level)}")


@pytest.mark.parametrize("local", list(Level))
@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("category", [None, *Category])
@pytest.mark.parametrize("strict", [False, True])
def test_it_never_lowers(
    local: Level, level: Level, category: Category | None, strict: bool
) -> None:
    before = Assessment(local, Category.MEDICAL if local else None)
    assert raised(before, level, category, fixed_phrases_only=strict).level >= local


@pytest.mark.parametrize("category", sorted(MENTAL_STATES))
@pytest.mark.parametrize("level", list(Level))
def test_its_word_on_mental_states_counts_for_nothing_where_only_fixed_phrases_may(
    category: Category, level: Level
) -> None:
    assert raised(SAFE, level, category, fixed_phrases_only=True) is SAFE


def test_a_body_in_danger_is_no_mental_state() -> None:
    after = raised(SAFE, Level.IMMINENT, Category.EYE, fixed_phrases_only=True)
    assert after.category is Category.EYE


def test_what_it_calls_distress_at_a_level_of_danger_is_danger() -> None:
    assert raised(SAFE, Level.ACTIVE, Category.DISTRESS).category is Category.SELF_HARM


def test_a_body_in_mere_distress_is_nothing() -> None:
    assert raised(SAFE, Level.DISTRESS, Category.EYE) is SAFE
