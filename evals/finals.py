"""Compares how everything stands at the end with what the script expects."""

from collections.abc import Iterator, Sequence

from agent.domain.booking import Appointment
from agent.domain.desk import Task
from agent.domain.ids import ConversationId, PatientId
from agent.domain.terms import TaskStatus
from agent.turns import Agent
from evals.checks import Failure
from evals.script import ExpectedAppointment, ExpectedTask, Final, Script

THE_END = 0


async def check_final(
    script: Script, agent: Agent, conversation_id: ConversationId
) -> tuple[Failure, ...]:
    final = script.final
    failures: list[Failure] = []
    for expected in final.appointments or ():
        patient = PatientId(expected.patient_id or script.patient)
        failures += check_appointments(expected, await agent.ehr.appointments(patient))
    if final.tasks is not None or final.tasks_any is not None:
        failures += check_tasks(final, await agent.desk.tasks(statuses=frozenset(TaskStatus)))
    if final.drafts is not None:
        pending = len(await agent.desk.drafts())
        if pending != final.drafts:
            failures.append(_failed("drafts", str(final.drafts), str(pending)))
    if final.ledger is not None:
        failures += await _ledger(agent, conversation_id)
    return tuple(failures)


def check_appointments(
    expected: ExpectedAppointment, appointments: Sequence[Appointment]
) -> Iterator[Failure]:
    found = [one for one in appointments if _is_appointment(expected, one)]
    wanted = expected.model_dump(mode="json", exclude_none=True)
    fits = bool(found) if expected.count is None else len(found) == expected.count
    if not fits:
        there = "; ".join(
            f"{one.id} {one.status} {one.start.isoformat()} {one.practitioner_id}"
            for one in appointments
        )
        yield _failed("appointments", str(wanted), f"{len(found)} of: {there or 'none'}")


def _is_appointment(expected: ExpectedAppointment, one: Appointment) -> bool:
    plain = ("id", "practitioner_id", "service_type", "location_id", "modality", "status", "start")
    wanted = {name: value for name in plain if (value := getattr(expected, name)) is not None}
    return (
        all(getattr(one, name) == value for name, value in wanted.items())
        and (expected.start_after is None or one.start >= expected.start_after)
        and (expected.start_before is None or one.start < expected.start_before)
    )


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
