"""What a running server consists of; the routes find it in the application's state."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

import structlog
from fastapi import Depends
from starlette.requests import HTTPConnection

from agent.domain.conversation import Message
from agent.domain.ids import PatientId
from agent.settings import Settings
from agent.turns import Agent
from server.hub import Hub
from server.jobs.mail import Mail
from server.limits import TokenBucket
from server.login import Login
from server.metrics import Metrics
from server.staff_sessions import StaffSessions
from server.tokens import TokenVerifier
from server.words import Words

log = structlog.get_logger("server.turns")

PAUSES_SECONDS = (0.5, 2.0, 10.0, 30.0)
MESSAGES_AT_ONCE = 30
MESSAGES_PER_SECOND = 0.5


class Answers:
    """The turns that are running; a connection that goes away does not stop its turn."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._running: set[asyncio.Task[None]] = set()

    def start(self, message: Message) -> asyncio.Task[None]:
        task = asyncio.create_task(self._answer(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def finish(self, seconds: float) -> None:
        """Waits for the running turns; one that is cut off is resumed at the next start."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _answer(self, message: Message) -> None:
        """The agent ends a turn that fails with a task and a notice; what is tried again here is
        a store that did not take even that. A turn still pending then is the next start's."""
        for number, pause in enumerate(PAUSES_SECONDS):
            try:
                await self._agent.answer(message, resumed=number > 0)
            except Exception:
                log.exception("turn.not_stored", message=message.id, attempt=number + 1)
                await asyncio.sleep(pause)
            else:
                return


@dataclass
class Presence:
    """Who is connected and how fast they write, by patient."""

    open: dict[PatientId, int] = field(default_factory=dict)
    buckets: dict[PatientId, TokenBucket] = field(default_factory=dict)

    def enter(self, patient_id: PatientId, now: float) -> int:
        """Counts one more connection; returns how many there are now."""
        self.open[patient_id] = self.open.get(patient_id, 0) + 1
        self.buckets.setdefault(patient_id, TokenBucket(MESSAGES_AT_ONCE, MESSAGES_PER_SECOND, now))
        return self.open[patient_id]

    def leave(self, patient_id: PatientId, now: float) -> None:
        self.open[patient_id] -= 1
        if not self.open[patient_id]:
            del self.open[patient_id]
        # A bucket outlives its connections until it is full again: reconnecting buys nothing.
        idle = [one for one in self.buckets if one not in self.open]
        for one in idle:
            if self.buckets[one].is_full(now):
                del self.buckets[one]


@dataclass(frozen=True)
class World:
    agent: Agent
    settings: Settings
    verifier: TokenVerifier
    hub: Hub
    words: Words
    sessions: StaffSessions
    login: Login
    metrics: Metrics
    answers: Answers
    presence: Presence
    mail: Mail


def world_of(connection: HTTPConnection) -> World:
    world: World = connection.app.state.world
    return world


Here = Annotated[World, Depends(world_of)]
