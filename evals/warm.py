"""What every run of a practice shares: the models, and the index built once and copied."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.bootstrap import Models, load_models, running_agent
from agent.clock import RunningClock
from agent.domain.conversation import Delta, Entry
from agent.domain.desk import Draft, Task
from agent.domain.ids import ConversationId
from agent.settings import NO_MODEL, ModelSettings, Settings
from agent.turns import Agent

INDEX = "knowledge"


class Nobody:
    """Nobody watches: implements `Broadcast`."""

    def entry(self, entry: Entry) -> None:
        return None

    def status(self, conversation_id: ConversationId, state: str) -> None:
        return None

    def delta(self, delta: Delta) -> None:
        return None

    def task(self, task: Task) -> None:
        return None

    def draft(self, draft: Draft) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Warm:
    """A practice ready to be run: what is costly is made once a process."""

    practice_dir: Path
    practice_name: str
    index: Path
    models: Models
    llm: ModelSettings = NO_MODEL

    @asynccontextmanager
    async def agent(self, data_dir: Path, clock: RunningClock) -> AsyncIterator[Agent]:
        """An agent over the fresh `data_dir`; the environment does not reach it."""
        shutil.copytree(self.index, data_dir / INDEX)
        async with running_agent(
            self.practice_dir,
            data_dir,
            settings=throwaway_settings(self.llm),
            broadcast=Nobody(),
            clock=clock,
            models=self.models,
        ) as agent:
            yield agent


@asynccontextmanager
async def warmed(
    practice_dir: Path,
    now: datetime,
    models: Models | None = None,
    llm: ModelSettings = NO_MODEL,
) -> AsyncIterator[Warm]:
    """Loads the models, if they are not given, and builds the index. `llm`: the language model of
    the agents to come.

    Raises `InputError` for a faulty practice.
    """
    models = models or load_models()
    with tempfile.TemporaryDirectory(prefix="portico-eval-") as folder:
        first = Path(folder) / "first"
        async with running_agent(
            practice_dir,
            first,
            settings=throwaway_settings(),
            broadcast=Nobody(),
            clock=RunningClock(now),
            models=models,
        ) as agent:
            name = agent.practice.name
        yield Warm(practice_dir, name, first / INDEX, models, llm)


def throwaway_settings(llm: ModelSettings = NO_MODEL) -> Settings:
    """Keys for data that is thrown away; always SQLite, always development."""
    return Settings(
        env="development",
        demo=True,
        demo_staff_password=None,
        database_url=None,
        token_key="evaluation-only-" * 2,
        session_key="evaluation-only-" * 2,
        encryption_keys="eval:" + "ZXZhbHVhdGlvbi1vbmx5LWtleS1mb3Itbm9ib2R5ISE=",
        models_dir=None,
        llm=llm,
    )
