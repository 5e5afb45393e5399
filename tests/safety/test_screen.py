"""The screen as a whole: window, union, precedence, and working without the network."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.domain.safety import SAFE, DangerChances
from agent.domain.terms import Category, Level
from agent.safety.judge import THRESHOLDS
from agent.safety.lexicon import Lexicon
from agent.safety.rules import read_rules
from agent.safety.screen import Screen

LEXICON = Lexicon(read_rules())
SCREEN = Screen(LEXICON)


def passive(chance: float) -> DangerChances:
    return DangerChances(
        (
            (Category.SELF_HARM, Level.PASSIVE, chance),
            (Category.DISTRESS, Level.DISTRESS, 0.0),
        )
    )


def test_they_means_the_pills_of_the_message_before():
    assert SCREEN.screen("I took them").level is Level.NONE
    assessment = SCREEN.screen("I took them", recent=["I have all my pills here", "hello?"])
    assert (assessment.category, assessment.level) == (Category.SELF_HARM, Level.IMMINENT)


def test_an_old_alarm_does_not_make_the_next_message_one():
    assert SCREEN.screen("ok thanks", recent=["I want to kill myself"]) == SAFE


def test_a_goodbye_after_risk_is_heard():
    assert SCREEN.screen("ok goodbye").level is Level.NONE
    assert SCREEN.screen("ok goodbye", recent=["I want to die"]).level is Level.ACTIVE


def test_the_window_speaks_spanish():
    assert SCREEN.screen("ya me las tomé", recent=["tengo muchas pastillas"]).level == 4


def test_overdose_with_intent_is_self_harm():
    assessment = SCREEN.screen("I took a whole bottle of Tylenol because I want to die")
    assert (assessment.category, assessment.level) == (Category.SELF_HARM, Level.IMMINENT)


def test_another_person_is_marked():
    assert SCREEN.screen("my daughter wants to kill herself").reasons[0].endswith(":other")
    assert not SCREEN.screen("I want to kill myself").reasons[0].endswith(":other")


def test_the_network_may_raise():
    assessment = SCREEN.screen("all the lamps went out", chances=passive(1.0))
    assert (assessment.category, assessment.level) == (Category.SELF_HARM, Level.PASSIVE)
    assert assessment.reasons == ("network:1.00",)


def test_the_network_cannot_lower():
    assert SCREEN.screen("I want to kill myself", chances=passive(0.0)).level is Level.ACTIVE


def test_without_the_network_only_the_lexicon_speaks():
    assert SCREEN.screen("all the lamps went out") == SAFE


def test_fixed_phrases_only_keeps_software_from_judging_a_mind():
    strict = Screen(LEXICON, fixed_phrases_only=True)
    assert strict.screen("all the lamps went out", chances=passive(1.0)) == SAFE
    assert strict.screen("I feel so hopeless", chances=passive(1.0)).level is Level.NONE
    assert strict.screen("I want to kill myself", chances=passive(1.0)).level is Level.ACTIVE


def test_fixed_phrases_only_still_hears_the_body():
    chances = DangerChances(((Category.MEDICAL, Level.IMMINENT, 1.0),))
    strict = Screen(LEXICON, fixed_phrases_only=True)
    assert strict.screen("all the lamps went out", chances=chances).level is Level.IMMINENT


def test_a_long_message_is_read_to_the_end_in_time():
    text = "I went to the shop and then I came home again. " * 80 + "I want to kill myself"
    started = time.perf_counter()
    assert SCREEN.screen(text).level is Level.ACTIVE
    assert time.perf_counter() - started < 1.0


@settings(deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=3))
def test_no_text_breaks_it(text, recent):
    assert SCREEN.screen(text, recent=recent).level in Level


def test_not_to_wake_up_is_a_wish_or_a_sign():
    wish = SCREEN.screen("my kids do better without me, I want to go to sleep and not wake up")
    assert (wish.category, wish.level) == (Category.SELF_HARM, Level.PASSIVE)
    sign = SCREEN.screen("my grandmother is on the sofa and she won't wake up")
    assert (sign.category, sign.level) == (Category.MEDICAL, Level.IMMINENT)


def test_self_harm_in_words_names_an_emergency_of_the_body():
    assessment = SCREEN.screen("I don't want to live. My chest hurts and I can't breathe")
    assert (assessment.category, assessment.level) == (Category.SELF_HARM, Level.IMMINENT)


def test_the_eye_is_rinsed_first():
    assessment = SCREEN.screen("I want to kill myself, I poured bleach in my eyes")
    assert (assessment.category, assessment.level) == (Category.EYE, Level.IMMINENT)


def test_a_few_words_are_left_to_the_rules_unless_clear():
    between = passive((THRESHOLDS.danger + THRESHOLDS.short) / 2)
    assert SCREEN.screen("the lamps went out", chances=between) == SAFE
    longer = SCREEN.screen("the lamps went out last night", chances=between)
    assert longer.level is Level.PASSIVE
