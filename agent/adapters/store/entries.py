"""The rows of `entries`: a message or a change of control, sealed whole."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import and_, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.store.cipher import FieldCipher
from agent.adapters.store.tables import entries
from agent.domain.conversation import ControlChange, Entry, Message
from agent.domain.ids import ConversationId, MessageId
from agent.domain.terms import Author

_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
_CONTROL: TypeAdapter[ControlChange] = TypeAdapter(ControlChange)


class EntryRows:
    """Writes numbered entries and reads them back."""

    def __init__(self, cipher: FieldCipher) -> None:
        self._cipher = cipher

    async def insert(
        self,
        connection: AsyncConnection,
        numbered: Iterable[Entry],
        turn_id: MessageId | None = None,
    ) -> None:
        """`turn_id`: the patient's message that these entries answer, when a turn made them."""
        rows = [self._sealed(entry) | {"turn_id": turn_id} for entry in numbered]
        if rows:
            await connection.execute(insert(entries), rows)

    async def find(
        self, connection: AsyncConnection, conversation_id: ConversationId, entry_id: MessageId
    ) -> Entry | None:
        this = and_(entries.c.conversation_id == conversation_id, entries.c.id == entry_id)
        row = (await connection.execute(select(entries).where(this))).first()
        return None if row is None else self.opened(row)

    async def last_control(
        self, connection: AsyncConnection, conversation_id: ConversationId
    ) -> Entry | None:
        changes = and_(entries.c.conversation_id == conversation_id, entries.c.type == "control")
        newest = select(entries).where(changes).order_by(entries.c.seq.desc()).limit(1)
        row = (await connection.execute(newest)).first()
        return None if row is None else self.opened(row)

    def opened(self, row: Any) -> Entry:
        body = self._cipher.open_bytes(row.sealed_body, _place(row.conversation_id, row.seq))
        if row.type == "control":
            return _CONTROL.validate_json(body)
        return _MESSAGE.validate_json(body)

    def messages(self, rows: Iterable[Any]) -> tuple[Message, ...]:
        return tuple(entry for row in rows if isinstance(entry := self.opened(row), Message))

    def _sealed(self, entry: Entry) -> dict[str, Any]:
        if isinstance(entry, Message):
            type_, author, body = "message", entry.author, _MESSAGE.dump_json(entry)
        else:
            type_, author, body = "control", Author.SYSTEM, _CONTROL.dump_json(entry)
        return {
            "conversation_id": entry.conversation_id,
            "seq": entry.seq,
            "id": entry.id,
            "type": type_,
            "author": author,
            "at": entry.at,
            "sealed_body": self._cipher.seal_bytes(body, _place(entry.conversation_id, entry.seq)),
        }


def _place(conversation_id: str, seq: int) -> str:
    return f"entries/body/{conversation_id}/{seq}"
