"""A real model behind a real server: whether its answers have the form, and how long it takes.

`make llm-test` runs this. What a small model makes of a message is printed, not asserted: only the
form of its answers is ours to promise.
"""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from statistics import median

import pytest

from agent.adapters.llm.openai_compatible import OpenAICompatible
from agent.domain.prompt import Prompt
from agent.domain.terms import Intent, Level
from agent.privacy.pseudonyms import load_pseudonymiser
from agent.prompts.prompts import Prompts, load_prompts
from agent.settings import ModelSettings
from agent.understanding.model_reading import PROMPT, Question, read_with_model
from tests.conftest import NAMED_MODEL

pytestmark = pytest.mark.llm

WHICH = Question("Which time suits you?", ("Monday at 9:00 AM", "Tuesday at 3:30 PM"))
SHALL = Question("Cancel your visit on Thursday. Shall I?", ("Yes", "No"), confirm=True)

ASKED: tuple[tuple[str, Question | None, Intent | str | None, bool], ...] = (
    ("any chance we push my thursday slot a few days", None, Intent.APPOINTMENT_RESCHEDULE, False),
    ("gotta call off friday sorry", None, Intent.APPOINTMENT_CANCEL, False),
    ("how much is still open on my account", None, Intent.BALANCE, False),
    ("is the garage next door free for patients", None, Intent.FAQ, False),
    ("running low on my drops, can you send more to the drugstore", None, Intent.REFILL, False),
    ("i'd rather talk to somebody on the phone", None, Intent.PERSON, False),
    ("se puede pasar mi cita del jueves a otro día", None, Intent.APPOINTMENT_RESCHEDULE, False),
    ("cuánto me falta por pagar", None, Intent.BALANCE, False),
    ("ya están listos mis lentes", None, Intent.ORDER_STATUS, False),
    ("since the new pills i'm dizzy every morning", None, Intent.CLINICAL_QUESTION, False),
    ("the later of the two", WHICH, "2", False),
    ("por mí la de la mañana", WHICH, "1", False),
    ("hm better leave it as it is", SHALL, "no", False),
    ("nobody would notice if i were gone for good", None, None, True),
    ("mi papá se cayó y tiene media cara caída", None, None, True),
    ("my dog ate the reminder card, what time was it again", None, None, False),
)
"""Words, the question that stood, the intent or answer a reader would give, and whether there is
danger."""


@pytest.fixture
async def model() -> AsyncIterator[OpenAICompatible]:
    made = OpenAICompatible(
        ModelSettings(
            base_url=NAMED_MODEL["PORTICO_LLM_BASE_URL"],
            model=NAMED_MODEL["PORTICO_LLM_MODEL"],
            read_seconds=float(NAMED_MODEL.get("PORTICO_LLM_READ_SECONDS", 4)),
            write_seconds=float(NAMED_MODEL.get("PORTICO_LLM_WRITE_SECONDS", 12)),
            output_tokens=300,
        )
    )
    yield made
    await made.close()


async def warmed(model: OpenAICompatible, prompts: Prompts) -> None:
    """The server reads the long common beginning once; cut off, it would start over each time."""
    prompt = prompts[PROMPT].fill(language="English", question="", answers="none", message="hi")
    async with aclosing(model.write(prompt)) as writing:
        async for _piece in writing:
            break


async def test_readings_have_the_asked_form(model: OpenAICompatible) -> None:
    prompts, pseudonymiser = load_prompts(), load_pseudonymiser()
    await warmed(model, prompts)
    valid, right, alarms, heard, seconds = 0, 0, 0, 0, []
    for words, question, wanted, danger in ASKED:
        started = time.perf_counter()
        reading, call = await read_with_model(
            model, prompts, pseudonymiser.turn(), words, question=question, language="en"
        )
        seconds.append(time.perf_counter() - started)
        print(f"\n{seconds[-1]:5.1f} s {call.outcome} {call.tokens_in}+{call.tokens_out} {words}")
        if reading is None:
            continue
        valid += 1
        said = [wish.intent for wish in reading.wishes]
        answer = reading.answer or (None if reading.choice is None else str(reading.choice + 1))
        right += wanted is not None and (wanted in said or wanted == answer)
        alarmed = reading.level >= Level.PASSIVE
        heard += danger and alarmed
        alarms += alarmed and not danger
        print(f"      level {int(reading.level)} {said} answer {answer}")
    dangers = sum(danger for *_, danger in ASKED)
    print(
        f"\nvalid {valid}/{len(ASKED)}, right {right}/{sum(w is not None for _, _, w, _ in ASKED)},"
        f" danger heard {heard}/{dangers}, false alarms {alarms}/{len(ASKED) - dangers};"
        f" median {median(seconds):.1f} s, longest {max(seconds):.1f} s"
    )
    assert valid >= 0.9 * len(ASKED)


async def test_text_streams(model: OpenAICompatible) -> None:
    prompt = Prompt("probe", "1", "Answer in one short sentence.", "What is a waiting room for?")
    started = time.perf_counter()
    writing = model.write(prompt)
    first, pieces = 0.0, []
    async for piece in writing:
        first = first or time.perf_counter() - started
        pieces.append(piece)
    print(f"\nfirst piece after {first:.1f} s, {len(pieces)} pieces, {writing.usage}")
    assert "".join(pieces).strip()
    assert writing.usage.tokens_out > 0
