"""The append-only ledger in SQL: one hash chain per conversation, `practice` for the rest."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import and_, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.store.chain import (
    ANCHORED,
    ANCHORS,
    START,
    ChainCheck,
    Head,
    canonical,
    chain_of,
    link,
    without_free_text,
)
from agent.adapters.store.database import Database
from agent.adapters.store.tables import ledger, ledger_heads
from agent.domain.audit import JsonValue, LedgerEvent, LedgerRecord
from agent.domain.ids import ConversationId, MessageId, PatientId


class SqlLedger:
    """Implements `Ledger`. `append_within` joins another's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._anchored_on: date | None = None

    async def append(self, events: Sequence[LedgerEvent]) -> None:
        if events:
            await self._database.write(lambda connection: self.append_within(connection, events))

    async def append_within(
        self, connection: AsyncConnection, events: Sequence[LedgerEvent]
    ) -> None:
        if not events:
            return
        at = max(event.at for event in events).astimezone(UTC)
        if at.date() != self._anchored_on:
            await self._anchor(connection, at)
        await _append(connection, events)

    async def _anchor(self, connection: AsyncConnection, at: datetime) -> None:
        """Records, once a day, the heads of the chains that moved since they were last anchored."""
        newest = select(ledger.c.at).where(ledger.c.chain == ANCHORS).order_by(ledger.c.id.desc())
        last = (await connection.execute(newest.limit(1))).scalar()
        if last is not None and last.date() >= at.date():
            # Remembered only once it stands on disk: this transaction may still be undone.
            self._anchored_on = at.date()
            return
        known = await _anchored_heads(connection)
        rows = await connection.execute(
            select(ledger_heads)
            .where(ledger_heads.c.chain != ANCHORS)
            .order_by(ledger_heads.c.chain)
        )
        moved: list[JsonValue] = [
            [row.chain, row.position, row.hash]
            for row in rows
            if known.get(row.chain) != row.position
        ]
        if moved:
            event = LedgerEvent(kind=ANCHORED, at=at, actor="system", data={"heads": moved})
            await _append(connection, [event])

    async def records(
        self, conversation_id: ConversationId | None = None, patient_id: PatientId | None = None
    ) -> tuple[LedgerRecord, ...]:
        """In the order they were written; of one conversation, one patient, or all."""
        wanted = select(ledger).order_by(ledger.c.id)
        if conversation_id is not None:
            wanted = wanted.where(ledger.c.conversation_id == conversation_id)
        if patient_id is not None:
            wanted = wanted.where(ledger.c.patient_id == patient_id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(_record(row) for row in rows)

    async def part(self, chain: str, after: int, most: int) -> tuple[LedgerRecord, ...]:
        """The records of `chain` behind position `after`, at most `most`."""
        wanted = (
            select(ledger)
            .where(ledger.c.chain == chain, ledger.c.position > after)
            .order_by(ledger.c.position)
            .limit(most)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(_record(row) for row in rows)

    async def verify(self) -> tuple[str, ...]:
        check = ChainCheck()
        async with self._database.snapshot() as connection:
            heads = (await connection.execute(select(ledger_heads))).all()
            anchors_first = case((ledger.c.chain == ANCHORS, 0), else_=1)
            rows = await connection.stream(
                select(ledger).order_by(anchors_first, ledger.c.chain, ledger.c.position)
            )
            async for row in rows:
                check.add(_record(row))
        return check.faults((row.chain, (row.position, row.hash)) for row in heads)


async def _append(connection: AsyncConnection, events: Sequence[LedgerEvent]) -> None:
    by_chain: dict[str, list[LedgerEvent]] = {}
    for event in events:
        by_chain.setdefault(chain_of(event), []).append(without_free_text(event))
    # Always in the same order: two transactions that need the same heads never wait crosswise.
    for chain in sorted(by_chain):
        await _extend(connection, chain, by_chain[chain])


async def _extend(connection: AsyncConnection, chain: str, events: Sequence[LedgerEvent]) -> None:
    found = (
        await connection.execute(
            select(ledger_heads.c.position, ledger_heads.c.hash)
            .where(ledger_heads.c.chain == chain)
            .with_for_update()
        )
    ).first()
    head: Head | None = (found.position, found.hash) if found else None
    records = []
    for event in events:
        record = link(event, chain, head)
        head = (record.position, record.hash)
        records.append(record)
    await connection.execute(insert(ledger), [_row(record) for record in records])
    position, hash_ = head or (0, START)
    if found is None:
        await connection.execute(
            insert(ledger_heads).values(chain=chain, position=position, hash=hash_)
        )
    else:
        await connection.execute(
            update(ledger_heads)
            .where(ledger_heads.c.chain == chain)
            .values(position=position, hash=hash_)
        )


async def _anchored_heads(connection: AsyncConnection) -> dict[str, int]:
    rows = await connection.execute(
        select(ledger.c.data)
        .where(and_(ledger.c.chain == ANCHORS, ledger.c.kind == ANCHORED))
        .order_by(ledger.c.id)
    )
    return {head[0]: head[1] for row in rows for head in json.loads(row.data)["heads"]}


def _row(record: LedgerRecord) -> Mapping[str, Any]:
    event = record.event
    return {
        "chain": record.chain,
        "position": record.position,
        "kind": event.kind,
        "at": event.at,
        "actor": event.actor,
        "conversation_id": event.conversation_id,
        "patient_id": event.patient_id,
        "message_id": event.message_id,
        "data": canonical(event.data),
        "previous": record.previous,
        "hash": record.hash,
    }


def _record(row: Any) -> LedgerRecord:
    event = LedgerEvent(
        kind=row.kind,
        at=row.at,
        actor=row.actor,
        conversation_id=_or_none(ConversationId, row.conversation_id),
        patient_id=_or_none(PatientId, row.patient_id),
        message_id=_or_none(MessageId, row.message_id),
        data=json.loads(row.data),
    )
    return LedgerRecord(event, row.chain, row.position, row.previous, row.hash)


def _or_none(kind: Any, value: str | None) -> Any:
    return None if value is None else kind(value)
