"""What an adapter found wrong goes to the ledger and to the desk."""

from dataclasses import dataclass

from agent.domain.audit import LedgerEvent
from agent.domain.desk import TaskRequest
from agent.domain.ids import IdempotencyKey
from agent.domain.incidents import Stranger
from agent.domain.terms import TaskCode
from agent.policybook import PolicyBook
from agent.ports import Broadcast, Desk, Ledger, Transcript
from agent.tools.desk import PRIORITY, due_at

SAID = (
    "The EHR answered a question about this patient with another patient's {resource_type} "
    "(id {resource_id}). It was dropped and not shown. Please check the EHR's search and who can "
    "see what."
)


@dataclass(frozen=True, slots=True)
class Books:
    """Where incidents are written."""

    transcript: Transcript
    desk: Desk
    ledger: Ledger


class ReportedIncidents:
    """Answers `Incidents`. The desk hears of a resource once a conversation; the ledger holds every
    time that one was dropped. An EHR is opened before the store (a faulty one leaves nothing
    behind): what it finds until then is kept for `open_books`."""

    def __init__(self, policy: PolicyBook, broadcast: Broadcast) -> None:
        self._policy = policy
        self._broadcast = broadcast
        self._books: Books | None = None
        self._early: list[Stranger] = []

    async def open_books(self, books: Books) -> None:
        self._books = books
        for found in self._early:
            await self._write(books, found)
        self._early.clear()

    async def stranger(self, found: Stranger) -> None:
        if self._books is None:
            self._early.append(found)
        else:
            await self._write(self._books, found)

    async def _write(self, books: Books, found: Stranger) -> None:
        conversation = await books.transcript.open_conversation(found.patient_id, found.at)
        what = f"{found.resource_type}/{found.resource_id}"
        priority = PRIORITY[TaskCode.PRIVACY_INCIDENT]
        task = await books.desk.open_task(
            TaskRequest(
                code=TaskCode.PRIVACY_INCIDENT,
                priority=priority,
                patient_id=found.patient_id,
                conversation_id=conversation.id,
                summary=SAID.format(
                    resource_type=found.resource_type, resource_id=found.resource_id
                ),
                due=due_at(self._policy.practice, priority, found.at),
                created=found.at,
                key=IdempotencyKey(f"{conversation.id}:stranger:{what}"),
            )
        )
        event = LedgerEvent(
            "ehr.stranger_dropped",
            found.at,
            "system",
            conversation.id,
            found.patient_id,
            None,
            {"resource": found.resource_type, "id": found.resource_id, "task": task.id},
        )
        await books.ledger.append((event,))
        self._broadcast.task(task)
