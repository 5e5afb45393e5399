"""The EHR's post in the store, on both databases: each event once, cursors that pass nothing."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from agent.adapters.store.database import Database
from agent.adapters.store.store import Store
from agent.domain.audit import LedgerEvent
from agent.domain.conversation import Message
from agent.domain.correspondence import InboundMessage, Thread
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.terms import Author
from agent.settings import Settings
from tests.adapters.store.conftest import NOW

WORDS = "private words of a patient"


def event(event_id: str, thread: str | None = "T-1") -> InboundMessage:
    return InboundMessage("portal", event_id, PatientId("PT-1"), WORDS, thread, NOW)


def message(conversation: ConversationId, name: str) -> Message:
    return Message(conversation, MessageId(name), NOW, Author.PATIENT, "hello")


async def test_an_event_is_taken_once_whoever_brings_it(store: Store) -> None:
    taken = await asyncio.gather(
        *(store.inbox.take("portal", [event("e1")], NOW) for _ in range(8))
    )
    assert sum(taken) == 1
    assert await store.inbox.take("portal", [event("e1"), event("e2")], NOW) == 1
    assert await store.inbox.take("other", [event("e1")], NOW) == 1
    assert len(await store.inbox.waiting()) == 3


async def test_events_and_cursor_stand_together(store: Store) -> None:
    assert await store.inbox.cursor("portal") is None
    for cursor in ("5", "9"):
        await store.inbox.take("portal", [event(cursor)], NOW, cursor)
    assert await store.inbox.cursor("portal") == "9"
    assert await store.inbox.cursor("other") is None
    broken = InboundMessage("portal", "e3", PatientId("PT-1"), "x", None, NOW.replace(tzinfo=None))
    with pytest.raises(AttributeError):
        await store.inbox.take("portal", [broken, None], NOW, "12")  # type: ignore[list-item]
    assert await store.inbox.cursor("portal") == "9"
    assert len(await store.inbox.waiting()) == 2


async def test_what_arrived_is_sealed_and_forgotten_when_settled(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    await store.inbox.take("portal", [event("e1")], NOW)
    (number,) = await store.inbox.waiting()
    arrival = await store.inbox.arrival(number)
    assert arrival is not None
    assert arrival.event == event("e1")
    database = Database(settings.store_url(tmp_path))
    async with database.reading() as connection:
        (row,) = (await connection.execute(text("SELECT * FROM inbox"))).mappings()
    assert WORDS not in repr({k: bytes(v) if k == "sealed_event" else v for k, v in row.items()})
    await store.inbox.settle(number)
    assert await store.inbox.waiting() == ()
    assert await store.inbox.arrival(number) is None
    async with database.reading() as connection:
        kept = (await connection.execute(text("SELECT sealed_event FROM inbox"))).scalar()
    await database.close()
    assert kept is None
    assert await store.inbox.take("portal", [event("e1")], NOW) == 0


async def test_a_bound_conversation_is_behind_from_its_first_message_of_the_portal(
    store: Store,
) -> None:
    conversation = await store.transcript.open_conversation(PatientId("PT-1"), NOW)
    await store.transcript.append(message(conversation.id, "before"))
    await store.inbox.take("portal", [event("e1"), event("e2", None)], NOW)
    for number, name in zip(await store.inbox.waiting(), ("m1", "m2"), strict=True):
        arrival = await store.inbox.arrival(number)
        assert arrival is not None
        for _ in range(2):
            await store.inbox.assign(arrival, conversation.id, MessageId(name))
        again = await store.inbox.arrival(number)
        assert again is not None
        assert again.conversation_id == conversation.id
    assert await store.outbox.behind("portal") == ()
    await store.transcript.append(message(conversation.id, "m1"))
    (thread,) = await store.outbox.behind("portal")
    assert thread == Thread(conversation.id, PatientId("PT-1"), "portal", "T-1", 1)
    assert await store.outbox.behind("other") == ()
    assert await store.inbox.written_there(conversation.id) == {"m1": "T-1", "m2": None}
    await store.outbox.posted(Thread(conversation.id, PatientId("PT-1"), "portal", "T-9", 2))
    assert await store.outbox.behind("portal") == ()


async def test_a_conversation_goes_on_in_the_ehr_its_patient_wrote_in_last(store: Store) -> None:
    conversation = await store.transcript.open_conversation(PatientId("PT-1"), NOW)
    for adapter in ("old", "new"):
        told = InboundMessage(adapter, "e1", PatientId("PT-1"), WORDS, f"T-{adapter}", NOW)
        await store.inbox.take(adapter, [told], NOW)
        arrival = await store.inbox.arrival((await store.inbox.waiting())[-1])
        assert arrival is not None
        await store.inbox.assign(arrival, conversation.id, MessageId(adapter))
        await store.transcript.append(message(conversation.id, adapter))
    assert await store.outbox.behind("old") == ()
    (thread,) = await store.outbox.behind("new")
    assert (thread.thread_id, thread.posted) == ("T-new", 1)


async def test_the_ledger_is_written_from_the_first_day_on_chain_by_chain(store: Store) -> None:
    conversation = await store.transcript.open_conversation(PatientId("PT-1"), NOW)

    async def record(kind: str, of: ConversationId | None) -> None:
        await store.ledger.append([LedgerEvent(kind, NOW, "system", of)])

    await record("before.it", conversation.id)
    await store.outbox.begin("portal")
    assert await store.outbox.unwritten("portal") == ()
    await record("first.one", conversation.id)
    await record("second.one", None)
    await store.outbox.begin("portal")
    parts = await store.outbox.unwritten("portal")
    found = {(p.patient_id, tuple(r.event.kind for r in p.records)) for p in parts}
    assert found == {
        ("PT-1", ("first.one",)),
        (None, ("second.one",)),
        (None, ("heads.anchored",)),
    }
    for part in parts:
        await store.outbox.written("portal", part.chain, part.records[-1].position)
    assert await store.outbox.unwritten("portal") == ()
    later = NOW + timedelta(days=1)
    await store.ledger.append([LedgerEvent("next.day", later, "system")])
    kinds = [r.event.kind for part in await store.outbox.unwritten("portal") for r in part.records]
    assert "next.day" in kinds
