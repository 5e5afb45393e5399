"""What the EHR has of Portico's work, in SQL: cursors over entries and ledger, which hold it all.

Entries and records are numbered without gaps inside their conversation or chain, in the order of
their transactions, so a cursor each never passes one that is still being written.
"""

from sqlalchemy import and_, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.store.database import Database
from agent.adapters.store.ledger import SqlLedger
from agent.adapters.store.tables import conversations, ledger_heads, threads, written_chains
from agent.domain.correspondence import Thread, Unwritten
from agent.domain.ids import ConversationId, PatientId

SINCE = "(since)"
"""A chain of no ledger: marks an adapter that has been begun with."""

CHAINS_AT_ONCE = 20
RECORDS_AT_ONCE = 100


class SqlOutbox:
    """Implements `Outbox`."""

    def __init__(self, database: Database, ledger: SqlLedger) -> None:
        self._database = database
        self._ledger = ledger

    async def behind(self, adapter: str) -> tuple[Thread, ...]:
        wanted = (
            select(threads, conversations.c.patient_id)
            .join(conversations, conversations.c.id == threads.c.conversation_id)
            .where(threads.c.adapter == adapter, threads.c.posted < conversations.c.seq)
            .order_by(threads.c.conversation_id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(
            Thread(
                ConversationId(row.conversation_id),
                PatientId(row.patient_id),
                row.adapter,
                row.thread_id,
                row.posted,
            )
            for row in rows
        )

    async def posted(self, thread: Thread) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                update(threads)
                .where(threads.c.conversation_id == thread.conversation_id)
                .values(thread_id=thread.thread_id, posted=thread.posted)
            )

    async def begin(self, adapter: str) -> None:
        this = and_(written_chains.c.adapter == adapter, written_chains.c.chain == SINCE)
        columns = ["adapter", "chain", "position"]
        standing = select(literal(adapter), ledger_heads.c.chain, ledger_heads.c.position)
        async with self._database.writing() as connection:
            if (await connection.execute(select(written_chains).where(this))).first() is None:
                await connection.execute(
                    insert(written_chains).values(adapter=adapter, chain=SINCE, position=0)
                )
                await connection.execute(insert(written_chains).from_select(columns, standing))

    async def unwritten(self, adapter: str) -> tuple[Unwritten, ...]:
        mine = and_(
            written_chains.c.chain == ledger_heads.c.chain, written_chains.c.adapter == adapter
        )
        done = func.coalesce(written_chains.c.position, 0)
        wanted = (
            select(ledger_heads.c.chain, done.label("done"))
            .outerjoin(written_chains, mine)
            .where(ledger_heads.c.position > done)
            .order_by(ledger_heads.c.chain)
            .limit(CHAINS_AT_ONCE)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
            owners = {row.chain: await _owner(connection, row.chain) for row in rows}
        return tuple(
            [
                Unwritten(
                    row.chain,
                    owners[row.chain],
                    await self._ledger.part(row.chain, row.done, RECORDS_AT_ONCE),
                )
                for row in rows
            ]
        )

    async def written(self, adapter: str, chain: str, position: int) -> None:
        this = and_(written_chains.c.adapter == adapter, written_chains.c.chain == chain)
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(written_chains).where(this).values(position=position)
            )
            if changed.rowcount == 0:
                await connection.execute(
                    insert(written_chains).values(adapter=adapter, chain=chain, position=position)
                )


async def _owner(connection: AsyncConnection, chain: str) -> PatientId | None:
    kind, _, conversation_id = chain.partition(":")
    if kind != "conversation":
        return None
    this = conversations.c.id == conversation_id
    found = (await connection.execute(select(conversations.c.patient_id).where(this))).scalar()
    return None if found is None else PatientId(found)
