"""Expected tasks are paired with tasks one to one; appointments are counted by their fields."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.domain.booking import Appointment, AppointmentStatus
from agent.domain.desk import Task, TaskNote
from agent.domain.ids import (
    AppointmentId,
    ConversationId,
    PatientId,
    PractitionerId,
    ServiceTypeId,
    TaskId,
)
from agent.domain.terms import Priority, TaskCode, TaskStatus
from evals.finals import check_appointments, check_tasks
from evals.script import ExpectedAppointment, Final

NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


def task(code: TaskCode, summary: str = "", priority: Priority = Priority.ROUTINE) -> Task:
    return Task(
        TaskId(f"{code}-{summary}"),
        code,
        priority,
        TaskStatus.REQUESTED,
        PatientId("PT-1"),
        ConversationId("c-1"),
        NOW,
        NOW,
        summary,
        notes=(TaskNote(NOW, "please Hurry"),),
    )


CALLBACK = task(TaskCode.CALLBACK, "first")
OTHER = task(TaskCode.CALLBACK, "second", Priority.URGENT)
REFILL = task(TaskCode.REFILL_REQUEST)


@pytest.mark.parametrize(
    ("final", "tasks", "holds"),
    [
        ({"tasks": []}, [], True),
        ({"tasks": []}, [CALLBACK], False),
        ({"tasks_any": []}, [CALLBACK], True),
        ({"tasks": [{"code": "callback"}]}, [CALLBACK], True),
        ({"tasks": [{"code": "callback"}]}, [CALLBACK, REFILL], False),
        ({"tasks_any": [{"code": "callback"}]}, [CALLBACK, REFILL], True),
        ({"tasks": [{"code": "callback"}, {"code": "callback"}]}, [CALLBACK, REFILL], False),
        ({"tasks_any": [{"code": "callback"}, {"code": "callback"}]}, [CALLBACK], False),
        ({"tasks": [{}, {"contains": "first"}]}, [CALLBACK, OTHER], True),
        ({"tasks": [{"contains": "hurry", "priority": "urgent"}]}, [OTHER], True),
        ({"tasks": [{"contains": "third"}]}, [OTHER], False),
        ({"tasks": [{"patient": "PT-2"}]}, [OTHER], False),
        ({"tasks": [{"status": "completed"}]}, [OTHER], False),
        ({"tasks": [{"priority": "stat"}]}, [OTHER], False),
    ],
)
def test_tasks(final: dict[str, Any], tasks: list[Task], holds: bool) -> None:
    failures = list(check_tasks(Final.model_validate(final), tasks))
    assert [failure.check for failure in failures] == ([] if holds else list(final))


def appointment(id: str, day: int, status: AppointmentStatus) -> Appointment:
    return Appointment(
        AppointmentId(id),
        PatientId("PT-1"),
        PractitionerId("DR-1"),
        ServiceTypeId("therapy"),
        datetime(2026, 6, day, 16, 0, tzinfo=UTC),
        status,
    )


BOOK = [
    appointment("AP-1", 3, AppointmentStatus.CANCELLED),
    appointment("AP-2", 9, AppointmentStatus.BOOKED),
    appointment("AP-3", 10, AppointmentStatus.BOOKED),
]


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ({"id": "AP-1", "status": "cancelled"}, True),
        ({"id": "AP-1", "status": "booked"}, False),
        ({"id": "AP-9"}, False),
        ({"id": "AP-9", "count": 0}, True),
        ({"status": "booked", "count": 2}, True),
        ({"status": "booked", "count": 1}, False),
        ({"start_after": "2026-06-09T09:00:00-07:00", "count": 2}, True),
        ({"start_after": "2026-06-09T09:00:01-07:00", "count": 1}, True),
        ({"start_before": "2026-06-09T09:00:00-07:00", "count": 1}, True),
        ({"start": "2026-06-10T16:00:00Z", "practitioner_id": "DR-1"}, True),
        ({"patient_id": "PT-1", "count": 3}, True),
        ({"patient_id": "PT-2"}, False),
        ({"practitioner_id": "DR-2"}, False),
        ({"modality": "telehealth"}, False),
    ],
)
def test_appointments(expected: dict[str, Any], holds: bool) -> None:
    wanted = ExpectedAppointment.model_validate(expected)
    assert (list(check_appointments(wanted, BOOK)) == []) is holds
