"""Opens the store: one engine, six ports."""

import asyncio
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from agent.adapters.store.cipher import FieldCipher
from agent.adapters.store.database import Database
from agent.adapters.store.drafts import SqlDrafts
from agent.adapters.store.inbox import SqlInbox
from agent.adapters.store.ledger import SqlLedger
from agent.adapters.store.outbox import SqlOutbox
from agent.adapters.store.policy import SqlPolicyStore
from agent.adapters.store.tasks import SqlTasks
from agent.adapters.store.transcript import SqlTranscript
from agent.settings import Settings
from knowledge.errors import InputError


class SqlDesk(SqlTasks, SqlDrafts):
    """Implements `Desk`."""


class Store:
    """What Portico remembers."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self.ledger = SqlLedger(database)
        self.transcript = SqlTranscript(database, cipher, self.ledger)
        self.desk = SqlDesk(database, cipher)
        self.policy = SqlPolicyStore(database)
        self.inbox = SqlInbox(database, cipher)
        self.outbox = SqlOutbox(database, self.ledger)

    async def close(self) -> None:
        await self._database.close()


async def open_store(settings: Settings, data_dir: Path) -> Store:
    """The store with its tables brought up to date.

    Raises `InputError` when the database cannot be opened.
    """
    await asyncio.to_thread(data_dir.mkdir, parents=True, exist_ok=True)
    database = Database(settings.store_url(data_dir))
    try:
        await database.upgrade()
    except SQLAlchemyError as error:
        await database.close()
        raise InputError(f"{database.place}: cannot be opened: {_reason(error)}") from error
    return Store(database, FieldCipher(settings.keyring))


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
