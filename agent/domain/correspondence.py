"""What an EHR tells Portico by itself, and what Portico writes into the EHR's message threads."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from agent.domain.ids import AppointmentId, ConversationId, IdempotencyKey, MessageId, PatientId
from agent.domain.terms import Author, Route

AI_SENDER = "AI Assistant"
"""How a thread names whoever wrote what no person wrote (DOMAIN S263)."""


class AppointmentChange(StrEnum):
    CREATED = "created"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A patient wrote in the EHR's portal. `event_id` is the vendor's own (for FHIR
    "Communication/<id>/<versionId>"), else `event_id_of`; the same event always has the same.
    `thread_id` None: the message begins a thread. `at` is aware."""

    adapter: str
    event_id: str
    patient_id: PatientId
    text: str
    thread_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AppointmentEvent:
    """Somebody changed an appointment in the EHR."""

    adapter: str
    event_id: str
    patient_id: PatientId
    appointment_id: AppointmentId
    change: AppointmentChange
    at: datetime


EhrEvent = InboundMessage | AppointmentEvent


@dataclass(frozen=True, slots=True)
class Letter:
    """One entry of a conversation as it stands in the EHR's thread.

    `sender` is what the thread shows: `AI_SENDER`, or the staff member's name; empty for the
    patient, whose name the EHR knows. `thread_id` None: begins a thread with the patient.
    """

    key: IdempotencyKey
    patient_id: PatientId
    conversation_id: ConversationId
    message_id: MessageId
    thread_id: str | None
    author: Author
    sender: str
    text: str
    at: datetime
    route: Route | None = None


def event_id_of(patient_id: PatientId, thread_id: str | None, text: str, at: datetime) -> str:
    """The id of a message whose vendor gives it none: the same words in the same thread within
    the same minute are the same message (DOMAIN C.4)."""
    minute = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    parts = (patient_id, thread_id or "", text, minute)
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(f"{len(encoded)}:".encode() + encoded)
    return f"sha256-{digest.hexdigest()}"
