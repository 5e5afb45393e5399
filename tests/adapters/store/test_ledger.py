"""The ledger's chains hold, and any change to them is found and named."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Delete, Update, delete, insert, select, update

from agent.adapters.store.chain import START
from agent.adapters.store.database import Database
from agent.adapters.store.store import Store
from agent.adapters.store.tables import ledger, ledger_heads
from agent.domain.audit import JsonValue, LedgerEvent
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.terms import Level, Route
from agent.settings import Settings

ONE = ConversationId("c-1")
TWO = ConversationId("c-2")


def event(
    now: datetime,
    kind: str = "message.received",
    conversation: ConversationId | None = ONE,
    **data: JsonValue,
) -> LedgerEvent:
    return LedgerEvent(kind, now, "patient", conversation, PatientId("PT-1"), MessageId("m"), data)


@pytest.fixture
async def database(settings: Settings, tmp_path: Path) -> Database:
    return Database(settings.store_url(tmp_path))


async def change(database: Database, *statements: Update | Delete) -> None:
    async with database.writing() as connection:
        for statement in statements:
            await connection.execute(statement)
    await database.close()


async def test_events_are_chained_by_conversation(store: Store, now: datetime) -> None:
    await store.ledger.append([event(now), event(now, "safety.assessed", level=0)])
    await store.ledger.append([event(now, conversation=TWO), event(now, "policy.changed", None)])
    await store.ledger.append([event(now, "reply.delivered")])
    records = [r for r in await store.ledger.records() if r.chain != "anchors"]
    assert sorted((r.chain, r.position) for r in records) == [
        ("conversation:c-1", 1),
        ("conversation:c-1", 2),
        ("conversation:c-1", 3),
        ("conversation:c-2", 1),
        ("practice", 1),
    ]
    first, second, third = [r for r in records if r.chain == "conversation:c-1"]
    assert first.previous == START
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert second.event == event(now, "safety.assessed", level=0)
    assert await store.ledger.verify() == ()


async def test_records_of_one_conversation_or_patient(store: Store, now: datetime) -> None:
    other = LedgerEvent("access.refused", now, "system", patient_id=PatientId("PT-9"))
    await store.ledger.append([event(now), event(now, conversation=TWO), other])
    assert [r.event for r in await store.ledger.records(conversation_id=TWO)] == [
        event(now, conversation=TWO)
    ]
    assert [r.event for r in await store.ledger.records(patient_id=PatientId("PT-9"))] == [other]
    assert await store.ledger.records(ONE, PatientId("PT-9")) == ()


async def test_concurrent_appends_keep_every_chain_whole(store: Store, now: datetime) -> None:
    await asyncio.gather(
        *(
            store.ledger.append([event(now, conversation=c, n=n), event(now, conversation=None)])
            for n in range(10)
            for c in (ONE, TWO)
        )
    )
    counts = [r.chain for r in await store.ledger.records()]
    assert counts.count("conversation:c-1") == counts.count("conversation:c-2") == 10
    assert counts.count("practice") == 20
    assert await store.ledger.verify() == ()


FORGERIES: dict[str, tuple[Callable[[], list[Update | Delete]], str]] = {
    "an altered event": (
        lambda: [update(ledger).where(ledger.c.position == 2).values(data='{"level":4}')],
        "conversation:c-1: record 2 was altered",
    ),
    "an altered time": (
        lambda: [
            update(ledger)
            .where(ledger.c.position == 1)
            .values(at=datetime.fromisoformat("2020-01-01T00:00:00+00:00"))
        ],
        "conversation:c-1: record 1 was altered",
    ),
    "a hash made to fit": (
        lambda: [update(ledger).where(ledger.c.position == 2).values(hash="0" * 64)],
        "conversation:c-1: record 2 was altered",
    ),
    "a removed record": (
        lambda: [delete(ledger).where(ledger.c.position == 2)],
        "conversation:c-1: record 2 is missing",
    ),
    "a cut end": (
        lambda: [delete(ledger).where(ledger.c.position == 3)],
        "conversation:c-1: record 3 is missing",
    ),
    "a removed chain": (
        lambda: [delete(ledger)],
        "conversation:c-1: record 1 is missing",
    ),
    "a removed head": (
        lambda: [delete(ledger_heads)],
        "conversation:c-1: record 1 has no recorded head",
    ),
    "a moved head": (
        lambda: [update(ledger_heads).values(position=2)],
        "conversation:c-1: record 2 is not the head that was recorded",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_verify_names_the_first_broken_record(
    forgery: str, store: Store, database: Database, now: datetime
) -> None:
    await store.ledger.append([event(now), event(now, level=0), event(now)])
    assert await store.ledger.verify() == ()
    statements, fault = FORGERIES[forgery]
    await change(database, *statements())
    assert await store.ledger.verify() == (fault,)


async def test_an_end_cut_off_with_its_head_contradicts_the_next_days_anchor(
    store: Store, database: Database, now: datetime
) -> None:
    await store.ledger.append([event(now), event(now)])
    await store.ledger.append([event(now + timedelta(days=1), conversation=None)])
    (anchor,) = [r for r in await store.ledger.records() if r.chain == "anchors"]
    first, second = await store.ledger.records(ONE)
    assert anchor.event.data == {"heads": [["conversation:c-1", 2, second.hash]]}
    assert await store.ledger.verify() == ()
    in_chain = ledger_heads.c.chain == "conversation:c-1"
    await change(
        database,
        delete(ledger).where(ledger.c.chain == "conversation:c-1", ledger.c.position == 2),
        update(ledger_heads).where(in_chain).values(position=1, hash=first.hash),
    )
    assert await store.ledger.verify() == ("conversation:c-1: record 2 was anchored and is gone",)


async def test_heads_are_anchored_once_a_day_and_only_those_that_moved(
    store: Store, now: datetime
) -> None:
    for day in range(3):
        for hour in range(3):
            await store.ledger.append([event(now + timedelta(days=day, hours=hour), n=hour)])
    await store.ledger.append([event(now + timedelta(days=5), conversation=TWO)])
    await store.ledger.append([event(now + timedelta(days=6), conversation=TWO)])
    anchors = [r.event for r in await store.ledger.records() if r.chain == "anchors"]
    assert len({a.at.date() for a in anchors}) == len(anchors) == 5
    moved = [[head[0] for head in a.data["heads"]] for a in anchors]  # type: ignore[index,union-attr]
    assert moved == [["conversation:c-1"]] * 4 + [["conversation:c-2"]]
    assert await store.ledger.verify() == ()


async def test_free_text_never_enters_the_ledger(
    store: Store, database: Database, now: datetime
) -> None:
    await store.ledger.append(
        [
            event(
                now,
                said="I want to hurt myself",
                long="x" * 121,
                nested={"note": "call me\nlater", "ids": ["AP-1", "two words"]},
                route=Route.CRISIS,
                level=Level.ACTIVE,
                score=0.91,
                seen=True,
                nothing=None,
            )
        ]
    )
    (record,) = await store.ledger.records()
    assert record.event.data == {
        "said": "withheld:21",
        "long": "withheld:121",
        "nested": {"note": "withheld:13", "ids": ["AP-1", "withheld:9"]},
        "route": "crisis",
        "level": 3,
        "score": 0.91,
        "seen": True,
        "nothing": None,
    }
    async with database.reading() as connection:
        rows = (await connection.execute(select(ledger))).all()
    await database.close()
    assert "hurt" not in repr(rows)
    assert await store.ledger.verify() == ()


async def test_a_forged_addition_is_found(store: Store, database: Database, now: datetime) -> None:
    await store.ledger.append([event(now)])
    (record,) = await store.ledger.records()
    forged = insert(ledger).values(
        chain=record.chain,
        position=2,
        kind="reply.delivered",
        at=now,
        actor="assistant",
        data="{}",
        previous=record.hash,
        hash="f" * 64,
    )
    async with database.writing() as connection:
        await connection.execute(forged)
    await database.close()
    assert await store.ledger.verify() == ("conversation:c-1: record 2 was altered",)
