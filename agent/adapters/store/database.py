"""The engine under the store: its connections, transactions and schema version."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from agent.adapters.store.one_hop import OneHopConnection

T = TypeVar("T")

MIGRATIONS = Path(__file__).parent / "migrations"
ATTEMPTS = 5
_UPGRADE_LOCK = 7_676_842
_WRITES = "portico_writes"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
)


class Database:
    """One engine, SQLite or PostgreSQL, with the same transactions on both.

    On SQLite a writing transaction takes the write lock as it begins, and the writers of this
    process queue for it in order instead of polling.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        sqlite = self.engine.dialect.name == "sqlite"
        self._writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if sqlite else nullcontext()
        self._snapshot = "SERIALIZABLE" if sqlite else "REPEATABLE READ"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Reads of one instant, whatever others write meanwhile."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level=self._snapshot)
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: durable when the block ends, undone when it raises."""
        async with self._writer, self.engine.connect() as connection:
            await connection.execution_options(**{_WRITES: True})
            async with connection.begin():
                yield connection

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Runs `work` in a transaction; a lost race on a unique key runs it again, and then it
        finds what the other one wrote."""
        for _ in range(ATTEMPTS - 1):
            try:
                async with self.writing() as connection:
                    return await work(connection)
            except IntegrityError:
                continue
        async with self.writing() as connection:
            return await work(connection)

    @property
    def place(self) -> str:
        """Where it is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    async def upgrade(self) -> None:
        """Brings the tables to the version of this code; two processes may do it at once."""
        async with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
            await connection.run_sync(_migrate)

    async def close(self) -> None:
        await self.engine.dispose()


def _engine(url: str) -> AsyncEngine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    path = make_url(url).database or ""
    # An error that is logged names the statement, never what was to be stored.
    engine = create_async_engine(
        url, async_creator=lambda: OneHopConnection(path), hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
