"""LangGraph's SQLite checkpointer, encrypted with the store's keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.serde.base import CipherProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.adapters.store.cipher import FieldCipher
from agent.adapters.store.serializer import AgentSerializer, agent_types
from agent.settings import Settings

_NAME = "aesgcm"
_PLACE = "checkpoint"


class CheckpointCipher(CipherProtocol):
    """The store's cipher as LangGraph asks for one."""

    def __init__(self, cipher: FieldCipher) -> None:
        self._cipher = cipher

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        return _NAME, self._cipher.seal_bytes(plaintext, _PLACE)

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        return self._cipher.open_bytes(ciphertext, _PLACE)


_KEEP_LATEST = """
CREATE TRIGGER IF NOT EXISTS keep_latest AFTER INSERT ON checkpoints BEGIN
  DELETE FROM checkpoints WHERE thread_id = NEW.thread_id
    AND checkpoint_ns = NEW.checkpoint_ns AND checkpoint_id <> NEW.checkpoint_id;
  DELETE FROM writes WHERE thread_id = NEW.thread_id
    AND checkpoint_ns = NEW.checkpoint_ns AND checkpoint_id <> NEW.checkpoint_id;
END
"""
"""A conversation keeps its last checkpoint; why earlier turns went as they did is in the turns."""


@asynccontextmanager
async def open_checkpointer(path: Path, settings: Settings) -> AsyncIterator[AsyncSqliteSaver]:
    """A ready checkpointer on the file `path`.

    It knows the agent's types that are loaded by now, so open it after importing the graph.
    Thread ids and step numbers stay readable; what a conversation holds does not.
    """
    serializer = EncryptedSerializer(
        CheckpointCipher(FieldCipher(settings.keyring)), AgentSerializer(agent_types())
    )
    async with aiosqlite.connect(path) as connection:
        saver = AsyncSqliteSaver(connection, serde=serializer)
        await saver.setup()
        await connection.execute(_KEEP_LATEST)
        await connection.commit()
        yield saver
