"""What Portico has done, as the store hands it to the EHR's chart."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from agent.domain.audit import LedgerEvent, LedgerRecord
from agent.domain.correspondence import AI_SENDER, Letter
from agent.domain.desk import Task
from agent.domain.ids import ConversationId, IdempotencyKey, MessageId, PatientId, TaskId
from agent.domain.terms import Author, Priority, Route, TaskCode, TaskStatus
from tests.adapters.ehr.fhir_writes.practice import MARI, NOW

SENDERS = {Author.PATIENT: "", Author.STAFF: "Ana Ruiz"}
WORDS = "Your glasses are at the lab.\nAnything else?"


def letter(
    name: str,
    thread_id: str | None = None,
    author: Author = Author.ASSISTANT,
    patient_id: PatientId = MARI,
) -> Letter:
    return Letter(
        key=IdempotencyKey(f"C-1:{name}"),
        patient_id=patient_id,
        conversation_id=ConversationId("C-1"),
        message_id=MessageId(name),
        thread_id=thread_id,
        author=author,
        sender=SENDERS.get(author, AI_SENDER),
        text=WORDS,
        at=NOW,
        route=Route.ORDERS,
    )


def task(code: TaskCode = TaskCode.CALLBACK, **more: Any) -> Task:
    given: dict[str, Any] = {
        "id": TaskId("T-1"),
        "code": code,
        "priority": Priority.URGENT,
        "status": TaskStatus.REQUESTED,
        "patient_id": MARI,
        "conversation_id": ConversationId("C-1"),
        "created": NOW,
        "due": NOW + timedelta(hours=4),
        "summary": "Please call back.",
    }
    return Task(**given | more)


def records(*happened: tuple[str, str, Mapping[str, Any]]) -> Iterator[LedgerRecord]:
    """`(kind, actor, data)`, one after another in the chain C-1."""
    previous = "0" * 64
    for position, (kind, actor, data) in enumerate(happened, 1):
        event = LedgerEvent(
            kind, NOW, actor, ConversationId("C-1"), message_id=MessageId("m1"), data=data
        )
        own = f"{position:064x}"
        yield LedgerRecord(event, "C-1", position, previous, own)
        previous = own
