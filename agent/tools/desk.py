"""Tasks for people: who should do it, how soon, and what they need to know."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.domain.desk import Task, TaskRequest
from agent.domain.ids import ConversationId
from agent.domain.terms import Priority, TaskCode
from agent.policy import Practice
from agent.ports import Desk
from agent.tools.session import ToolSession

PRIORITY: dict[TaskCode, Priority] = {
    TaskCode.CRISIS: Priority.STAT,
    TaskCode.MEDICAL_EMERGENCY: Priority.STAT,
    TaskCode.SAFEGUARDING: Priority.STAT,
    TaskCode.CLINICAL_QUESTION: Priority.URGENT,
    TaskCode.PRIVACY_INCIDENT: Priority.URGENT,
    TaskCode.REFILL_REQUEST: Priority.ASAP,
    TaskCode.RESCHEDULE_REQUEST: Priority.ASAP,
    TaskCode.CANCEL_REQUEST: Priority.ASAP,
    TaskCode.COMPLAINT: Priority.ASAP,
    TaskCode.INTERPRETER: Priority.ASAP,
    TaskCode.CALLBACK: Priority.ASAP,
}
"""What is not named here is routine."""

_WITHIN = {
    Priority.STAT: timedelta(0),
    Priority.URGENT: timedelta(minutes=15),
    Priority.ASAP: timedelta(hours=4),
    Priority.ROUTINE: timedelta(hours=24),
}


def due_at(practice: Practice, priority: Priority, now: datetime) -> datetime:
    """When a person has to have looked: counted from the next opening when the practice is
    closed, except `stat` and `urgent`, which wait for nothing (DOMAIN D.6)."""
    if priority in (Priority.STAT, Priority.URGENT) or practice.is_open(now):
        return now + _WITHIN[priority]
    return (practice.next_opening(now) or now) + _WITHIN[priority]


@dataclass(frozen=True)
class Errand:
    """What a flow asks a person to do; `summary` is for staff and may hold the patient's words
    (it is encrypted wherever it is stored)."""

    code: TaskCode
    summary: str
    priority: Priority | None = None

    @property
    def urgency(self) -> Priority:
        return self.priority or PRIORITY.get(self.code, Priority.ROUTINE)


async def create_staff_task(
    session: ToolSession,
    desk: Desk,
    practice: Practice,
    conversation_id: ConversationId,
    errand: Errand,
    now: datetime,
    *,
    tool: str = "create_staff_task",
    alerts: bool = False,
) -> Task:
    """Opens the task (or adds to the open one of the same code); once a message and code."""
    request = TaskRequest(
        code=errand.code,
        priority=errand.urgency,
        patient_id=session.patient_id,
        conversation_id=conversation_id,
        summary=errand.summary,
        due=due_at(practice, errand.urgency, now),
        created=now,
        key=session.key(f"task:{errand.code}"),
    )
    return await session.call(tool, lambda: desk.open_task(request, alerts=alerts))
