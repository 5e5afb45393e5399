"""The screen as a whole: window, union, precedence, and working without the classifier."""

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.domain.safety import SAFE
from agent.domain.terms import Category, Level
from agent.safety.classifier import BUCKETS, Classifier, Thresholds
from agent.safety.lexicon import Lexicon
from agent.safety.rules import read_rules
from agent.safety.screen import Screen

LEXICON = Lexicon(read_rules())
SCREEN = Screen(LEXICON, None)
LABELS = ("distress.1", "none", "self_harm.2")
VECTOR = np.zeros(4, dtype=np.float32)


def always(label: str) -> Classifier:
    """A classifier that is sure of one label, whatever it reads."""
    bias = np.array([20.0 if name == label else -20.0 for name in LABELS], dtype=np.float32)
    weights = np.zeros((4 + BUCKETS, len(LABELS)), dtype=np.float32)
    return Classifier(
        LABELS, weights, bias, Thresholds(danger=0.9, distress=0.9, cautious=1.1, short=0.95)
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


def test_the_classifier_may_raise():
    assessment = Screen(LEXICON, always("self_harm.2")).screen("the lamps went out", vector=VECTOR)
    assert (assessment.category, assessment.level) == (Category.SELF_HARM, Level.PASSIVE)
    assert assessment.reasons == ("classifier:1.00",)


def test_the_classifier_cannot_lower():
    sure_of_nothing = Screen(LEXICON, always("none"))
    assert sure_of_nothing.screen("I want to kill myself", vector=VECTOR).level is Level.ACTIVE


def test_without_a_vector_only_the_lexicon_speaks():
    assert Screen(LEXICON, always("self_harm.2")).screen("the lamps went out") == SAFE


def test_fixed_phrases_only_keeps_software_from_judging_a_mind():
    strict = Screen(LEXICON, always("self_harm.2"), fixed_phrases_only=True)
    assert strict.screen("the lamps went out", vector=VECTOR) == SAFE
    assert strict.screen("I feel so hopeless", vector=VECTOR).level is Level.NONE
    assert strict.screen("I want to kill myself", vector=VECTOR).level is Level.ACTIVE


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


def test_a_few_words_are_left_to_the_rules():
    unsure = np.array([-20.0, 0.0, 2.5], dtype=np.float32)
    weights = np.zeros((4 + BUCKETS, len(LABELS)), dtype=np.float32)
    limits = Thresholds(danger=0.9, distress=0.99, cautious=1.1, short=0.95)
    screen = Screen(LEXICON, Classifier(LABELS, weights, unsure, limits))
    assert screen.screen("the lamps went out", vector=VECTOR) == SAFE
    assert screen.screen("the lamps went out last night", vector=VECTOR).level is Level.PASSIVE
