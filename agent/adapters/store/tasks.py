"""The task queue in SQL: one open task per conversation and code, claimed by compare-and-set."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.store.cipher import FieldCipher
from agent.adapters.store.database import Database
from agent.adapters.store.tables import conversations, task_notes, tasks
from agent.domain.desk import Task, TaskNote, TaskRequest
from agent.domain.ids import ConversationId, PatientId, StaffId, TaskId
from agent.domain.terms import Priority, TaskCode, TaskStatus
from agent.ports import Conflict, NotFound

OPEN = frozenset({TaskStatus.REQUESTED, TaskStatus.ACCEPTED})
_URGENCY = {priority: rank for rank, priority in enumerate(Priority)}


class SqlTasks:
    """The tasks of `Desk`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def open_task(self, request: TaskRequest, alerts: bool = False) -> Task:
        async def work(connection: AsyncConnection) -> Task:
            # The conversation's row lock makes "is one open?" and "open it" one step.
            await _lock_conversation(connection, request.conversation_id)
            known = await _id_of_key(connection, request.key)
            if known is None:
                known = await self._merge(connection, request, alerts)
            if known is None:
                known = await self._insert(connection, request, alerts)
            return await self._one(connection, known)

        return await self._database.write(work)

    async def task(self, task_id: TaskId) -> Task | None:
        async with self._database.reading() as connection:
            found = await self._read(connection, tasks.c.id == task_id)
        return found[0] if found else None

    async def tasks(
        self,
        statuses: frozenset[TaskStatus] = OPEN,
        code: TaskCode | None = None,
        conversation_id: ConversationId | None = None,
    ) -> tuple[Task, ...]:
        wanted: list[ColumnElement[bool]] = [tasks.c.status.in_(sorted(statuses))]
        if code is not None:
            wanted.append(tasks.c.code == code)
        if conversation_id is not None:
            wanted.append(tasks.c.conversation_id == conversation_id)
        async with self._database.reading() as connection:
            found = await self._read(connection, and_(*wanted))
        return tuple(sorted(found, key=_most_urgent_first))

    async def claim(self, task_id: TaskId, by: StaffId, at: datetime) -> Task:
        free = and_(tasks.c.status == TaskStatus.REQUESTED, tasks.c.claimed_by.is_(None))
        mine = and_(tasks.c.status == TaskStatus.ACCEPTED, tasks.c.claimed_by == by)
        values = {"status": TaskStatus.ACCEPTED, "claimed_by": by, "claimed_at": at}
        return await self._change(task_id, or_(free, mine), values)

    async def release(self, task_id: TaskId, by: StaffId, at: datetime) -> Task:
        mine = and_(tasks.c.status == TaskStatus.ACCEPTED, tasks.c.claimed_by == by)
        values = {"status": TaskStatus.REQUESTED, "claimed_by": None, "claimed_at": None}
        return await self._change(task_id, mine, values)

    async def complete(
        self, task_id: TaskId, by: StaffId, at: datetime, disposition: str, note: str
    ) -> Task:
        mine = or_(tasks.c.claimed_by.is_(None), tasks.c.claimed_by == by)
        values = {
            "status": TaskStatus.COMPLETED,
            "claimed_by": by,
            "completed_at": at,
            "sealed_disposition": self._cipher.seal(disposition, f"tasks/disposition/{task_id}"),
        }
        still_open = and_(tasks.c.status != TaskStatus.COMPLETED, mine)
        return await self._change(task_id, still_open, values, note)

    async def unacknowledged(self) -> tuple[Task, ...]:
        waiting = and_(tasks.c.status == TaskStatus.REQUESTED, tasks.c.alerted_at.is_not(None))
        async with self._database.reading() as connection:
            found = await self._read(connection, waiting)
        return tuple(sorted(found, key=lambda task: (task.alerted_at, task.id)))

    async def record_rung(self, task_id: TaskId, rungs_climbed: int) -> None:
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(tasks).where(tasks.c.id == task_id).values(rungs_climbed=rungs_climbed)
            )
        if changed.rowcount == 0:
            raise NotFound(f"task {task_id}")

    async def _change(
        self, task_id: TaskId, allowed: ColumnElement[bool], values: dict[str, Any], note: str = ""
    ) -> Task:
        async def work(connection: AsyncConnection) -> Task:
            changed = await connection.execute(
                update(tasks).where(tasks.c.id == task_id, allowed).values(**values)
            )
            if changed.rowcount == 0:
                standing = await self._one(connection, task_id)
                raise Conflict(f"task {task_id} is {standing.status} by {standing.claimed_by}")
            if note:
                await self._insert_note(
                    connection, task_id, values["completed_at"], note, "completed"
                )
            return await self._one(connection, task_id)

        return await self._database.write(work)

    async def _merge(
        self, connection: AsyncConnection, request: TaskRequest, alerts: bool
    ) -> TaskId | None:
        """Adds the request to the open task of its conversation and code, if there is one."""
        row = (
            await connection.execute(
                select(tasks.c.id, tasks.c.priority, tasks.c.due).where(
                    tasks.c.conversation_id == request.conversation_id,
                    tasks.c.code == request.code,
                    tasks.c.status != TaskStatus.COMPLETED,
                )
            )
        ).first()
        if row is None:
            return None
        task_id = TaskId(row.id)
        priority = min(Priority(row.priority), request.priority, key=_URGENCY.__getitem__)
        values: dict[str, Any] = {"priority": priority, "due": min(row.due, request.due)}
        if alerts:
            values |= {"alerted_at": request.created, "rungs_climbed": 0}
        await connection.execute(update(tasks).where(tasks.c.id == task_id).values(**values))
        await self._insert_note(connection, task_id, request.created, request.summary, request.key)
        return task_id

    async def _insert(
        self, connection: AsyncConnection, request: TaskRequest, alerts: bool
    ) -> TaskId:
        task_id = TaskId(str(uuid.uuid4()))
        await connection.execute(
            insert(tasks).values(
                id=task_id,
                key=request.key,
                conversation_id=request.conversation_id,
                patient_id=request.patient_id,
                code=request.code,
                priority=request.priority,
                status=TaskStatus.REQUESTED,
                created=request.created,
                due=request.due,
                sealed_summary=self._cipher.seal(request.summary, f"tasks/summary/{task_id}"),
                alerted_at=request.created if alerts else None,
                rungs_climbed=0,
            )
        )
        return task_id

    async def _insert_note(
        self, connection: AsyncConnection, task_id: TaskId, at: datetime, text: str, key: str
    ) -> None:
        this = task_notes.c.task_id == task_id
        last = (
            await connection.execute(select(func.max(task_notes.c.position)).where(this))
        ).scalar()
        await connection.execute(
            insert(task_notes).values(
                task_id=task_id,
                key=key,
                position=(last or 0) + 1,
                at=at,
                sealed_text=self._cipher.seal(text, f"task_notes/text/{task_id}/{key}"),
            )
        )

    async def _one(self, connection: AsyncConnection, task_id: TaskId) -> Task:
        found = await self._read(connection, tasks.c.id == task_id)
        if not found:
            raise NotFound(f"task {task_id}")
        return found[0]

    async def _read(
        self, connection: AsyncConnection, wanted: ColumnElement[bool]
    ) -> Sequence[Task]:
        rows = (await connection.execute(select(tasks).where(wanted))).all()
        if not rows:
            return ()
        notes: dict[str, list[TaskNote]] = {row.id: [] for row in rows}
        found = await connection.execute(
            select(task_notes)
            .join(tasks, tasks.c.id == task_notes.c.task_id)
            .where(wanted)
            .order_by(task_notes.c.position)
        )
        for note in found:
            text = self._cipher.open(note.sealed_text, f"task_notes/text/{note.task_id}/{note.key}")
            notes[note.task_id].append(TaskNote(note.at, text))
        return tuple(self._task(row, notes[row.id]) for row in rows)

    def _task(self, row: Any, notes: Sequence[TaskNote]) -> Task:
        disposition = None
        if row.sealed_disposition is not None:
            disposition = self._cipher.open(row.sealed_disposition, f"tasks/disposition/{row.id}")
        return Task(
            id=TaskId(row.id),
            code=TaskCode(row.code),
            priority=Priority(row.priority),
            status=TaskStatus(row.status),
            patient_id=PatientId(row.patient_id),
            conversation_id=ConversationId(row.conversation_id),
            created=row.created,
            due=row.due,
            summary=self._cipher.open(row.sealed_summary, f"tasks/summary/{row.id}"),
            claimed_by=StaffId(row.claimed_by) if row.claimed_by else None,
            disposition=disposition,
            notes=tuple(notes),
            alerted_at=row.alerted_at,
            rungs_climbed=row.rungs_climbed,
        )


async def _lock_conversation(connection: AsyncConnection, conversation_id: ConversationId) -> None:
    this = select(conversations.c.id).where(conversations.c.id == conversation_id)
    if (await connection.execute(this.with_for_update())).first() is None:
        raise NotFound(f"conversation {conversation_id}")


def _most_urgent_first(task: Task) -> tuple[int, bool, datetime, str]:
    """Within one priority what alerts goes before what does not, then by due."""
    return _URGENCY[task.priority], task.alerted_at is None, task.due, task.id


async def _lock_task(connection: AsyncConnection, task_id: TaskId) -> None:
    this = select(tasks.c.id).where(tasks.c.id == task_id)
    if (await connection.execute(this.with_for_update())).first() is None:
        raise NotFound(f"task {task_id}")


async def _id_of_key(connection: AsyncConnection, key: str) -> TaskId | None:
    """The task that a request with this key opened or was added to."""
    opened = (await connection.execute(select(tasks.c.id).where(tasks.c.key == key))).scalar()
    if opened is None:
        merged = select(task_notes.c.task_id).where(task_notes.c.key == key)
        opened = (await connection.execute(merged)).scalar()
    return None if opened is None else TaskId(opened)
