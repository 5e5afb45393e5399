"""Messages are numbered without gaps, stored once, and a turn ends as a whole or not at all."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.store.store import Store, open_store
from agent.domain.audit import LedgerEvent, PassageUsed, ToolCall, TurnRecord
from agent.domain.conversation import (
    Card,
    CardAction,
    Citation,
    ControlChange,
    Conversation,
    Message,
    Option,
    StaffRef,
)
from agent.domain.ids import ConversationId, MessageId, PatientId, StaffId
from agent.domain.terms import Author, Category, Control, Kind, Level, Mode, Outcome, Route
from agent.ports import Conflict, NotFound
from agent.settings import Settings

MARIA = PatientId("PT-1")
ANA = StaffRef(StaffId("ST-ANA"), "Ana Ruiz")
BEN = StaffRef(StaffId("ST-BEN"), "Ben Ode")


def said(conversation: Conversation, id: str, now: datetime, text: str = "hello") -> Message:
    return Message(conversation.id, MessageId(id), now, Author.PATIENT, text)


def reply(to: Message, id: str = "r", text: str = "hi") -> Message:
    return Message(
        to.conversation_id,
        MessageId(f"{to.id}-{id}"),
        to.at,
        Author.ASSISTANT,
        text,
        reply_to=to.id,
        route=Route.FAQ,
    )


def finished(message: Message, **changes: object) -> TurnRecord:
    record = TurnRecord(
        conversation_id=message.conversation_id,
        message_id=message.id,
        at=message.at,
        route=Route.FAQ,
        confidence=0.75,
        level=Level.NONE,
        category=None,
        mode=Mode.AUTO,
        outcome=Outcome.DELIVERED,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def event(message: Message, kind: str = "reply.delivered") -> LedgerEvent:
    return LedgerEvent(kind, message.at, "assistant", message.conversation_id, MARIA, message.id)


async def test_a_patient_has_one_open_conversation_also_under_a_race(
    store: Store, now: datetime
) -> None:
    opened = await asyncio.gather(
        *(store.transcript.open_conversation(MARIA, now) for _ in range(8))
    )
    assert len({conversation.id for conversation in opened}) == 1
    assert opened[0].seq == 0
    assert opened[0].control is Control.ASSISTANT
    other = await store.transcript.open_conversation(PatientId("PT-2"), now)
    assert other.id != opened[0].id


async def test_after_an_end_comes_a_new_conversation(store: Store, now: datetime) -> None:
    first = await store.transcript.open_conversation(MARIA, now)
    await store.transcript.end_conversation(first.id, now)
    await store.transcript.end_conversation(first.id, now + timedelta(hours=1))
    second = await store.transcript.open_conversation(MARIA, now)
    assert second.id != first.id
    ended = await store.transcript.conversation(first.id)
    assert ended is not None
    assert ended.ended == now


async def test_every_kind_of_entry_comes_back_as_it_was(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    rich = Message(
        conversation.id,
        MessageId("m-1"),
        now,
        Author.ASSISTANT,
        "¿Está bien? \N{SMILING FACE WITH OPEN MOUTH}",
        kind=Kind.CARD,
        options=(Option("a", "Tue 9:00"), Option("b", "Wed 9:00")),
        citations=(Citation("Fees", "faq/fees.md", "3"),),
        card=Card(Level.ACTIVE, Category.SELF_HARM, "1", (CardAction("988", "tel:988"),)),
        route=Route.CRISIS,
        reply_to=MessageId("m-0"),
        staff=ANA,
        choice="a",
    )
    taken = ControlChange(conversation.id, MessageId("c-1"), now, Control.STAFF, ANA)
    first = await store.transcript.append(rich)
    second = await store.transcript.set_control(taken)
    assert await store.transcript.entries(conversation.id) == (first, second)
    assert (first, second) == (replace(rich, seq=1), replace(taken, seq=2))
    assert await store.transcript.entries(conversation.id, after=1) == (second,)
    standing = await store.transcript.conversation(conversation.id)
    assert standing is not None
    assert (standing.seq, standing.control, standing.staff) == (2, Control.STAFF, ANA)


async def test_concurrent_messages_are_numbered_without_gaps(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    await asyncio.gather(
        *(store.transcript.receive(said(conversation, f"m-{n}", now)) for n in range(20))
    )
    entries = await store.transcript.entries(conversation.id)
    assert [entry.seq for entry in entries] == list(range(1, 21))
    assert len({entry.id for entry in entries}) == 20


async def test_the_same_message_twice_is_stored_once(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    message = said(conversation, "m-1", now)
    results = await asyncio.gather(*(store.transcript.receive(message) for _ in range(5)))
    assert sorted(new for _, new in results) == [False] * 4 + [True]
    assert {stored.seq for stored, _ in results} == {1}
    again = replace(message, text="something else")
    assert await store.transcript.receive(again) == (replace(message, seq=1), False)
    await store.transcript.append(said(conversation, "m-2", now))
    assert [e.seq for e in await store.transcript.entries(conversation.id)] == [1, 2]


async def test_two_conversations_may_use_the_same_message_id(store: Store, now: datetime) -> None:
    one = await store.transcript.open_conversation(MARIA, now)
    two = await store.transcript.open_conversation(PatientId("PT-2"), now)
    assert (await store.transcript.receive(said(one, "m-1", now)))[1]
    assert (await store.transcript.receive(said(two, "m-1", now)))[1]


async def test_nothing_goes_into_an_unknown_conversation(store: Store, now: datetime) -> None:
    nowhere = Message(ConversationId("none"), MessageId("m"), now, Author.PATIENT, "hello")
    with pytest.raises(NotFound):
        await store.transcript.receive(nowhere)
    with pytest.raises(NotFound):
        await store.transcript.append(nowhere)
    with pytest.raises(NotFound):
        await store.transcript.end_conversation(nowhere.conversation_id, now)
    assert await store.transcript.conversation(nowhere.conversation_id) is None


async def test_a_turn_is_pending_until_it_is_finished(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    first, _ = await store.transcript.receive(said(conversation, "m-1", now))
    second, _ = await store.transcript.receive(said(conversation, "m-2", now))
    assert await store.transcript.pending_turns() == (first, second)
    (answer,) = await store.transcript.finish_turn(finished(first), [reply(first)], [event(first)])
    assert answer == replace(reply(first), seq=3)
    assert await store.transcript.pending_turns() == (second,)


async def test_finishing_a_turn_twice_changes_nothing(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    message, _ = await store.transcript.receive(said(conversation, "m-1", now))
    replies = [reply(message, "a"), reply(message, "b")]
    results = await asyncio.gather(
        *(
            store.transcript.finish_turn(finished(message), replies, [event(message)])
            for _ in range(4)
        )
    )
    assert set(results) == {(replace(replies[0], seq=2), replace(replies[1], seq=3))}
    later = await store.transcript.append(reply(message, "by staff"))
    assert later.seq == 4
    again = await store.transcript.finish_turn(finished(message), replies, [event(message)])
    assert again == results[0]
    assert len(await store.ledger.records(conversation.id)) == 1


async def test_a_turn_without_a_reply_ends_too(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    message, _ = await store.transcript.receive(said(conversation, "m-1", now))
    held = finished(message, outcome=Outcome.STAFF_HELD)
    assert await store.transcript.finish_turn(held, [], []) == ()
    assert await store.transcript.pending_turns() == ()
    assert await store.transcript.turns(conversation.id) == (held,)


async def test_a_turn_that_cannot_be_stored_leaves_nothing(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    message, _ = await store.transcript.receive(said(conversation, "m-1", now))
    naive = LedgerEvent("reply.delivered", datetime(2026, 1, 1), "assistant", conversation.id)  # noqa: DTZ001
    with pytest.raises(Exception, match="naive"):
        await store.transcript.finish_turn(finished(message), [reply(message)], [naive])
    assert await store.transcript.entries(conversation.id) == (message,)
    assert await store.transcript.pending_turns() == (message,)
    assert await store.ledger.records() == ()
    (answer,) = await store.transcript.finish_turn(finished(message), [reply(message)], [])
    assert answer.seq == 2


async def test_finishing_what_was_never_received_is_refused(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    message = said(conversation, "m-1", now)
    with pytest.raises(NotFound):
        await store.transcript.finish_turn(finished(message), [reply(message)], [])
    assert await store.transcript.entries(conversation.id) == ()


async def test_the_record_of_why_comes_back_as_it_was(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    message, _ = await store.transcript.receive(said(conversation, "m-1", now))
    record = finished(
        message,
        level=Level.DISTRESS,
        category=Category.DISTRESS,
        reasons=("lexicon:distress",),
        passages=(PassageUsed(Citation("Fees", "faq/fees.md", "3"), 0.61),),
        tools=(ToolCall("find_slots", "ok"), ToolCall("book", "refused:taken", writes=True)),
        duration_ms=12.5,
        node_ms={"screen": 1.25, "triage": 2.0},
    )
    await store.transcript.finish_turn(record, [reply(message)], [])
    assert await store.transcript.turns(conversation.id) == (record,)


async def test_staff_take_from_the_assistant_only(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)

    def change(id: str, by: Control, staff: StaffRef | None) -> ControlChange:
        return ControlChange(conversation.id, MessageId(id), now, by, staff)

    results = await asyncio.gather(
        store.transcript.set_control(change("a", Control.STAFF, ANA)),
        store.transcript.set_control(change("b", Control.STAFF, BEN)),
        return_exceptions=True,
    )
    assert [type(r) for r in results].count(Conflict) == 1
    (held,) = [r for r in results if isinstance(r, ControlChange)]
    other = BEN if held.staff == ANA else ANA
    with pytest.raises(Conflict):
        await store.transcript.set_control(change("c", Control.ASSISTANT, other))
    assert await store.transcript.set_control(change("d", Control.STAFF, held.staff)) == held
    released = await store.transcript.set_control(change("e", Control.ASSISTANT, held.staff))
    assert released.seq == 2
    assert await store.transcript.set_control(change("e", Control.ASSISTANT, None)) == released
    assert await store.transcript.entries(conversation.id) == (held, released)


async def test_releasing_what_nobody_took_is_a_conflict(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    with pytest.raises(Conflict):
        await store.transcript.set_control(
            ControlChange(conversation.id, MessageId("x"), now, Control.ASSISTANT, ANA)
        )


async def test_feedback_and_reads_need_an_entry(store: Store, now: datetime) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    await store.transcript.receive(said(conversation, "m-1", now))
    await store.transcript.record_feedback(conversation.id, 1, "up", "", now)
    await store.transcript.record_feedback(conversation.id, 1, "down", "not quite", now)
    await store.transcript.record_read(conversation.id, 1, now)
    await store.transcript.record_read(conversation.id, 99, now)
    with pytest.raises(NotFound):
        await store.transcript.record_feedback(conversation.id, 2, "up", "", now)
    with pytest.raises(NotFound):
        await store.transcript.record_read(ConversationId("none"), 1, now)


async def test_everything_is_there_after_a_restart(
    settings: Settings, store: Store, tmp_path: Path, now: datetime
) -> None:
    conversation = await store.transcript.open_conversation(MARIA, now)
    message, _ = await store.transcript.receive(said(conversation, "m-1", now))
    again = await open_store(settings, tmp_path)
    assert await again.transcript.pending_turns() == (message,)
    assert (await again.transcript.open_conversation(MARIA, now)).id == conversation.id
    await again.close()
