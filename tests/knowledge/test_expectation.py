import pytest

from knowledge.expectation import expectation, fit

MONEY = "A first visit is $140."
SPAN = "It takes two weeks."
MOMENT = "Closed on Sundays."
NEITHER = "Ask the front desk."


@pytest.mark.parametrize(
    ("question", "has", "has_not"),
    [
        ("how much is a visit", MONEY, SPAN),
        ("late cancel fee?", "No charge in an emergency.", NEITHER),
        ("¿cuánto cuesta la consulta?", "Cuesta 40 dólares.", "Dura 50 minutos."),
        ("how long does it take", SPAN, MONEY),
        ("¿cuánto tarda el resultado?", "Tarda diez días.", "Cuesta $10."),
        ("when do you open", "From 8:30 am.", NEITHER),
        ("¿a qué hora cierran los viernes?", "Viernes de 8 a 17.", "Pregunte en recepción."),
    ],
)
def test_what_is_asked_for_is_told_from_what_is_not(question, has, has_not):
    wanted = expectation(question)

    assert fit(wanted, has) == 1.0
    assert fit(wanted, has_not) == -1.0


@pytest.mark.parametrize("question", ["do you take Medicare", "where can I park", "hola"])
def test_most_questions_want_nothing_in_particular(question):
    assert expectation(question) is None
    assert fit(expectation(question), MOMENT) == 0.0
