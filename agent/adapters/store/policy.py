"""What managers changed at the desk, every change kept."""

from datetime import datetime

from sqlalchemy import insert, select

from agent.adapters.store.database import Database
from agent.adapters.store.tables import policy_changes
from agent.domain.ids import StaffId


class SqlPolicyStore:
    """Implements `PolicyStore`; the last change of a key holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> dict[str, str]:
        wanted = select(policy_changes.c.key, policy_changes.c.value).order_by(policy_changes.c.id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return {row.key: row.value for row in rows}

    async def save(self, changes: dict[str, str], by: StaffId, at: datetime) -> None:
        rows = [{"key": key, "value": value, "by": by, "at": at} for key, value in changes.items()]
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(insert(policy_changes), rows)
