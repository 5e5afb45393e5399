"""Where one wish may end and the next begin."""

import pytest

from agent.understanding.segments import MOST_PIECES, pieces


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("what do I owe?", ("what do I owe?",)),
        ("cancel friday. what do I owe?", ("cancel friday", "what do I owe?")),
        ("move my appt and tell me my balance", ("move my appt", "tell me my balance")),
        ("mi cita y mi saldo", ("mi cita", "mi saldo")),
        ("is dr. park in at 3.30 p.m. today", ("is dr. park in at 3.30 p.m. today",)),
        ("¿abren hoy? ¿cuánto debo?", ("¿abren hoy?", "¿cuánto debo?")),
        ("  ", ("",)),
    ],
)
def test_cuts_at_sentences_and_conjunctions(text: str, cut: tuple[str, ...]) -> None:
    assert pieces(text) == cut


def test_never_more_than_a_few_pieces() -> None:
    assert len(pieces(" and ".join(["one more thing"] * 12))) <= MOST_PIECES


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("wait, what do you charge?", ("wait, what do you charge?",)),
        ("ok so, cancel it, and what do I owe?", ("cancel it", "what do I owe?")),
        ("espera, ¿cuánto debo? y, bueno, cancele mi cita", ("¿cuánto debo?", "cancele mi cita")),
    ],
)
def test_words_that_hold_the_floor_are_no_clause(text: str, left: tuple[str, ...]) -> None:
    assert pieces(text) == left
