"""The desk's tasks as Tasks on real FHIR servers."""

from dataclasses import replace

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.domain.desk import TaskNote
from agent.domain.ids import PatientId, StaffId
from agent.domain.terms import Priority, TaskCode, TaskStatus
from agent.ports import NotFound
from tests.adapters.ehr.fhir_chart.work import task
from tests.adapters.ehr.fhir_writes.practice import NOW, SAM, Practice, Resource, Wire


def only(practice: Practice) -> Resource:
    (found,) = practice.all("Task")
    return found


async def test_a_task_says_whose_it_is_what_and_until_when(
    practice: Practice, ehr: FhirEhr
) -> None:
    await ehr.record_task(task())
    stands = only(practice)
    assert (stands["status"], stands["intent"], stands["priority"]) == (
        "requested",
        "order",
        "urgent",
    )
    assert stands["code"]["coding"][0]["code"] == "callback"
    assert stands["for"] == {"reference": "Patient/PT-1"}
    assert stands["restriction"]["period"]["end"] == "2026-06-01T20:00:00.000Z"
    assert stands["requester"]["display"] == "AI Assistant"
    assert stands["identifier"][0]["value"] == "T-1"
    assert stands["input"][0]["valueIdentifier"]["value"] == "C-1"
    assert stands["description"] == "Please call back."
    assert [one["code"] for one in stands["meta"]["security"]] == ["AIAST"]
    assert not {"owner", "note", "businessStatus"} & set(stands)
    assert await ehr.forms(PatientId("PT-1")) == ()


async def test_a_refill_is_a_proposal(practice: Practice, ehr: FhirEhr) -> None:
    await ehr.record_task(task(TaskCode.REFILL_REQUEST))
    assert only(practice)["intent"] == "proposal"


async def test_a_wish_to_move_a_visit_is_called_as_the_practice_calls_it(
    practice: Practice, ehr: FhirEhr
) -> None:
    await ehr.record_task(task(TaskCode.RESCHEDULE_REQUEST))
    assert only(practice)["businessStatus"] == {"text": "Reschedule_Request"}


async def test_a_task_is_brought_up_to_date(practice: Practice, ehr: FhirEhr) -> None:
    opened = task()
    await ehr.record_task(opened)
    claimed = replace(
        opened,
        status=TaskStatus.ACCEPTED,
        priority=Priority.STAT,
        claimed_by=StaffId("ST-1"),
        notes=(TaskNote(NOW, "It is urgent."),),
    )
    await ehr.record_task(claimed)
    stands = only(practice)
    assert (stands["status"], stands["priority"]) == ("accepted", "stat")
    assert stands["owner"]["identifier"]["value"] == "ST-1"
    assert [one["text"] for one in stands["note"]] == ["It is urgent."]
    done = replace(claimed, status=TaskStatus.COMPLETED, disposition="called")
    await ehr.record_task(done)
    assert only(practice)["businessStatus"] == {"text": "called"}
    await ehr.record_task(replace(opened, status=TaskStatus.REQUESTED))
    assert not {"owner", "note", "businessStatus"} & set(only(practice))


async def test_a_task_that_has_not_changed_is_not_written_again(
    practice: Practice, ehr: FhirEhr
) -> None:
    await ehr.record_task(task())
    before = only(practice)["meta"]["versionId"]
    await ehr.record_task(task())
    assert only(practice)["meta"]["versionId"] == before


async def test_what_the_ehrs_people_note_meanwhile_stays(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    """Somebody writes between our reading and our writing: the version no longer fits."""
    await ehr.record_task(task())
    note = {"authorString": "Dr. Lin", "text": "Called, no answer."}
    writes: list[str] = []

    def meanwhile(request: httpx.Request) -> None:
        if request.method == "PUT":
            if not writes:
                practice.put({**only(practice), "note": [note]})
            writes.append(request.method)

    wire.before = meanwhile
    await ehr.record_task(task(notes=(TaskNote(NOW, "It is urgent."),)))
    assert len(writes) == 2
    assert [one["text"] for one in only(practice)["note"]] == [
        "Called, no answer.",
        "It is urgent.",
    ]


async def test_nobodys_task_and_another_patients_key_are_refused(
    practice: Practice, ehr: FhirEhr
) -> None:
    with pytest.raises(NotFound):
        await ehr.record_task(task(patient_id=PatientId("no id")))
    await ehr.record_task(task())
    with pytest.raises(NotFound):
        await ehr.record_task(task(patient_id=SAM))
    assert only(practice)["for"] == {"reference": "Patient/PT-1"}
