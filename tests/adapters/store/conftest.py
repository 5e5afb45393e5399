"""One store a test, on SQLite and on PostgreSQL; the latter is skipped only where none answers."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from agent.adapters.store.database import Database
from agent.adapters.store.store import Store, open_store
from agent.adapters.store.tables import metadata
from agent.settings import Settings, load_settings

SERVER = "host=127.0.0.1 port=5432 dbname=postgres connect_timeout=3"
NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


def _connect() -> psycopg.Connection:
    for user in dict.fromkeys((os.environ.get("USER") or "root", "root", "postgres")):
        try:
            return psycopg.connect(f"{SERVER} user={user}", autocommit=True)
        except psycopg.OperationalError:
            continue
    pytest.skip("no PostgreSQL answers on 127.0.0.1:5432")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    name = f"portico_test_{uuid.uuid4().hex[:12]}"
    with _connect() as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"postgresql+psycopg://{server.info.user}@127.0.0.1:5432/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    for name in [name for name in os.environ if name.startswith("PORTICO_")]:
        monkeypatch.delenv(name)
    if request.param == "postgresql":
        monkeypatch.setenv("PORTICO_DATABASE_URL", request.getfixturevalue("postgresql_url"))
    return load_settings(tmp_path)


@pytest.fixture
async def store(settings: Settings, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(settings, tmp_path)
    if settings.database_url:
        await _empty(settings.database_url)
    yield opened
    await opened.close()


async def _empty(url: str) -> None:
    database = Database(url)
    names = ", ".join(table.name for table in metadata.sorted_tables)
    async with database.writing() as connection:
        await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    await database.close()


@pytest.fixture
def now() -> datetime:
    return NOW
