"""The migrations make the tables of tables.py, on both databases, and can run again."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from agent.adapters.store.database import Database
from agent.adapters.store.store import Store, open_store
from agent.adapters.store.tables import conversations, metadata
from agent.settings import Settings
from knowledge.errors import InputError


async def test_migrated_tables_are_those_of_the_code(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    database = Database(settings.store_url(tmp_path))
    async with database.reading() as connection:
        found = await connection.run_sync(differences)
    await database.close()
    assert found == []


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_two_servers_may_start_on_one_database(settings: Settings, tmp_path: Path) -> None:
    stores = await asyncio.gather(*(open_store(settings, tmp_path) for _ in range(3)))
    for store in stores:
        assert await store.policy.load() == {}
        await store.close()


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_sqlite_is_durable_and_keeps_references(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    database = Database(settings.store_url(tmp_path))
    async with database.reading() as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    await database.close()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


async def test_a_database_that_does_not_answer_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "portico.db").write_bytes(b"this is no database" * 100)
    settings = Settings(
        token_key="t" * 32, session_key="s" * 32, encryption_keys="k1:" + "A" * 43 + "="
    )
    with pytest.raises(InputError, match=r"portico\.db: cannot be opened") as raised:
        await open_store(settings, tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_long_results_are_read_to_their_end(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    database = Database(settings.store_url(tmp_path))
    numbers = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
        "SELECT i FROM n"
    )
    async with database.reading() as connection:
        assert (await connection.execute(numbers)).scalars().all() == list(range(1, 1001))
        streamed = await connection.stream(numbers)
        assert [row.i async for row in streamed] == list(range(1, 1001))
        first = (await connection.execute(numbers)).first()
        assert first is not None
        assert first.i == 1
        assert (await connection.execute(select(conversations))).all() == []
    await database.close()
