"""Yes, no, yes-but, and dropping the matter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.understanding.answers import Answered, wants_out, yes_or_no

YES = (
    "yes|yep|yeah|YES!!|yesss|sure|ok|okay|k|sounds good|go ahead|please do|do it"
    "|that's right|correct"
    "|perfect, thank you|yes please|yes go ahead|ok great|works for me|that works"
    "|absolutely|of course"
    "|no problem|why not|👍|let's do it|yes, cancel it|yes please book it|go ahead and cancel it"
    "|yes, I'd like to do that|um yeah sure|that time is fine|I confirm|sí|si|claro"
    "|claro que sí|dale"
    "|vale|está bien|sí por favor|por supuesto|adelante|así es|correcto|confirmo"
    "|de acuerdo|perfecto"
    "|sí, cancélela|¿por qué no?|ok gracias|hágalo"
)
NO = (
    "no|nope|nah|no thanks|no thank you|not really|actually no|please don't|don't|not now|yeah no"
    "|no, leave it as it is|no, I'll think about it|oh no, then keep it|never|that's wrong|noooo"
    "|i changed my mind|no gracias|mejor no|todavía no|para nada|no quiero|déjelo así|claro que no"
    "|no thanks, that's fine|👎|no lo haga"
)
NEITHER = (
    "what does it cost?|I'm not sure|no sé|no lo sé|cancel it|tuesday works for me"
    "|this tuesday works"
    "|mejor el jueves|no tengo seguro|si puede ser el viernes|no, that's fine|right?|ok?"
    "|buenos días"
    "|good morning|aguánteme|I don't know|the second one|actually could we do Thursday instead|"
)


@pytest.mark.parametrize("text", YES.split("|"))
def test_hears_a_yes(text: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert said.answered is Answered.YES


@pytest.mark.parametrize("text", NO.split("|"))
def test_hears_a_no(text: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert said.answered is Answered.NO


@pytest.mark.parametrize("text", NEITHER.split("|"))
def test_does_nothing_on_what_is_no_clear_answer(text: str) -> None:
    assert yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "answered", "rest"),
    [
        ("yes but on friday", Answered.YES_BUT, "but on friday"),
        ("ok but can it be by video?", Answered.YES_BUT, "but can it be by video"),
        ("sí, pero a las 4", Answered.YES_BUT, "pero a las 4"),
        ("ok, and what's my balance", Answered.YES_BUT, "what's my balance"),
        ("no, I meant thursday", Answered.NO_BUT, "i meant thursday"),
        ("no, cancel it", Answered.NO_BUT, "cancel it"),
        ("no puedo el martes", Answered.NO_BUT, "el martes"),
    ],
)
def test_keeps_what_is_said_besides(text: str, answered: Answered, rest: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert (said.answered, said.rest) == (answered, rest)


@pytest.mark.parametrize(
    "text",
    "never mind|nevermind|nvm|forget it|never mind, forget it|cancel that|stop|ok never mind thanks"
    "|olvídalo|olvídelo por favor|ya no|déjalo así|no importa|you know what, forget it".split("|"),
)
def test_drops_the_matter(text: str) -> None:
    assert wants_out(text)


@pytest.mark.parametrize(
    "text",
    "forget it, I want to talk to a human|never mind, what are your hours?|cancel my appointment"
    "|yes|i forgot my password|no|stop my sertraline refill|".split("|"),
)
def test_a_new_wish_is_not_dropped_with_it(text: str) -> None:
    assert not wants_out(text)


_YES_WORDS = st.sampled_from(
    ["yes", "ok", "sure", "yep", "sounds good", "that works", "perfect", "sí", "claro", "go ahead"]
)
_TAKEN_BACK = st.sampled_from(
    [
        "but on friday", "wait", "hold on", "actually", "not yet", "if it's free", "unless", "no",
        "I think", "maybe", "on thursday", "at 3", "except the time", "the other one", "later",
        "with Dr. Lee", "pero el jueves", "espere", "creo", "aunque", "?", "only by video", "hmm",
        "instead", "as long as my wife can come", "let me check", "10:30", "what time", "si puedo",
    ]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(yes=_YES_WORDS, join=st.sampled_from([" ", ", ", ". ", "... "]), doubt=_TAKEN_BACK)
def test_a_yes_with_anything_else_is_no_plain_yes(yes: str, join: str, doubt: str) -> None:
    said = yes_or_no(f"{yes}{join}{doubt}")
    assert said is None or said.answered is not Answered.YES


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    said = yes_or_no(text)
    assert said is None or isinstance(said.rest, str)


@settings(max_examples=100, deadline=None)
@given(yes=_YES_WORDS, order=st.sampled_from(["don't do it", "do not go ahead", "no lo haga"]))
def test_told_not_to_is_never_a_yes(yes: str, order: str) -> None:
    for text in (order, f"{yes}, {order}", f"{order}, {yes}"):
        said = yes_or_no(text)
        assert said is None or said.answered is not Answered.YES
