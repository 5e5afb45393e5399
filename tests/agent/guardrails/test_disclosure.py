"""Who asks what answers here, and what tells them."""

import tomllib

import pytest

from agent.guardrails.grounds import Grounds
from agent.guardrails.guard import Guard
from agent.guardrails.wording import asks_what_it_is, discloses
from agent.wording.wording import BUILT_IN, LANGUAGES


@pytest.mark.parametrize(
    "text",
    [
        "are you real?",
        "Am I talking to a robot",
        "is this ai",
        "¿eres un robot?",
        "hablo con una persona?",
    ],
)
def test_a_question_about_what_answers_is_one(text: str) -> None:
    assert asks_what_it_is(text)


@pytest.mark.parametrize(
    "text",
    [
        "can I talk to a real person",
        "are you open on Monday?",
        "is this covered by my plan",
        "quiero hablar con una persona",
        "¿es usted quien contesta el teléfono los lunes?",
    ],
)
def test_another_question_is_not(text: str) -> None:
    assert not asks_what_it_is(text)


def test_a_denial_does_not_disclose() -> None:
    assert discloses("I'm an automated assistant, not a person.")
    assert discloses("Soy un asistente automático, no una persona.")
    assert not discloses("No, I'm not a bot.")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_disclosure_itself_goes_out(plain_guard: Guard, language: str) -> None:
    templates = tomllib.loads((BUILT_IN / f"{language}.toml").read_text(encoding="utf-8"))
    text = templates["converse"]["are_you_real"]
    assert (await plain_guard.check(text, Grounds(asked="are you real?"))).allowed
