"""The alert ladder: silence is not acknowledgement (DESIGN, rule 7; DOMAIN D.6)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.domain.desk import Task
from agent.domain.terms import Role
from agent.policy import Practice, Rung, StaffMember
from agent.ports import Desk, Notifier

ACCEPTED_WITHIN = 1.0
"""Seconds a channel has to take an alert; the safety card waits for it."""


@dataclass(frozen=True)
class Climb:
    """Whom one task has just been put before, and whether a channel took it."""

    task: Task
    recipients: tuple[StaffMember, ...]
    accepted: bool


def recipients(practice: Practice, rung: Rung) -> tuple[StaffMember, ...]:
    """The staff a rung names by `role:` or `staff:`; each once."""
    wanted = set(rung.notify)
    return tuple(
        member
        for member in practice.staff
        if f"staff:{member.id}" in wanted or any(f"role:{r}" in wanted for r in member.roles)
    )


async def page(
    practice: Practice, desk: Desk, notifier: Notifier, task: Task, now: datetime
) -> Climb | None:
    """What new danger asks for: the member who has the task, or else the ladder's first rung."""
    if task.claimed_by is None:
        return await climb(practice, desk, notifier, task, now)
    member = practice.member(task.claimed_by)
    if member is None:
        return None
    return Climb(task, (member,), await _accepted(notifier, task, (member,)))


async def climb(
    practice: Practice, desk: Desk, notifier: Notifier, task: Task, now: datetime
) -> Climb | None:
    """Notifies the rungs of `task` that are due by `now` and were not notified yet; None when
    none is due. A rung counts as climbed once a channel took the alert: until then it is tried
    again. Safe to call as often as one likes."""
    if task.alerted_at is None or task.claimed_by is not None:
        return None
    ladder = practice.alerts.ladder or (Rung(0, (f"role:{Role.ON_CALL}",)),)
    waited = (now - task.alerted_at).total_seconds()
    due = [rung for rung in ladder if rung.after_seconds <= waited]
    if len(due) <= task.rungs_climbed:
        return None
    people = {m.id: m for rung in due[task.rungs_climbed :] for m in recipients(practice, rung)}
    accepted = await _accepted(notifier, task, tuple(people.values()))
    if accepted:
        await desk.record_rung(task.id, len(due))
    return Climb(task, tuple(people.values()), accepted)


async def _accepted(notifier: Notifier, task: Task, people: Sequence[StaffMember]) -> bool:
    """Whether a channel took it for somebody; one that fails or does not answer did not."""
    if not people:
        return False
    try:
        async with asyncio.timeout(ACCEPTED_WITHIN):
            return await notifier.alert(task, people)
    except Exception:  # noqa: BLE001 - a channel that breaks must stop neither card nor ladder
        return False
