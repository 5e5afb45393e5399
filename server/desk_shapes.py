"""The JSON that the desk reads: tasks, drafts, turns, events (docs/HTTP.md)."""

from typing import Any

from agent.domain.audit import LedgerRecord, TurnRecord
from agent.domain.conversation import Citation, StaffRef
from agent.domain.desk import Draft, Task
from agent.domain.ids import PatientId, StaffId
from agent.domain.people import Patient
from agent.policy import Practice, StaffMember
from agent.ports import Ehr, EhrUnavailable

Json = dict[str, Any]


class Names:
    """The names that ids stand for, looked up once; an EHR that is down leaves the id."""

    def __init__(self, practice: Practice, ehr: Ehr) -> None:
        self._practice = practice
        self._ehr = ehr
        self._patients: dict[PatientId, Patient | None] = {}

    async def patient(self, patient_id: PatientId) -> Patient | None:
        if patient_id not in self._patients:
            try:
                self._patients[patient_id] = await self._ehr.patient(patient_id)
            except EhrUnavailable:
                return None
        return self._patients[patient_id]

    async def full_name(self, patient_id: PatientId) -> str:
        patient = await self.patient(patient_id)
        return f"{patient.first_name} {patient.last_name}" if patient else patient_id

    def staff(self, staff_id: StaffId | None) -> str | None:
        member = self._practice.member(staff_id) if staff_id else None
        return member.name if member else staff_id


async def task_json(task: Task, names: Names) -> Json:
    return {
        "id": task.id,
        "code": task.code.value,
        "priority": task.priority.value,
        "status": task.status.value,
        "patient": task.patient_id,
        "patient_name": await names.full_name(task.patient_id),
        "conversation": task.conversation_id,
        "created": task.created.isoformat(),
        "due": task.due.isoformat(),
        "summary": task.summary,
        "claimed_by": task.claimed_by,
        "claimed_by_name": names.staff(task.claimed_by),
        "disposition": task.disposition,
        "notes": [{"at": note.at.isoformat(), "text": note.text} for note in task.notes],
    }


async def draft_json(draft: Draft, names: Names) -> Json:
    return {
        "id": draft.id,
        "conversation": draft.conversation_id,
        "patient": draft.patient_id,
        "patient_name": await names.full_name(draft.patient_id),
        "message": draft.message_id,
        "route": draft.route.value,
        "question": draft.question,
        "text": draft.text,
        "citations": [_citation(citation) for citation in draft.citations],
        "status": draft.status.value,
        "created": draft.created.isoformat(),
        "decided_by": draft.decided_by,
        "reason": draft.reason,
    }


def turn_json(record: TurnRecord) -> Json:
    return {
        "message": record.message_id,
        "at": record.at.isoformat(),
        "route": record.route.value,
        "confidence": record.confidence,
        "level": int(record.level),
        "category": record.category.value if record.category else None,
        "mode": record.mode.value,
        "outcome": record.outcome.value,
        "reasons": list(record.reasons),
        "passages": [
            _citation(passage.citation) | {"score": passage.score} for passage in record.passages
        ],
        "tools": [{"name": call.name, "outcome": call.outcome} for call in record.tools],
        "model_calls": [
            {
                "model": call.model,
                "prompt": call.prompt,
                "outcome": call.outcome,
                "writes": call.writes,
            }
            for call in record.model_calls
        ],
        "duration_ms": record.duration_ms,
    }


def event_json(record: LedgerRecord) -> Json:
    event = record.event
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "actor": event.actor,
        "message": event.message_id,
        "data": dict(event.data),
    }


def audit_json(record: LedgerRecord) -> Json:
    return event_json(record) | {
        "conversation": record.event.conversation_id,
        "patient": record.event.patient_id,
        "chain": record.chain,
        "position": record.position,
        "previous": record.previous,
        "hash": record.hash,
    }


def patient_json(patient_id: PatientId, patient: Patient | None) -> Json:
    """Every field, null where the EHR does not say."""
    return {
        "id": patient_id,
        "display_name": patient.display_name if patient else patient_id,
        "birth_date": patient.birth_date.isoformat() if patient else None,
        "language": patient.language if patient else None,
        "phone": patient.phone if patient else None,
        "preferred_channel": patient.preferred_channel if patient else None,
    }


def staff_json(staff: StaffRef | None) -> Json | None:
    return {"id": staff.id, "name": staff.name} if staff else None


def member_json(member: StaffMember) -> Json:
    return {"id": member.id, "name": member.name, "roles": sorted(member.roles)}


def policy_json(practice: Practice) -> Json:
    modes = {route.value: mode.value for route, mode in practice.automation.items()}
    return {
        "automation": {"default": practice.default_mode.value, **modes},
        "thresholds": {
            "route": practice.thresholds.route,
            "answer": practice.thresholds.answer,
        },
        "on_call": practice.has_on_call,
    }


def _citation(citation: Citation) -> Json:
    return {"title": citation.title, "source": citation.source, "version": citation.version}
