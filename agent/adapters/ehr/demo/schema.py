"""The demo EHR's own SQLite file: its tables and how a transaction on it begins."""

from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 10_000

metadata = MetaData()

seeds = Table(
    "seeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", Text, nullable=False),
)
"""One row: the seed with absolute times; what no write of the port can change lives there."""

appointments = Table(
    "appointments",
    metadata,
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("patient_id", String, nullable=False, index=True),
    Column("practitioner_id", String, nullable=False),
    Column("service_type", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("modality", String, nullable=False),
    Column("telehealth_url", String),
    Column("location_id", String),
    Column("replaces", String),
)
"""`start` and `end` are epoch seconds, UTC."""

IS_OPEN = appointments.c.status.in_(("booked", "confirmed"))

Index(
    "one_open_appointment_per_start",
    appointments.c.practitioner_id,
    appointments.c.start,
    unique=True,
    sqlite_where=text("status IN ('booked', 'confirmed')"),
)

waitlist = Table(
    "waitlist",
    metadata,
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("patient_id", String, nullable=False, index=True),
    Column("service_type", String, nullable=False),
    Column("practitioner_id", String),
    Column("preferences", Text, nullable=False),
    Column("created", Integer),
)

done = Table(
    "done",
    metadata,
    Column("verb", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("result_id", String, nullable=False),
)
"""Writes that stand, by idempotency key."""


def open_engine(path: Path) -> AsyncEngine:
    """An engine whose transactions begin with BEGIN IMMEDIATE where `immediate` is asked for."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _configure)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: `_begin` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
