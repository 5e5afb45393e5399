"""Turns outlive their connection and a store that fails for a moment; presence is counted."""

import asyncio
from datetime import UTC, datetime
from typing import cast

import pytest

from agent.domain.conversation import Message
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.terms import Author
from agent.turns import Agent
from server import world
from server.world import Answers, Presence

MESSAGE = Message(
    ConversationId("c"),
    MessageId("m"),
    datetime(2026, 6, 1, tzinfo=UTC),
    Author.PATIENT,
    "hi",
    seq=1,
)
PATIENT = PatientId("PT-1")


class Forgetful:
    """Fails `failures` times before it takes an answer."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.tries: list[bool] = []

    async def answer(self, message: Message, *, resumed: bool = False) -> None:
        self.tries.append(resumed)
        if len(self.tries) <= self.failures:
            raise OSError("the store is away")


async def test_a_turn_that_could_not_be_stored_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(world, "PAUSES_SECONDS", (0, 0, 0))
    agent = Forgetful(failures=2)
    answers = Answers(cast(Agent, agent))
    answers.start(MESSAGE)
    await answers.finish(5)
    assert agent.tries == [False, True, True]


async def test_stopping_waits_for_the_turns_that_run() -> None:
    class Slow:
        done = False

        async def answer(self, message: Message, *, resumed: bool = False) -> None:
            await asyncio.sleep(0)
            self.done = True

    agent = Slow()
    answers = Answers(cast(Agent, agent))
    answers.start(MESSAGE)
    await answers.finish(5)
    assert agent.done


def test_reconnecting_buys_no_messages() -> None:
    presence = Presence()
    assert presence.enter(PATIENT, 0.0) == 1
    assert presence.enter(PATIENT, 0.0) == 2
    bucket = presence.buckets[PATIENT]
    while not bucket.take(0.0):
        pass
    presence.leave(PATIENT, 0.0)
    presence.leave(PATIENT, 0.0)
    assert presence.open == {}
    assert presence.enter(PATIENT, 0.0) == 1
    assert presence.buckets[PATIENT].take(0.0) > 0


def test_who_is_gone_for_long_is_forgotten() -> None:
    presence = Presence()
    presence.enter(PATIENT, 0.0)
    presence.leave(PATIENT, 1.0)
    assert presence.buckets == {}
