"""Transactions end with their block, also when the task in it is cancelled."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.store.database import ATTEMPTS, Database
from agent.adapters.store.store import Store
from agent.adapters.store.tables import policy_changes
from agent.settings import Settings


@pytest.fixture
async def database(store: Store, settings: Settings, tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(settings.store_url(tmp_path))
    yield opened
    await opened.close()


async def add(connection: AsyncConnection, now: datetime, key: str = "k") -> None:
    row = {"key": key, "value": "v", "by": "ST", "at": now}
    await connection.execute(insert(policy_changes).values(row))


async def count(database: Database) -> int:
    async with database.reading() as connection:
        counted = await connection.execute(select(func.count()).select_from(policy_changes))
        return int(counted.scalar_one())


async def test_an_exception_undoes_the_block(database: Database, now: datetime) -> None:
    async def fail() -> None:
        async with database.writing() as connection:
            await add(connection, now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await count(database) == 0


async def test_a_cancelled_task_leaves_no_lock_behind(database: Database, now: datetime) -> None:
    async def write() -> None:
        async with database.writing() as connection:
            for _ in range(20):
                await add(connection, now)

    # Wherever the cancellation strikes: before, at and after the transaction begins.
    for turns in range(40):
        task = asyncio.create_task(write())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    before = await count(database)
    await write()
    assert await count(database) == before + 20
    assert before % 20 == 0


async def test_a_lost_race_is_run_again_and_in_the_end_told(
    database: Database, now: datetime
) -> None:
    attempts = 0

    async def lose(connection: AsyncConnection) -> None:
        nonlocal attempts
        attempts += 1
        await add(connection, now)
        if attempts < 3:
            raise IntegrityError("lost", None, Exception())

    await database.write(lose)
    assert (attempts, await count(database)) == (3, 1)

    async def always(connection: AsyncConnection) -> None:
        nonlocal attempts
        attempts += 1
        raise IntegrityError("lost", None, Exception())

    attempts = 0
    with pytest.raises(IntegrityError):
        await database.write(always)
    assert attempts == ATTEMPTS
