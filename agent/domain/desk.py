"""Tasks and drafts: what waits for a person."""

from dataclasses import dataclass
from datetime import datetime

from agent.domain.conversation import Citation, Option
from agent.domain.ids import (
    ConversationId,
    DraftId,
    IdempotencyKey,
    MessageId,
    PatientId,
    StaffId,
    TaskId,
)
from agent.domain.terms import DraftStatus, Kind, Priority, Route, TaskCode, TaskStatus


@dataclass(frozen=True, slots=True)
class TaskNote:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """Work for a person. The same `key` twice changes nothing; a second request for an open
    (conversation, code) adds its summary as a note and raises the priority if it is higher."""

    code: TaskCode
    priority: Priority
    patient_id: PatientId
    conversation_id: ConversationId
    summary: str
    due: datetime
    created: datetime
    key: IdempotencyKey


@dataclass(frozen=True, slots=True)
class Task:
    id: TaskId
    code: TaskCode
    priority: Priority
    status: TaskStatus
    patient_id: PatientId
    conversation_id: ConversationId
    created: datetime
    due: datetime
    summary: str
    claimed_by: StaffId | None = None
    disposition: str | None = None
    notes: tuple[TaskNote, ...] = ()
    alerted_at: datetime | None = None
    """When the alert ladder started (again); None for tasks that do not alert."""
    rungs_climbed: int = 0
    """How many rungs of the ladder have been notified since `alerted_at`."""


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """A reply that waits for a person; `text` is what would be sent."""

    conversation_id: ConversationId
    patient_id: PatientId
    message_id: MessageId
    route: Route
    question: str
    text: str
    created: datetime
    key: IdempotencyKey
    citations: tuple[Citation, ...] = ()
    kind: Kind = Kind.TEXT
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    id: DraftId
    conversation_id: ConversationId
    patient_id: PatientId
    message_id: MessageId
    route: Route
    question: str
    text: str
    created: datetime
    status: DraftStatus = DraftStatus.PENDING
    citations: tuple[Citation, ...] = ()
    kind: Kind = Kind.TEXT
    options: tuple[Option, ...] = ()
    decided_by: StaffId | None = None
    decided_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on a draft: `approved` as it stands, `edited` to `text`, or `rejected`
    for `reason`."""

    status: DraftStatus
    by: StaffId
    at: datetime
    text: str | None = None
    reason: str | None = None
