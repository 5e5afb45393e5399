"""A text cut into sentences while it grows."""

from functools import reduce

import pytest

from agent.phrasing.sentences import Sentences, joined

TEXTS = {
    "prose": (
        "Parking is free. Dr. Park is in on Mondays at 9 a.m. Bring $5.00! Why? Because.",
        [
            "Parking is free.",
            "Dr. Park is in on Mondays at 9 a.m.",
            "Bring $5.00!",
            "Why?",
            "Because.",
        ],
    ),
    "spanish": (
        "¿Dónde? Detrás de la clínica. ¡Es gratis! La Dra. Ruiz atiende",
        ["¿Dónde?", "Detrás de la clínica.", "¡Es gratis!", "La Dra. Ruiz atiende"],
    ),
    "a list": (
        "Please bring:\n- your ID. It must be valid.\n\n- your card\nThank you.",
        ["Please bring:", "\n- your ID.", "It must be valid.", "\n- your card", "\nThank you."],
    ),
    "blank": ("\n  \n", []),
    "one line after blanks": ("\n\nHello there.", ["Hello there."]),
}


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("name", TEXTS)
def test_the_pieces_do_not_matter(name: str, size: int) -> None:
    text, expected = TEXTS[name]
    cut = Sentences()
    found = [s for at in range(0, len(text), size) for s in cut.feed(text[at : at + size])]
    assert [*found, *cut.end()] == expected


def test_a_sentence_is_given_as_soon_as_the_next_begins() -> None:
    cut = Sentences()
    assert cut.feed("Parking is free. ") == ()
    assert cut.feed("T") == ("Parking is free.",)
    assert cut.feed("he lot is behind.\n") == ("The lot is behind.",)


def test_joined_they_are_the_text_again() -> None:
    _, sentences = TEXTS["a list"]
    whole = "Please bring:\n- your ID. It must be valid.\n- your card\nThank you."
    assert reduce(joined, sentences, "") == whole
