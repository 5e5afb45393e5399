"""What people wrote is unreadable on disk, bound to its row, and outlives a change of keys."""

import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, update

from agent.adapters.store.cipher import FieldCipher, Unreadable
from agent.adapters.store.database import Database
from agent.adapters.store.store import Store, open_store
from agent.adapters.store.tables import entries, metadata
from agent.domain.audit import LedgerEvent
from agent.domain.conversation import Conversation, Message
from agent.domain.desk import Decision, DraftRequest, TaskRequest
from agent.domain.ids import IdempotencyKey, MessageId, PatientId, StaffId
from agent.domain.terms import Author, DraftStatus, Priority, Route, TaskCode
from agent.settings import EncryptionKey, Settings

ANA = StaffId("ST-ANA")
WRITTEN = {
    name: f"CANARY-{name}-7f3a"
    for name in (
        "message",
        "question",
        "draft",
        "edit",
        "reason",
        "summary",
        "second",
        "done",
        "disposition",
        "comment",
        "ledger words",
    )
}


def key(id: str, fill: int) -> str:
    return f"{id}:{base64.b64encode(bytes([fill]) * 32).decode()}"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def write_everywhere(store: Store, now: datetime) -> Conversation:
    conversation = await store.transcript.open_conversation(PatientId("PT-1"), now)
    message = Message(conversation.id, MessageId("m-1"), now, Author.PATIENT, WRITTEN["message"])
    await store.transcript.receive(message)
    await store.transcript.record_feedback(conversation.id, 1, "up", WRITTEN["comment"], now)
    asked = DraftRequest(
        conversation.id,
        conversation.patient_id,
        message.id,
        Route.FAQ,
        WRITTEN["question"],
        WRITTEN["draft"],
        now,
        IdempotencyKey("d-1"),
    )
    draft = await store.desk.open_draft(asked)
    decision = Decision(DraftStatus.EDITED, ANA, now, WRITTEN["edit"], WRITTEN["reason"])
    await store.desk.decide(draft.id, decision)
    for number, summary in enumerate((WRITTEN["summary"], WRITTEN["second"])):
        task = await store.desk.open_task(
            TaskRequest(
                TaskCode.CALLBACK,
                Priority.ROUTINE,
                conversation.patient_id,
                conversation.id,
                summary,
                now + timedelta(hours=1),
                now,
                IdempotencyKey(f"t-{number}"),
            )
        )
    await store.desk.complete(task.id, ANA, now, WRITTEN["disposition"], WRITTEN["done"])
    await store.ledger.append(
        [LedgerEvent("odd", now, "system", data={"text": WRITTEN["ledger words"]})]
    )
    return conversation


@pytest.fixture
async def raw(settings: Settings, tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(settings.store_url(tmp_path))
    yield database
    await database.close()


async def test_no_byte_of_it_is_in_any_row(store: Store, raw: Database, now: datetime) -> None:
    await write_everywhere(store, now)
    async with raw.reading() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            assert b"CANARY" not in repr(rows).encode(), table.name
    columns = [column for table in metadata.sorted_tables for column in table.c]
    binary = {column.name for column in columns if isinstance(column.type, LargeBinary)}
    assert binary == {column.name for column in columns if column.name.startswith("sealed_")}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_no_byte_of_it_is_in_any_file(store: Store, tmp_path: Path, now: datetime) -> None:
    await write_everywhere(store, now)
    for state in ("open", "closed"):
        files = contents(tmp_path)
        assert ("portico.db-wal" in files) == (state == "open")
        assert [name for name, content in files.items() if b"CANARY" in content] == []
        await store.close()


async def test_keys_are_rotated_without_losing_what_the_old_ones_sealed(
    settings: Settings, store: Store, tmp_path: Path, now: datetime
) -> None:
    await store.close()
    old = settings.model_copy(update={"encryption_keys": key("old", 1)})
    both = settings.model_copy(update={"encryption_keys": f"{key('new', 2)},{key('old', 1)}"})
    new = settings.model_copy(update={"encryption_keys": key("new", 2)})

    first = await open_store(old, tmp_path)
    conversation = await write_everywhere(first, now)
    await first.close()

    second = await open_store(both, tmp_path)
    later = Message(conversation.id, MessageId("m-2"), now, Author.PATIENT, "after")
    await second.transcript.receive(later)
    texts = [
        entry.text
        for entry in await second.transcript.entries(conversation.id)
        if isinstance(entry, Message)
    ]
    assert texts == [WRITTEN["message"], "after"]
    await second.close()

    third = await open_store(new, tmp_path)
    assert len(await third.transcript.entries(conversation.id, after=1)) == 1
    with pytest.raises(Unreadable, match="no key 'old'"):
        await third.transcript.entries(conversation.id)
    await third.close()


async def test_a_value_copied_to_another_row_does_not_open(
    store: Store, raw: Database, now: datetime
) -> None:
    conversation = await write_everywhere(store, now)
    other = await store.transcript.open_conversation(PatientId("PT-2"), now)
    await store.transcript.append(Message(other.id, MessageId("m-1"), now, Author.PATIENT, "mine"))
    theirs = select(entries.c.sealed_body).where(entries.c.conversation_id == conversation.id)
    async with raw.writing() as connection:
        stolen = (await connection.execute(theirs)).scalar_one()
        mine = entries.c.conversation_id == other.id
        await connection.execute(update(entries).where(mine).values(sealed_body=stolen))
    with pytest.raises(Unreadable, match=other.id):
        await store.transcript.entries(other.id)


def test_the_same_text_never_looks_the_same() -> None:
    cipher = FieldCipher([EncryptionKey("k1", bytes(32))])
    sealed = {cipher.seal("yes", "here") for _ in range(50)}
    assert len(sealed) == 50
    assert {cipher.open(one, "here") for one in sealed} == {"yes"}


@pytest.mark.parametrize("position", [0, 1, 5, 20, -1])
def test_one_changed_byte_is_refused(position: int) -> None:
    cipher = FieldCipher([EncryptionKey("k1", bytes(32))])
    sealed = bytearray(cipher.seal("yes, please", "here"))
    sealed[position] ^= 1
    with pytest.raises(Unreadable):
        cipher.open(bytes(sealed), "here")
