"""Replies to a read-back that the grammar does not know, as the shipped network hears them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.reader.reader import Reader, load_reader
from agent.understanding.answers import Answered, YesNo, yes_or_no
from agent.understanding.replies import reply_to
from knowledge.encoder import load_encoder

QUESTION = "I'll book Tuesday, June 2 at 10:00 AM with Dr. Amara Okafor. Shall I?"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(load_encoder())


class Silent:
    """A network that must not be asked."""

    def read(self, text: str) -> None:
        raise AssertionError(text)


class Certain:
    """A network that hears one thing in everything."""

    def __init__(self, reply: str) -> None:
        self.replies = {label: float(label == reply) for label in ("yes", "no", "neither")}

    def read(self, text: str) -> "Certain":
        return self


def answered(text: str, reader: Reader) -> Answered | None:
    said = reply_to(QUESTION, text, reader)
    return said.answered if said else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("yes please", Answered.YES),
        ("yes, tuesday at 10 with dr okafor", Answered.YES),
    ],
)
def test_a_yes_that_the_grammar_understands_needs_no_network(text: str, wanted: Answered) -> None:
    said = reply_to(QUESTION, text, Silent())  # type: ignore[arg-type]
    assert said == YesNo(wanted)


@pytest.mark.parametrize(
    "text",
    [
        "we're golden, get it on the books",
        "de acuerdo, esa es mi farmacia de siempre",
    ],
)
def test_a_yes_in_words_of_its_own(text: str, reader: Reader) -> None:
    assert answered(text, reader) is Answered.YES


@pytest.mark.parametrize("text", ["never mind", "olvídelo", "no sé", "no idea"])
def test_what_is_known_to_be_no_answer_is_none(text: str) -> None:
    assert reply_to(QUESTION, text, Certain("yes")) is None  # type: ignore[arg-type]


def test_a_no_that_the_network_takes_for_a_yes_is_asked_again() -> None:
    text = "go right ahead, no changes"
    assert yes_or_no(text) == YesNo(Answered.NO)
    assert reply_to(QUESTION, text, Certain("yes")) is None  # type: ignore[arg-type]
    assert reply_to(QUESTION, text, Certain("no")) == YesNo(Answered.NO)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["no, I meant the trazodone", "no, jueves", "nope, make it the other office"]
)
def test_a_no_that_sets_something_right_is_kept_with_what_it_says(text: str) -> None:
    said = reply_to(QUESTION, text, Certain("no"))  # type: ignore[arg-type]
    assert said is not None
    assert said.answered is Answered.NO_BUT
    assert said.rest


@pytest.mark.parametrize(
    "text",
    [
        "no changes please",
        "nothing to change",
        "no le cambie nada",
        "no hace falta",
        "leave it, no changes",
    ],
)
def test_what_is_a_no_to_a_move_is_never_the_networks_yes(text: str) -> None:
    said = reply_to(QUESTION, text, Certain("yes"))  # type: ignore[arg-type]
    assert said is None or said.answered is not Answered.YES


_YES = st.sampled_from(
    ["we're golden", "have at it", "my calendar says so, go", "ya quedamos", "métale nomás", "yes"]
)
_TAKEN_BACK = st.sampled_from(
    [
        "but on friday", "wait", "hold on a sec", "if it's free", "unless my son comes", "maybe",
        "on thursday", "at 3", "except the time", "the other one", "I think", "pero el jueves",
        "espere", "creo", "aunque no sé", "?", "instead of the exam", "only by video", "10:30",
        "when is it again", "a lo mejor", "otra doctora", "not with him",
    ]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(yes=_YES, join=st.sampled_from([" ", ", ", ". ", "... "]), doubt=_TAKEN_BACK)
def test_no_network_makes_a_yes_of_a_doubt(yes: str, join: str, doubt: str) -> None:
    said = reply_to(QUESTION, f"{yes}{join}{doubt}", Certain("yes"))  # type: ignore[arg-type]
    assert said is None or said.answered is not Answered.YES


@pytest.mark.parametrize(
    "text", ["that's a hard pass from me", "i've got work then so it's out", "ahí sí le fallo"]
)
def test_a_no_in_words_of_its_own(text: str, reader: Reader) -> None:
    assert answered(text, reader) in (Answered.NO, None)


@pytest.mark.parametrize(
    "text",
    "what do I owe you|is dr okafor the tall one|gracias|i need my glasses too|which office is that"
    "|let me ask my wife|depende de mi trabajo|make it thursday".split("|"),
)
def test_what_is_no_reply_stays_none(text: str, reader: Reader) -> None:
    assert answered(text, reader) not in (Answered.YES, Answered.NO)
