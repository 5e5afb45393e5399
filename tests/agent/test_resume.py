"""After a restart: what was cut off comes before what is said next."""

import asyncio
from uuid import uuid4

import pytest

from agent.domain.audit import LedgerEvent, TurnRecord
from agent.domain.conversation import Conversation, Message
from agent.domain.ids import MessageId
from tests.agent.conftest import World


async def receive(world: World, chat: Conversation, text: str) -> Message:
    message, _ = await world.agent.receive(chat.id, MessageId(str(uuid4())), text)
    return message


async def test_nothing_said_later_overtakes_a_turn_that_was_cut_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, chat = await world.chat("PT-1"), await world.chat("PT-2")
    await receive(world, slow, "where do i park?")
    cut_off = await receive(world, chat, "where do i park?")
    finish, is_busy, go_on = world.agent.transcript.finish_turn, asyncio.Event(), asyncio.Event()

    async def wait_with_the_slow_one(
        record: TurnRecord, messages: tuple[Message, ...], events: tuple[LedgerEvent, ...]
    ) -> tuple[Message, ...]:
        if record.conversation_id == slow.id:
            is_busy.set()
            await go_on.wait()
        return await finish(record, messages, events)

    monkeypatch.setattr(world.agent.transcript, "finish_turn", wait_with_the_slow_one)
    resuming = asyncio.create_task(world.agent.resume_pending())
    await is_busy.wait()
    later = await receive(world, chat, "and what does a late cancellation cost?")
    await world.agent.answer(later)
    go_on.set()
    await resuming

    answered = [m.reply_to for m in await world.after(chat, 0) if m.reply_to is not None]
    assert list(dict.fromkeys(answered)) == [cut_off.id, later.id]
