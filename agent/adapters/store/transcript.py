"""Conversations, their numbered entries and their turns in SQL.

`conversations.seq` is the counter: raising it takes the conversation's row lock, so entries are
numbered without gaps however many write at once, and an entry that fails gives its number back.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.store.cipher import FieldCipher
from agent.adapters.store.database import Database
from agent.adapters.store.entries import EntryRows
from agent.adapters.store.ledger import SqlLedger
from agent.adapters.store.tables import conversations, entries, feedback, reads, turns
from agent.domain.audit import LedgerEvent, TurnRecord
from agent.domain.conversation import ControlChange, Conversation, Entry, Message, StaffRef
from agent.domain.ids import ConversationId, PatientId, StaffId
from agent.domain.terms import Control
from agent.ports import Conflict, NotFound

_RECORD: TypeAdapter[TurnRecord] = TypeAdapter(TurnRecord)
PENDING = "pending"
DONE = "done"


class SqlTranscript:
    """Implements `Transcript`."""

    def __init__(self, database: Database, cipher: FieldCipher, ledger: SqlLedger) -> None:
        self._database = database
        self._cipher = cipher
        self._ledger = ledger
        self._entries = EntryRows(cipher)

    async def open_conversation(self, patient_id: PatientId, at: datetime) -> Conversation:
        open_one = and_(conversations.c.patient_id == patient_id, conversations.c.ended.is_(None))

        async def work(connection: AsyncConnection) -> Conversation:
            row = (await connection.execute(select(conversations).where(open_one))).first()
            if row is not None:
                return _conversation(row)
            new = Conversation(
                id=ConversationId(str(uuid.uuid4())),
                patient_id=patient_id,
                control=Control.ASSISTANT,
                seq=0,
                created=at,
            )
            await connection.execute(
                insert(conversations).values(
                    id=new.id, patient_id=patient_id, control=new.control, seq=0, created=at
                )
            )
            return new

        return await self._database.write(work)

    async def conversation(self, conversation_id: ConversationId) -> Conversation | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(_one(conversation_id))).first()
        return None if row is None else _conversation(row)

    async def end_conversation(self, conversation_id: ConversationId, at: datetime) -> None:
        async with self._database.writing() as connection:
            await _locked(connection, conversation_id)
            await connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation_id, conversations.c.ended.is_(None))
                .values(ended=at)
            )

    async def receive(self, message: Message) -> tuple[Message, bool]:
        return await self._store(message, pending=True)

    async def append(self, message: Message) -> Message:
        stored, _ = await self._store(message, pending=False)
        return stored

    async def _store(self, message: Message, pending: bool) -> tuple[Message, bool]:
        async def work(connection: AsyncConnection) -> tuple[Message, bool]:
            seq = await _raise_seq(connection, message.conversation_id)
            standing = await self._entries.find(connection, message.conversation_id, message.id)
            if isinstance(standing, Message):
                await connection.rollback()
                return standing, False
            stored = replace(message, seq=seq)
            await self._entries.insert(connection, [stored])
            if pending:
                await connection.execute(
                    insert(turns).values(
                        conversation_id=message.conversation_id,
                        message_id=message.id,
                        status=PENDING,
                        received=message.at,
                    )
                )
            return stored, True

        return await self._database.write(work)

    async def set_control(self, change: ControlChange) -> ControlChange:
        async def work(connection: AsyncConnection) -> ControlChange:
            conversation = _conversation(await _locked(connection, change.conversation_id))
            standing = await self._entries.find(connection, change.conversation_id, change.id)
            if isinstance(standing, ControlChange):
                return standing
            if _changes_nothing(conversation, change):
                standing = await self._entries.last_control(connection, change.conversation_id)
                if isinstance(standing, ControlChange):
                    return standing
                raise Conflict(f"{change.conversation_id} is with the assistant already")
            stored = replace(change, seq=conversation.seq + 1)
            holder = change.staff if change.by is Control.STAFF else None
            await connection.execute(
                update(conversations)
                .where(conversations.c.id == change.conversation_id)
                .values(
                    seq=stored.seq,
                    control=change.by,
                    staff_id=holder.id if holder else None,
                    staff_name=holder.name if holder else None,
                )
            )
            await self._entries.insert(connection, [stored])
            return stored

        return await self._database.write(work)

    async def entries(self, conversation_id: ConversationId, after: int = 0) -> tuple[Entry, ...]:
        wanted = and_(entries.c.conversation_id == conversation_id, entries.c.seq > after)
        async with self._database.reading() as connection:
            rows = (
                await connection.execute(select(entries).where(wanted).order_by(entries.c.seq))
            ).all()
        return tuple(self._entries.opened(row) for row in rows)

    async def finish_turn(
        self, record: TurnRecord, messages: Sequence[Message], events: Sequence[LedgerEvent]
    ) -> tuple[Message, ...]:
        turn = and_(
            turns.c.conversation_id == record.conversation_id,
            turns.c.message_id == record.message_id,
        )

        async def work(connection: AsyncConnection) -> tuple[Message, ...]:
            last = await _raise_seq(connection, record.conversation_id, by=len(messages))
            finished = await connection.execute(
                update(turns)
                .where(turn, turns.c.status == PENDING)
                .values(status=DONE, record=_RECORD.dump_json(record).decode())
            )
            if finished.rowcount == 0:
                await connection.rollback()
                return await self._standing_replies(record)
            first = last - len(messages) + 1
            stored = [replace(m, seq=seq) for seq, m in enumerate(messages, start=first)]
            await self._entries.insert(connection, stored, record.message_id)
            await self._ledger.append_within(connection, events)
            return tuple(stored)

        return await self._database.write(work)

    async def pending_turns(self) -> tuple[Message, ...]:
        wanted = (
            select(entries)
            .join(
                turns,
                and_(
                    turns.c.conversation_id == entries.c.conversation_id,
                    turns.c.message_id == entries.c.id,
                ),
            )
            .where(turns.c.status == PENDING)
            .order_by(turns.c.received, entries.c.conversation_id, entries.c.seq)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return self._entries.messages(rows)

    async def turns(self, conversation_id: ConversationId) -> tuple[TurnRecord, ...]:
        """The finished ones, oldest first."""
        wanted = (
            select(turns.c.record)
            .where(turns.c.conversation_id == conversation_id, turns.c.status == DONE)
            .join(
                entries,
                and_(
                    entries.c.conversation_id == turns.c.conversation_id,
                    entries.c.id == turns.c.message_id,
                ),
            )
            .order_by(entries.c.seq)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(_RECORD.validate_json(row.record) for row in rows)

    async def record_feedback(
        self, conversation_id: ConversationId, seq: int, value: str, comment: str, at: datetime
    ) -> None:
        """The last word on an entry stands. Raises `NotFound` for an entry that is not there."""
        where = f"feedback/comment/{conversation_id}/{seq}"
        values = {"value": value, "sealed_comment": self._cipher.seal(comment, where), "at": at}
        this = and_(feedback.c.conversation_id == conversation_id, feedback.c.seq == seq)
        async with self._database.writing() as connection:
            conversation = await _locked(connection, conversation_id)
            if not 1 <= seq <= conversation.seq:
                raise NotFound(f"entry {seq} of {conversation_id}")
            changed = await connection.execute(update(feedback).where(this).values(**values))
            if changed.rowcount == 0:
                await connection.execute(
                    insert(feedback).values(conversation_id=conversation_id, seq=seq, **values)
                )

    async def record_read(self, conversation_id: ConversationId, seq: int, at: datetime) -> None:
        """How far the patient has read only rises, and never beyond what stands there."""
        async with self._database.writing() as connection:
            conversation = await _locked(connection, conversation_id)
            this = reads.c.conversation_id == conversation_id
            standing = (await connection.execute(select(reads.c.seq).where(this))).scalar()
            values = {"seq": min(seq, conversation.seq), "at": at}
            if standing is None:
                await connection.execute(
                    insert(reads).values(conversation_id=conversation_id, **values)
                )
            elif standing < values["seq"]:
                await connection.execute(update(reads).where(this).values(**values))

    async def _standing_replies(self, record: TurnRecord) -> tuple[Message, ...]:
        """What a finished turn left; `NotFound` when no such message was ever received."""
        replies = (
            select(entries)
            .where(
                entries.c.conversation_id == record.conversation_id,
                entries.c.turn_id == record.message_id,
            )
            .order_by(entries.c.seq)
        )
        async with self._database.reading() as connection:
            if (
                await self._entries.find(connection, record.conversation_id, record.message_id)
                is None
            ):
                raise NotFound(f"message {record.message_id} of {record.conversation_id}")
            rows = (await connection.execute(replies)).all()
        return self._entries.messages(rows)


async def _raise_seq(
    connection: AsyncConnection, conversation_id: ConversationId, by: int = 1
) -> int:
    """Takes the next `by` numbers and returns the last; holds the conversation's row lock."""
    row = (
        await connection.execute(
            update(conversations)
            .where(conversations.c.id == conversation_id)
            .values(seq=conversations.c.seq + by)
            .returning(conversations.c.seq)
        )
    ).first()
    if row is None:
        raise NotFound(f"conversation {conversation_id}")
    return int(row.seq)


async def _locked(connection: AsyncConnection, conversation_id: ConversationId) -> Any:
    row = (await connection.execute(_one(conversation_id).with_for_update())).first()
    if row is None:
        raise NotFound(f"conversation {conversation_id}")
    return row


def _one(conversation_id: ConversationId) -> Select[Any]:
    return select(conversations).where(conversations.c.id == conversation_id)


def _changes_nothing(conversation: Conversation, change: ControlChange) -> bool:
    """Whether control stands so already; `Conflict` when another member holds the conversation.
    A change by nobody (`staff` None) is the system's, which may release for anyone."""
    held = conversation.control is Control.STAFF
    holder, asking = conversation.staff, change.staff
    if held and holder is not None and asking is not None and holder.id != asking.id:
        raise Conflict(f"{conversation.id} is held by {holder.id}")
    return conversation.control is change.by


def _conversation(row: Any) -> Conversation:
    return Conversation(
        id=ConversationId(row.id),
        patient_id=PatientId(row.patient_id),
        control=Control(row.control),
        seq=row.seq,
        created=row.created,
        staff=StaffRef(StaffId(row.staff_id), row.staff_name) if row.staff_id else None,
        ended=row.ended,
    )
