"""A yes that says the question again is a yes; one that says anything else is not."""

import pytest

from agent.understanding.answers import Answered, yes_or_no
from agent.understanding.restating import restates

BOOK = "To check: book Eye exam with Dr. Ruth Bell on Tuesday, June 9 at 10:00 AM. Shall I?"
LATER = "To check: book Eye exam with Dr. Ruth Bell on Tuesday, June 9 at 10:30 AM. Shall I?"
MOVE = (
    "To check: move your Eye exam with Dr. Ruth Bell from Thursday, June 4 at 10:00 AM to Tuesday,"
    " June 9 at 2:00 PM. Shall I?"
)
RESERVAR = "Para confirmar: reservar Terapia con Dra. Ana Paz el martes 9 de junio, 10:00. ¿Sí?"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("yes tuesday at 10 is fine", BOOK),
        ("yes, Tuesday June 9", BOOK),
        ("yep 10 am with Dr. Bell works", BOOK),
        ("sure the eye exam on tues at 10:00", BOOK),
        ("yes tuesday 10:30", LATER),
        ("yes tuesday at 2", MOVE),
        ("sí, el martes a las 10 está bien", RESERVAR),
        ("si con la dra paz", RESERVAR),
    ],
)
def test_a_yes_that_says_it_again(text: str, question: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert said.answered is Answered.YES_BUT
    assert restates(said.rest, question)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("yes wednesday at 10", BOOK),
        ("yes at 11", BOOK),
        ("yes tuesday at 10", LATER),
        ("yes thursday", MOVE),
        ("yes june 4", MOVE),
        ("yes at 10", MOVE),
        ("yes but not dr bell", BOOK),
        ("yes tuesday and my son too", BOOK),
        ("sí, el miércoles", RESERVAR),
        ("yes", BOOK),
    ],
)
def test_a_yes_that_says_anything_else(text: str, question: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert not restates(said.rest, question)
