"""Compares how everything stands at the end with what the script expects."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

from agent.domain.booking import Appointment
from agent.domain.desk import Task
from agent.domain.ids import ConversationId, PatientId
from agent.domain.terms import TaskStatus
from agent.turns import Agent
from evals.checks import Failure
from evals.script import ExpectedAppointment, ExpectedTask, Final, Script

THE_END = 0
PLAIN = (
    "id",
    "patient_id",
    "practitioner_id",
    "service_type",
    "location_id",
    "modality",
    "status",
    "start",
)
"""What has to be equal in an appointment."""


@runtime_checkable
class Exporting(Protocol):
    """An EHR adapter that gives its state in the shape of `ehr.json` (CONTRACTS 3)."""

    async def export(self) -> dict[str, Any]: ...


async def check_final(
    script: Script, agent: Agent, conversation_id: ConversationId
) -> tuple[Failure, ...]:
    final = script.final
    failures: list[Failure] = []
    if final.appointments is not None:
        everybodys = await _appointments(script, agent)
        for expected in final.appointments:
            failures += check_appointments(expected, everybodys)
    if final.tasks is not None or final.tasks_any is not None:
        failures += check_tasks(final, await agent.desk.tasks(statuses=frozenset(TaskStatus)))
    if final.drafts is not None:
        pending = len(await agent.desk.drafts())
        if pending != final.drafts:
            failures.append(_failed("drafts", str(final.drafts), str(pending)))
    if final.ledger is not None:
        failures += await _ledger(agent, conversation_id)
    return tuple(failures)


async def _appointments(script: Script, agent: Agent) -> list[Appointment]:
    """Everybody's; from an EHR that exports nothing, those of the patients the script names."""
    named = [expected.patient_id for expected in script.final.appointments or ()]
    patients = dict.fromkeys(PatientId(name) for name in (script.patient, *named) if name)
    if isinstance(agent.ehr, Exporting):
        everybody = (await agent.ehr.export()).get("patients", [])
        patients |= dict.fromkeys(PatientId(patient["id"]) for patient in everybody)
    return [one for patient in patients for one in await agent.ehr.appointments(patient)]


def check_appointments(
    expected: ExpectedAppointment, appointments: Sequence[Appointment]
) -> Iterator[Failure]:
    found = [one for one in appointments if _is_appointment(expected, one)]
    wanted = expected.model_dump(mode="json", exclude_none=True)
    fits = bool(found) if expected.count is None else len(found) == expected.count
    if not fits:
        near = found or [one for one in appointments if _is_named(expected, one)]
        there = "; ".join(f"{one.id} {one.status} {one.start.isoformat()}" for one in near)
        yield _failed("appointments", str(wanted), f"{len(found)}; there: {there or 'none'}")


def _is_appointment(expected: ExpectedAppointment, one: Appointment) -> bool:
    plain = (
        "id",
        "patient_id",
        "practitioner_id",
        "service_type",
        "location_id",
        "modality",
        "status",
        "start",
    )
    wanted = {name: value for name in plain if (value := getattr(expected, name)) is not None}
    return (
        all(getattr(one, name) == value for name, value in wanted.items())
        and (expected.start_after is None or one.start >= expected.start_after)
        and (expected.start_before is None or one.start < expected.start_before)
    )


def _is_named(expected: ExpectedAppointment, one: Appointment) -> bool:
    """Whether it is the appointment, or of the patient, that the expectation speaks of."""
    return one.id == expected.id or one.patient_id == expected.patient_id


def check_tasks(final: Final, tasks: Sequence[Task]) -> Iterator[Failure]:
    there = "; ".join(f"{t.code} {t.priority} {t.status} {t.patient_id}" for t in tasks) or "none"
    for name, expected in (("tasks", final.tasks), ("tasks_any", final.tasks_any)):
        if expected is None:
            continue
        exactly = name == "tasks"
        if (exactly and len(tasks) != len(expected)) or not pairable(expected, tasks):
            wanted = [one.model_dump(mode="json", exclude_none=True) for one in expected]
            yield _failed(name, str(wanted), there)


def pairable(expected: Sequence[ExpectedTask], tasks: Sequence[Task]) -> bool:
    """Whether each expectation can be given a task of its own."""
    if not expected:
        return True
    first, rest = expected[0], expected[1:]
    return any(
        _is_task(first, task) and pairable(rest, [*tasks[:n], *tasks[n + 1 :]])
        for n, task in enumerate(tasks)
    )


def _is_task(expected: ExpectedTask, task: Task) -> bool:
    words = " ".join([task.summary, *(note.text for note in task.notes)]).casefold()
    return (
        expected.code in (None, task.code)
        and expected.priority in (None, task.priority)
        and expected.patient in (None, task.patient_id)
        and expected.status in (None, task.status)
        and (expected.contains is None or expected.contains.casefold() in words)
    )


async def _ledger(agent: Agent, conversation_id: ConversationId) -> list[Failure]:
    faults = await agent.ledger.verify()
    if faults:
        return [_failed("ledger", "verified", "; ".join(faults))]
    if not await agent.ledger.records(conversation_id):
        return [_failed("ledger", "verified", "it holds nothing of this conversation")]
    return []


def _failed(check: str, expected: str, actual: str) -> Failure:
    return Failure(THE_END, check, expected, actual)
