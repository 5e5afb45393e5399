"""The desk's tasks as Tasks of the EHR, brought up to date as people work on them."""

from contextlib import suppress

from agent.adapters.ehr.fhir_r4.changes import TRIES
from agent.adapters.ehr.fhir_r4.client import (
    FhirClient,
    Resource,
    Stale,
    is_id,
    of_type,
    reference,
)
from agent.adapters.ehr.fhir_r4.extensions import CHAT_TASK, CONVERSATION, TASK, TASK_INPUT
from agent.adapters.ehr.fhir_r4.marks import has_tag, key_tag, marked, tag_query, tagged
from agent.adapters.ehr.fhir_r4.parts import ASSISTANT, coded, staff, utc
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import objects
from agent.domain.correspondence import AI_SENDER
from agent.domain.desk import Task
from agent.domain.ids import PatientId
from agent.domain.terms import TaskCode
from agent.ports import EhrUnavailable, NotFound

PROPOSED = frozenset({TaskCode.REFILL_REQUEST})
"""What a clinician has to order first (DOMAIN C.1); everything else is work for the desk."""
BUSINESS_STATUS = {TaskCode.RESCHEDULE_REQUEST: "Reschedule_Request"}


class DeskTasks:
    def __init__(self, client: FhirClient, strangers: Strangers) -> None:
        self._client = client
        self._strangers = strangers

    async def record(self, task: Task) -> None:
        """The notes of the EHR's own people stay. Raises `NotFound` for an id that no patient
        of the EHR can have, or a key that is another patient's."""
        if not is_id(task.patient_id):
            raise NotFound("no such patient")
        tag = key_tag("task", task.id)
        for _ in range(TRIES):
            standing = await self._standing(task.patient_id, tag)
            if standing is None:
                standing = await self._client.create(
                    tagged(_written(task, {}), tag), if_none_exist=f"_tag={tag_query(tag)}"
                )
                if not self._strangers.is_of(standing, task.patient_id):
                    raise NotFound("the key is another patient's")
            written = tagged(_written(task, standing), tag)
            if written == standing:
                return
            with suppress(Stale):
                await self._client.update(written)
                return
        raise EhrUnavailable("the EHR keeps changing the task")

    async def _standing(self, patient_id: PatientId, tag: dict[str, str]) -> Resource | None:
        asked = [("patient", reference("Patient", patient_id)), ("_tag", tag_query(tag))]
        found = of_type(await self._client.search("Task", asked), "Task")
        own = await self._strangers.own(found, patient_id)
        return next((one for one in own if has_tag(one, tag)), None)


def _written(task: Task, standing: Resource) -> Resource:
    """The task over what stands there."""
    others = [one for one in objects(standing.get("note")) if one.get("authorString") != AI_SENDER]
    notes = [
        {"authorString": AI_SENDER, "time": utc(note.at), "text": note.text} for note in task.notes
    ]
    business = task.disposition or BUSINESS_STATUS.get(task.code)
    said: Resource = {
        "owner": staff(task.claimed_by) if task.claimed_by else None,
        "businessStatus": {"text": business} if business else None,
        "note": [*others, *notes],
    }
    written = {
        **standing,
        "resourceType": "Task",
        "identifier": [{"system": TASK, "value": task.id}],
        "status": task.status.value,
        "intent": "proposal" if task.code in PROPOSED else "order",
        "priority": task.priority.value,
        "code": {"coding": [coded(CHAT_TASK, task.code)]},
        "description": task.summary,
        "for": {"reference": reference("Patient", task.patient_id)},
        "authoredOn": utc(task.created),
        "requester": ASSISTANT,
        "restriction": {"period": {"end": utc(task.due)}},
        "input": [
            {
                "type": {"coding": [coded(TASK_INPUT, "conversation")]},
                "valueIdentifier": {"system": CONVERSATION, "value": task.conversation_id},
            }
        ],
        **said,
    }
    kept = {name: value for name, value in written.items() if value or name not in said}
    return marked(kept, task.id)
