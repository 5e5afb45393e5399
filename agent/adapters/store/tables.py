"""The tables of the store. Columns named `sealed_...` hold AES-GCM ciphertext (cipher.py)."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite has no time zones of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the store")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_RowId = BigInteger().with_variant(Integer(), "sqlite")


def _conversation(primary: bool = False) -> Column[str]:
    return Column(
        "conversation_id",
        String(64),
        ForeignKey("conversations.id"),
        primary_key=primary,
        nullable=False,
    )


conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patient_id", String(200), nullable=False),
    Column("control", String(16), nullable=False),
    Column("staff_id", String(64)),
    Column("staff_name", String(200)),
    Column("seq", Integer, nullable=False),
    Column("created", Instant, nullable=False),
    Column("ended", Instant),
    Index(
        "uq_conversations_open",
        "patient_id",
        unique=True,
        sqlite_where=text("ended IS NULL"),
        postgresql_where=text("ended IS NULL"),
    ),
    Index("ix_conversations_patient_id", "patient_id"),
)

entries = Table(
    "entries",
    metadata,
    _conversation(primary=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String(200), nullable=False),
    Column("type", String(16), nullable=False),
    Column("author", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("turn_id", String(200)),
    Column("sealed_body", LargeBinary, nullable=False),
    UniqueConstraint("conversation_id", "id"),
)

turns = Table(
    "turns",
    metadata,
    _conversation(primary=True),
    Column("message_id", String(200), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("received", Instant, nullable=False),
    Column("record", Text),
    Index(
        "ix_turns_pending",
        "received",
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("key", String(300), nullable=False, unique=True),
    _conversation(),
    Column("patient_id", String(200), nullable=False),
    Column("code", String(32), nullable=False),
    Column("priority", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("sealed_summary", LargeBinary, nullable=False),
    Column("claimed_by", String(64)),
    Column("claimed_at", Instant),
    Column("completed_at", Instant),
    Column("sealed_disposition", LargeBinary),
    Column("alerted_at", Instant),
    Column("rungs_climbed", Integer, nullable=False),
    Index(
        "uq_tasks_open",
        "conversation_id",
        "code",
        unique=True,
        sqlite_where=text("status <> 'completed'"),
        postgresql_where=text("status <> 'completed'"),
    ),
    Index("ix_tasks_status", "status"),
)

task_notes = Table(
    "task_notes",
    metadata,
    Column("task_id", String(64), ForeignKey("tasks.id"), primary_key=True),
    Column("key", String(300), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("sealed_text", LargeBinary, nullable=False),
    UniqueConstraint("task_id", "position"),
    Index("ix_task_notes_key", "key"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("key", String(300), nullable=False, unique=True),
    _conversation(),
    Column("patient_id", String(200), nullable=False),
    Column("message_id", String(200), nullable=False),
    Column("route", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created", Instant, nullable=False),
    Column("sealed_proposal", LargeBinary, nullable=False),
    Column("decided_by", String(64)),
    Column("decided_at", Instant),
    Column("sealed_decision", LargeBinary),
    Index("ix_drafts_status", "status"),
    Index("ix_drafts_conversation_id", "conversation_id"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("chain", String(100), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("conversation_id", String(64)),
    Column("patient_id", String(200)),
    Column("message_id", String(200)),
    Column("data", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("chain", "position"),
    Index("ix_ledger_patient_id", "patient_id"),
)

ledger_heads = Table(
    "ledger_heads",
    metadata,
    Column("chain", String(100), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

policy_changes = Table(
    "policy_changes",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("key", String(100), nullable=False),
    Column("value", String(100), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    _conversation(primary=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("value", String(16), nullable=False),
    Column("sealed_comment", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)

reads = Table(
    "reads",
    metadata,
    _conversation(primary=True),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("adapter", String(32), nullable=False),
    Column("event_id", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("received", Instant, nullable=False),
    Column("sealed_event", LargeBinary),
    Column("conversation_id", String(64), ForeignKey("conversations.id")),
    Column("message_id", String(200)),
    Column("thread_id", String(200)),
    UniqueConstraint("adapter", "event_id"),
    Index(
        "ix_inbox_waiting",
        "id",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
    Index("ix_inbox_conversation_id", "conversation_id"),
)
"""What the EHR told, each event once; its content goes when it is settled."""

inbox_cursors = Table(
    "inbox_cursors",
    metadata,
    Column("adapter", String(32), primary_key=True),
    Column("cursor", Text, nullable=False),
)
"""How far an EHR that is polled has been read."""

threads = Table(
    "threads",
    metadata,
    _conversation(primary=True),
    Column("adapter", String(32), nullable=False),
    Column("thread_id", String(200)),
    Column("posted", Integer, nullable=False),
)
"""Conversations that go on in an EHR's thread, and up to which `seq` they stand there."""

written_chains = Table(
    "written_chains",
    metadata,
    Column("adapter", String(32), primary_key=True),
    Column("chain", String(100), primary_key=True),
    Column("position", Integer, nullable=False),
)
"""Up to which record the EHR has each chain of the ledger."""
