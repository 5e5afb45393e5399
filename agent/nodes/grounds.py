"""What a reply may stand on when the guardrails look at it."""

from agent.domain.people import Patient
from agent.guardrails.grounds import Grounds
from agent.guardrails.wording import discloses
from agent.nodes.rooms import Rooms
from agent.state import Reply, Turn


def grounds_of(rooms: Rooms, turn: Turn, reply: Reply) -> Grounds:
    """What a tool did in this turn stands behind a template that reports it; a model's "booked"
    needs a write. One disclosure serves the whole turn."""
    return Grounds(
        facts=reply.facts,
        known=_known(rooms),
        patient=_own(turn.patient),
        strangers=rooms.registry.seen(),
        generated=reply.written_by is not None,
        has_task=any(event.kind == "task.opened" for event in turn.events)
        or any(c.outcome == "ok" and (c.writes or not reply.written_by) for c in turn.tools),
        asked="" if any(discloses(each.text) for each in turn.replies) else turn.text,
    )


def _own(patient: Patient | None) -> tuple[str, ...]:
    if patient is None:
        return ()
    name = f"{patient.first_name} {patient.last_name}"
    return (name, *([patient.preferred_name] if patient.preferred_name else []), patient.id)


def _known(rooms: Rooms) -> tuple[str, ...]:
    """What the practice itself may always say."""
    practice = rooms.practice()
    numbers = [n for n in (practice.phone, practice.after_hours_phone) if n is not None]
    return (practice.name, *numbers, *(rooms.wording.phone(number) for number in numbers))
