"""Writes Portico's work into the EHR behind the turn: letters, and tasks with the ledger."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

import structlog

from agent.correspondence import Correspondence, letter
from agent.domain.conversation import Entry, Message
from agent.domain.correspondence import Thread, Unwritten
from agent.domain.ids import MessageId, TaskId
from agent.domain.terms import Capability
from agent.ports import Chart, EhrUnavailable, PortError
from agent.turns import Agent
from server.jobs.mail import Mail, repeat

log = structlog.get_logger("server.writeback")

LETTERS_EVERY_SECONDS = 1.0
RECORDS_EVERY_SECONDS = 5.0
THREADS_AT_ONCE = 4
UNDELIVERED_AFTER = timedelta(minutes=15)
"""So long a letter may wait for an EHR that is down before a person is told."""


class Writeback:
    """Everything is read from the transcript, the desk and the ledger by durable cursors, so a
    turn writes nothing more than without an EHR that keeps it."""

    def __init__(self, agent: Agent, mail: Mail) -> None:
        self._agent = agent
        self._mail = mail
        self._correspondence = Correspondence(agent)
        self._adapter = agent.practice.ehr_adapter
        self._chart = cast(Chart, agent.ehr)
        self._told: set[MessageId] = set()

    def _can(self, capability: Capability) -> bool:
        """Asked anew every time: an EHR that was down at the start says later what it can do."""
        return capability in self._agent.ehr.capabilities

    async def post_forever(self) -> None:
        await repeat("letters", self.post_letters, self._mail.answered, LETTERS_EVERY_SECONDS)

    async def record_forever(self) -> None:
        never = asyncio.Event()
        await repeat("records", self.write_records, never, RECORDS_EVERY_SECONDS)

    # --- letters ---

    async def post_letters(self) -> None:
        """Brings every thread up to date. Raises `EhrUnavailable`."""
        if not self._can(Capability.POST_MESSAGE):
            return
        places = asyncio.Semaphore(THREADS_AT_ONCE)

        async def brought_up(thread: Thread) -> None:
            async with places:
                await self._bring_up(thread)

        behind = await self._agent.outbox.behind(self._adapter)
        done = await asyncio.gather(*map(brought_up, behind), return_exceptions=True)
        for failure in done:
            if isinstance(failure, BaseException):
                raise failure

    async def _bring_up(self, thread: Thread) -> None:
        entries = await self._agent.transcript.entries(thread.conversation_id, thread.posted)
        written_there = await self._agent.inbox.written_there(thread.conversation_id)
        for entry in entries:
            thread = replace(await self._posted(thread, entry, written_there), posted=entry.seq)
            await self._agent.outbox.posted(thread)

    async def _posted(
        self, thread: Thread, entry: Entry, written_there: Mapping[MessageId, str | None]
    ) -> Thread:
        """Where the conversation goes on after `entry`: what the patient wrote in the EHR stands
        there, and its replies go into the same thread."""
        if not isinstance(entry, Message):
            return thread
        if entry.id in written_there:
            return replace(thread, thread_id=written_there[entry.id] or thread.thread_id)
        asked = written_there.get(entry.reply_to) if entry.reply_to else None
        try:
            thread_id = await self._chart.post_message(
                letter(thread, asked or thread.thread_id, entry)
            )
        except EhrUnavailable:
            late = self._agent.clock.now() - entry.at > UNDELIVERED_AFTER
            if late and entry.id not in self._told:
                await self._correspondence.undelivered(thread, entry, "unavailable")
                self._told.add(entry.id)
            raise
        except PortError as error:
            log.error("letter.refused", message=entry.id, error=type(error).__name__)
            await self._correspondence.undelivered(thread, entry, type(error).__name__)
            return thread
        return thread if thread.thread_id else replace(thread, thread_id=thread_id)

    # --- tasks and ledger ---

    async def write_records(self) -> None:
        """Every chain's next records, and the tasks they speak of. Raises `EhrUnavailable`."""
        if not (self._can(Capability.WRITE_TASKS) or self._can(Capability.WRITE_AUDIT)):
            return
        await self._agent.outbox.begin(self._adapter)
        while parts := await self._agent.outbox.unwritten(self._adapter):
            for part in parts:
                await self._write(part)
                last = part.records[-1].position
                await self._agent.outbox.written(self._adapter, part.chain, last)

    async def _write(self, part: Unwritten) -> None:
        try:
            if self._can(Capability.WRITE_TASKS):
                for task_id in _tasks(part):
                    await self._write_task(task_id)
            if self._can(Capability.WRITE_AUDIT):
                await self._chart.record_events(part.patient_id, part.records)
        except EhrUnavailable:
            raise
        except PortError as error:
            # The ledger and the desk here stay the record; the EHR's copy lacks this part.
            log.error("records.refused", chain=part.chain, error=type(error).__name__)

    async def _write_task(self, task_id: TaskId) -> None:
        task = await self._agent.desk.task(task_id)
        if task is not None:
            await self._chart.record_task(task)


def _tasks(part: Unwritten) -> list[TaskId]:
    """The tasks that the records speak of, each once: every change of a task is a record."""
    named = (record.event.data.get("task") for record in part.records)
    return [TaskId(task) for task in dict.fromkeys(named) if isinstance(task, str)]
