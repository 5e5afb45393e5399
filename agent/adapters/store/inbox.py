"""What the EHR told, in SQL: stored before it is acknowledged, each event once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.store.cipher import FieldCipher
from agent.adapters.store.database import Database
from agent.adapters.store.tables import conversations, inbox, inbox_cursors, threads
from agent.domain.correspondence import Arrival, EhrEvent, InboundMessage
from agent.domain.ids import ConversationId, MessageId
from agent.ports import NotFound

_EVENT: TypeAdapter[EhrEvent] = TypeAdapter(EhrEvent)
WAITING = "waiting"
SETTLED = "settled"


class SqlInbox:
    """Implements `Inbox`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def take(
        self,
        adapter: str,
        events: Sequence[EhrEvent],
        at: datetime,
        cursor: str | None = None,
    ) -> int:
        async def work(connection: AsyncConnection) -> int:
            new = 0
            for event in events:
                new += await self._take(connection, adapter, event, at)
            if cursor is not None:
                await _save_cursor(connection, adapter, cursor)
            return new

        return await self._database.write(work)

    async def _take(
        self, connection: AsyncConnection, adapter: str, event: EhrEvent, at: datetime
    ) -> int:
        this = and_(inbox.c.adapter == adapter, inbox.c.event_id == event.event_id)
        if (await connection.execute(select(inbox.c.id).where(this))).first() is not None:
            return 0
        body = self._cipher.seal_bytes(_EVENT.dump_json(event), _place(adapter, event.event_id))
        await connection.execute(
            insert(inbox).values(
                adapter=adapter,
                event_id=event.event_id,
                status=WAITING,
                received=at,
                sealed_event=body,
            )
        )
        return 1

    async def cursor(self, adapter: str) -> str | None:
        this = inbox_cursors.c.adapter == adapter
        async with self._database.reading() as connection:
            found: str | None = (
                await connection.execute(select(inbox_cursors.c.cursor).where(this))
            ).scalar()
        return found

    async def waiting(self) -> tuple[int, ...]:
        wanted = select(inbox.c.id).where(inbox.c.status == WAITING).order_by(inbox.c.id)
        async with self._database.reading() as connection:
            return tuple((await connection.execute(wanted)).scalars())

    async def arrival(self, number: int) -> Arrival | None:
        this = and_(inbox.c.id == number, inbox.c.status == WAITING)
        async with self._database.reading() as connection:
            row = (await connection.execute(select(inbox).where(this))).first()
        if row is None:
            return None
        body = self._cipher.open_bytes(row.sealed_event, _place(row.adapter, row.event_id))
        conversation_id = ConversationId(row.conversation_id) if row.conversation_id else None
        return Arrival(number, _EVENT.validate_json(body), conversation_id)

    async def assign(
        self, arrival: Arrival, conversation_id: ConversationId, message_id: MessageId
    ) -> None:
        event = arrival.event
        thread_id = event.thread_id if isinstance(event, InboundMessage) else None

        async def work(connection: AsyncConnection) -> None:
            this = select(conversations.c.seq).where(conversations.c.id == conversation_id)
            seq = (await connection.execute(this.with_for_update())).scalar()
            if seq is None:
                raise NotFound(f"conversation {conversation_id}")
            await connection.execute(
                update(inbox)
                .where(inbox.c.id == arrival.number, inbox.c.conversation_id.is_(None))
                .values(conversation_id=conversation_id, message_id=message_id, thread_id=thread_id)
            )
            await _bind(connection, conversation_id, event.adapter, thread_id, seq)

        await self._database.write(work)

    async def settle(self, number: int) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                update(inbox).where(inbox.c.id == number).values(status=SETTLED, sealed_event=None)
            )

    async def written_there(
        self, conversation_id: ConversationId
    ) -> Mapping[MessageId, str | None]:
        wanted = select(inbox.c.message_id, inbox.c.thread_id).where(
            inbox.c.conversation_id == conversation_id
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return {MessageId(row.message_id): row.thread_id for row in rows}


async def _bind(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    adapter: str,
    thread_id: str | None,
    seq: int,
) -> None:
    """A conversation goes on in one EHR: the one that its patient wrote in last."""
    this = threads.c.conversation_id == conversation_id
    values = {"adapter": adapter, "thread_id": thread_id, "posted": seq}
    standing = (await connection.execute(select(threads.c.adapter).where(this))).scalar()
    if standing is None:
        await connection.execute(insert(threads).values(conversation_id=conversation_id, **values))
    elif standing != adapter:
        await connection.execute(update(threads).where(this).values(**values))


async def _save_cursor(connection: AsyncConnection, adapter: str, cursor: str) -> None:
    changed = await connection.execute(
        update(inbox_cursors).where(inbox_cursors.c.adapter == adapter).values(cursor=cursor)
    )
    if changed.rowcount == 0:
        await connection.execute(insert(inbox_cursors).values(adapter=adapter, cursor=cursor))


def _place(adapter: str, event_id: str) -> str:
    return f"inbox/event/{adapter}/{event_id}"
