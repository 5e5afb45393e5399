"""What an EHR tells Portico by itself, and what Portico writes into the EHR's message threads."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from agent.domain.audit import LedgerRecord
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
    """A patient wrote in the EHR's portal. `event_id` is the vendor's own (for FHIR the
    Communication and a hash of its words: a read receipt makes no new one), else `event_id_of`;
    the same event always has the same. `thread_id` None: the message begins a thread. `at` is
    aware."""

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


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event in the inbox; `conversation_id` once it has been given to a conversation."""

    number: int
    event: EhrEvent
    conversation_id: ConversationId | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation that goes on in an EHR's thread, where its entries stand up to the number
    `posted`. `thread_id` None: the EHR has not named the thread yet."""

    conversation_id: ConversationId
    patient_id: PatientId
    adapter: str
    thread_id: str | None
    posted: int


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The next records of one ledger chain that the EHR does not have; `patient_id` is whose
    conversation it is, None where the chain is nobody's."""

    chain: str
    patient_id: PatientId | None
    records: tuple[LedgerRecord, ...]


LONGEST_ID = 200


def is_sound(event: EhrEvent) -> bool:
    """Whether its ids are of a size that anybody would give them."""
    ids = [event.event_id, event.patient_id]
    if isinstance(event, AppointmentEvent):
        ids.append(event.appointment_id)
    elif event.thread_id is not None:
        ids.append(event.thread_id)
    return all(0 < len(each) <= LONGEST_ID for each in ids)
