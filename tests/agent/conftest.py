"""A running agent over a small practice of its own, with every real part."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from agent.adapters.ehr.demo.ehr import DemoEhr
from agent.bootstrap import Models, load_models, running_agent
from agent.clock import RunningClock
from agent.domain.audit import TurnRecord
from agent.domain.conversation import Conversation, Delta, Entry, Message
from agent.domain.desk import Draft, Task
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.settings import load_settings
from agent.turns import Agent

PRACTICE = Path(__file__).parent / "practice"
MONDAY = datetime.fromisoformat("2026-06-01T10:00:00-06:00")


@dataclass
class Watcher:
    """Implements `Broadcast` and remembers."""

    entries: list[Entry] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    deltas: list[Delta] = field(default_factory=list)

    def entry(self, entry: Entry) -> None:
        self.entries.append(entry)

    def status(self, conversation_id: ConversationId, state: str) -> None:
        pass

    def delta(self, delta: Delta) -> None:
        self.deltas.append(delta)

    def task(self, task: Task) -> None:
        self.tasks.append(task)

    def draft(self, draft: Draft) -> None:
        self.drafts.append(draft)


@dataclass
class World:
    """The agent and shorthands for one patient's conversation."""

    agent: Agent
    clock: RunningClock
    watcher: Watcher

    @property
    def ehr(self) -> DemoEhr:
        assert isinstance(self.agent.ehr, DemoEhr)
        return self.agent.ehr

    async def chat(self, patient: str = "PT-1") -> Conversation:
        conversation, _ = await self.agent.open(PatientId(patient))
        return conversation

    async def say(
        self, conversation: Conversation, text: str, choice: str | None = None
    ) -> list[Message]:
        """The turn's replies."""
        message, _ = await self.agent.receive(
            conversation.id, MessageId(str(uuid4())), text, choice
        )
        await self.agent.answer(message)
        return await self.after(conversation, message.seq)

    async def press(
        self, conversation: Conversation, replies: list[Message], number: int
    ) -> list[Message]:
        """Presses the numbered button of the last reply that has any."""
        asked = [reply for reply in replies if reply.options][-1]
        option = asked.options[number - 1]
        return await self.say(conversation, option.label, option.id)

    async def after(self, conversation: Conversation, seq: int) -> list[Message]:
        entries = await self.agent.transcript.entries(conversation.id, seq)
        return [entry for entry in entries if isinstance(entry, Message)]

    async def why(self, conversation: Conversation) -> TurnRecord:
        return (await self.agent.transcript.turns(conversation.id))[-1]

    async def codes(self) -> list[str]:
        return [task.code.value for task in await self.agent.desk.tasks()]


@pytest.fixture(scope="session")
def models() -> Models:
    return load_models()


Start = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture
def start(models: Models, tmp_path: Path) -> Start:
    """Starts an agent; again over the same data is a restart."""

    @asynccontextmanager
    async def starting(
        practice: Path = PRACTICE, data: Path = tmp_path / "data", now: datetime = MONDAY
    ) -> AsyncIterator[World]:
        clock, watcher = RunningClock(now), Watcher()
        async with running_agent(
            practice,
            data,
            settings=load_settings(data),
            broadcast=watcher,
            clock=clock,
            models=models,
        ) as agent:
            yield World(agent, clock, watcher)

    return starting


@pytest.fixture
async def world(start: Start) -> AsyncIterator[World]:
    async with start() as running:
        yield running
