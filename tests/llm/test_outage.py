"""The model switched off and on, as the doctor and a script's `outage: model` see it."""

import asyncio

import pytest

from agent.adapters.llm.opening import open_model
from agent.doctor import Finding, State, examine_model
from agent.settings import NO_MODEL
from evals.faults import Faults
from tests.agent.conftest import World
from tests.llm.endpoint import Endpoint, Fails, Says
from tests.llm.reading import read


async def examined() -> list[Finding]:
    return await asyncio.to_thread(lambda: list(examine_model()))


async def test_without_settings_there_is_no_model() -> None:
    async with open_model(NO_MODEL) as model:
        assert model is None
    (finding,) = await examined()
    assert (finding.state, finding.words) == (State.WORKS, "none is configured")


async def test_the_doctor_asks_one_token(with_model: None, endpoint: Endpoint) -> None:
    endpoint.script(Says("O", finish="length"))
    (finding,) = await examined()
    assert finding.state is State.WORKS
    assert finding.words.startswith("scripted answers in ")
    assert len(endpoint.received) == 1


async def test_the_doctor_says_what_would_fail(
    with_model: None, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.script(Fails(404))
    (finding,) = await examined()
    assert finding.state is State.FAILS
    assert "the model, the key or the path" in finding.words
    monkeypatch.delenv("PORTICO_LLM_MODEL")
    (finding,) = await examined()
    assert finding.state is State.FAILS
    assert finding.words.startswith("PORTICO_LLM_MODEL: must be set")


async def test_a_script_switches_the_model_off_and_on(world: World, endpoint: Endpoint) -> None:
    endpoint.script(read())
    faults = Faults(world.agent)
    chat = await world.chat()
    outcomes = []
    for on in (False, True):
        faults.switch("model", on=on)
        await world.say(chat, "what do i owe?")
        outcomes += [call.outcome for call in (await world.why(chat)).model_calls]
    assert outcomes == ["unavailable:unreachable", "used"]
    assert len(endpoint.received) == 1
