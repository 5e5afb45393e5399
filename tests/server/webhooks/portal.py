"""The demo EHR with a patient portal: it sends messages, can be polled and keeps what it is given.

Answers `Chart`, `Webhooks` and `Polled`; what it was asked, it remembers for the test.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.adapters.ehr.demo.opening import opened as demo_opened
from agent.adapters.site import Site
from agent.domain.audit import LedgerRecord
from agent.domain.correspondence import (
    AppointmentChange,
    AppointmentEvent,
    EhrEvent,
    InboundMessage,
    Letter,
    event_id_of,
)
from agent.domain.desk import Task
from agent.domain.ids import AppointmentId, PatientId
from agent.domain.terms import Capability
from agent.ports import Ehr, EhrUnavailable, NotFound, Unreadable

NAME = "portal"


@dataclass
class Portal:
    """`refuses`: patients whose letters the EHR will not have."""

    ehr: Ehr
    capabilities: frozenset[Capability] = frozenset(Capability)
    letters: dict[str, Letter] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    records: dict[str, tuple[PatientId | None, LedgerRecord]] = field(default_factory=dict)
    log: list[EhrEvent] = field(default_factory=list)
    is_down: bool = False
    refuses: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ehr, name)

    # --- Chart ---

    async def post_message(self, letter: Letter) -> str:
        if self.is_down:
            raise EhrUnavailable("down")
        if letter.patient_id in self.refuses:
            raise NotFound("no such thread")
        self.letters.setdefault(letter.key, letter)
        return letter.thread_id or f"new-{letter.conversation_id}"

    async def record_task(self, task: Task) -> None:
        self.tasks[task.id] = task

    async def record_events(
        self, patient_id: PatientId | None, records: Sequence[LedgerRecord]
    ) -> None:
        for record in records:
            self.records.setdefault(record.hash, (patient_id, record))

    # --- Webhooks, Polled ---

    def read_webhook(
        self, body: bytes, headers: Mapping[str, str], at: datetime
    ) -> tuple[EhrEvent, ...]:
        try:
            fields = json.loads(body)
            return (_event(fields, at),)
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"not a notification: {type(error).__name__}") from None

    async def changes(self, cursor: str | None) -> tuple[tuple[EhrEvent, ...], str]:
        if self.is_down:
            raise EhrUnavailable("down")
        since = len(self.log) if cursor is None else int(cursor)
        return tuple(self.log[since:]), str(len(self.log))

    def thread(self, thread_id: str) -> list[Letter]:
        return [letter for letter in self.letters.values() if letter.thread_id == thread_id]

    def to(self, patient: str) -> list[Letter]:
        return [letter for letter in self.letters.values() if letter.patient_id == patient]


def _event(fields: dict[str, Any], at: datetime) -> EhrEvent:
    patient_id = PatientId(fields["patientId"])
    if "appointmentId" in fields:
        return AppointmentEvent(
            NAME,
            fields["id"],
            patient_id,
            AppointmentId(fields["appointmentId"]),
            AppointmentChange(fields["change"]),
            at,
        )
    text, thread_id = str(fields["messageBody"]), fields.get("threadId")
    event_id = fields.get("id") or event_id_of(patient_id, thread_id, text, at)
    return InboundMessage(NAME, event_id, patient_id, text, thread_id, at)


@asynccontextmanager
async def opened(site: Site) -> AsyncIterator[Portal]:
    async with demo_opened(site) as ehr:
        yield Portal(ehr)
