"""A scripted endpoint and a model that asks it."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import stamina

from agent.adapters.llm.breaker import Breaker
from agent.adapters.llm.openai_compatible import OpenAICompatible
from agent.settings import ModelSettings
from tests.agent.conftest import Start, World, models, start  # noqa: F401
from tests.llm.endpoint import Endpoint, serving

MakeModel = Callable[..., OpenAICompatible]


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async with serving(Endpoint()) as running:
        yield running


@pytest.fixture
async def make_model(endpoint: Endpoint) -> AsyncIterator[MakeModel]:
    made: list[OpenAICompatible] = []

    def make(breaker: Breaker | None = None, **settings: Any) -> OpenAICompatible:
        told: dict[str, Any] = {"base_url": endpoint.url, "model": "scripted", **settings}
        made.append(OpenAICompatible(ModelSettings(**told), breaker))
        return made[-1]

    yield make
    for model in made:
        await model.close()


@pytest.fixture
def with_model(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names the endpoint."""
    monkeypatch.setenv("PORTICO_LLM_BASE_URL", endpoint.url)
    monkeypatch.setenv("PORTICO_LLM_MODEL", "scripted")


@pytest.fixture
async def world(with_model: None, start: Start) -> AsyncIterator[World]:  # noqa: F811
    """A running agent with the scripted endpoint for its model."""
    async with start() as running:
        yield running
