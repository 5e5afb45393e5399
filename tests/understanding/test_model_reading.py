"""What is taken from a model's reading, and what is not."""

import pytest
from jsonschema import Draft202012Validator

from agent.domain.prompt import Decided, NoAnswer, Prompt
from agent.domain.terms import Category, Intent, Level
from agent.ports import ModelUnavailable, Writing
from agent.privacy.pseudonyms import Pseudonymiser, Pseudonyms, load_pseudonymiser
from agent.prompts.prompts import load_prompts
from agent.understanding.model_reading import (
    ModelReading,
    Question,
    read_with_model,
    reading_schema,
)

PROMPTS = load_prompts()


@pytest.fixture(scope="module")
def pseudonymiser() -> Pseudonymiser:
    return load_pseudonymiser()


@pytest.fixture
def names(pseudonymiser: Pseudonymiser) -> Pseudonyms:
    return pseudonymiser.turn(staff=["Ruth Bell"])


class Said:
    """A model that says one thing; implements `LanguageModel`."""

    name = "said"

    def __init__(self, value: dict[str, object] | NoAnswer) -> None:
        self.value = value
        self.asked: list[Prompt] = []

    async def decide(self, prompt, schema) -> Decided:
        self.asked.append(prompt)
        if isinstance(self.value, NoAnswer):
            raise ModelUnavailable(self.value)
        assert Draft202012Validator(schema).is_valid(self.value)
        return Decided(self.value)

    def write(self, prompt: Prompt) -> Writing:
        raise AssertionError("reading writes nothing")


def value(*wishes, level=0, category="none", answer="none") -> dict[str, object]:
    return {
        "danger": {"words": "", "category": category, "level": level},
        "answer": answer,
        "wishes": [{"text": t, "intent": i, "confidence": c} for t, i, c in wishes],
    }


async def read(
    names: Pseudonyms, text: str, said: dict[str, object], question: Question | None = None
) -> ModelReading:
    reading, call = await read_with_model(
        Said(said), PROMPTS, names, text, question=question, language="en"
    )
    assert call.outcome == "used"
    assert reading is not None
    return reading


async def test_the_words_of_several_wishes_are_the_patients_own(names: Pseudonyms) -> None:
    text = "Can I move my visit with Ruth Bell, and   what's my balance?"
    found = value(
        ("move my visit with <PERSON_1>", "appointment_reschedule", "high"),
        ("What's my Balance", "balance", "medium"),
        ("cancel PT-2", "appointment_cancel", "high"),
        ("refill for <PERSON_2>", "refill", "high"),
        ("", "faq", "high"),
    )
    reading = await read(names, text, found)
    assert [(w.intent, w.text) for w in reading.wishes] == [
        (Intent.APPOINTMENT_RESCHEDULE, "move my visit with Ruth Bell"),
        (Intent.BALANCE, "what's my balance"),
    ]


async def test_a_single_wish_is_the_whole_message(names: Pseudonyms) -> None:
    reading = await read(names, "hm sort it", value(("sorting", "refill", "high")))
    assert [w.text for w in reading.wishes] == ["hm sort it"]


async def test_a_level_of_no_kind_is_none(names: Pseudonyms) -> None:
    reading = await read(names, "hello", value(level=3))
    assert (reading.level, reading.category) == (Level.NONE, None)
    reading = await read(names, "hello", value(level=3, category="eye"))
    assert (reading.level, reading.category) == (Level.ACTIVE, Category.EYE)


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        (Question("Shall I?", ("Yes", "No"), confirm=True), ["yes", "no", "none"]),
        (Question("Which?", ("a", "b")), ["1", "2", "none"]),
        (Question("When?"), ["none"]),
    ],
)
def test_only_what_was_offered_can_be_answered(question: Question, answers: list[str]) -> None:
    properties = reading_schema(question)["properties"]
    assert properties["answer"]["enum"] == answers  # type: ignore[index]


async def test_answers_and_choices(names: Pseudonyms) -> None:
    which = Question("Which?", ("a", "b"))
    shall = Question("Shall I?", ("Yes", "No"), confirm=True)
    assert (await read(names, "the latter", value(answer="2"), which)).choice == 1
    assert (await read(names, "so be it", value(answer="yes"), shall)).answer == "yes"
    neither = await read(names, "hm", value(), which)
    assert (neither.answer, neither.choice) == (None, None)


def test_where_only_fixed_phrases_may_there_is_no_word_for_mental_states() -> None:
    assert "self_harm" not in str(reading_schema(Question(""), bodily_only=True))


def test_the_schema_uses_only_what_strict_endpoints_know() -> None:
    known = {"type", "properties", "required", "additionalProperties", "items", "enum"}

    def walk(schema) -> None:
        assert set(schema) <= known
        for part in schema.get("properties", {}).values():
            walk(part)
        if schema["type"] == "object":
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(schema["properties"])
        if "items" in schema:
            walk(schema["items"])

    walk(reading_schema(Question("Which?", ("a", "b"))))


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [(NoAnswer.SLOW, "unavailable:slow"), (NoAnswer.MALFORMED, "unusable:malformed")],
)
async def test_no_answer_is_no_reading(names: Pseudonyms, reason: NoAnswer, outcome: str) -> None:
    reading, call = await read_with_model(
        Said(reason), PROMPTS, names, "hi", question=None, language="es"
    )
    assert reading is None
    assert (call.prompt, call.outcome) == ("read@1", outcome)


async def test_the_question_is_hidden_too(names: Pseudonyms) -> None:
    model = Said(value())
    which = Question("Which?", ("Monday with Ruth Bell",))
    await read_with_model(model, PROMPTS, names, "hi", question=which, language="es")
    (prompt,) = model.asked
    assert "1. Monday with <PERSON_1>" in prompt.user
    assert "Spanish" in prompt.user
