"""Handing a wish to a person: the task first, then an honest holding text."""

from dataclasses import replace

from agent.domain.audit import LedgerEvent
from agent.domain.terms import Kind, Outcome, Route
from agent.flows.flow import Said
from agent.nodes.rooms import Rooms
from agent.state import ConversationState, Reply, Turn
from agent.tools.desk import Errand, create_staff_task
from agent.tools.session import ToolSession


async def relay(
    state: ConversationState,
    rooms: Rooms,
    turn: Turn,
    errand: Errand,
    lead: Said | None,
    route: Route,
    *,
    tool: str = "create_staff_task",
    session: ToolSession | None = None,
    hold: bool = True,
) -> Turn:
    """Opens the task and drafts the notice; `lead` says why a person is needed, `hold` adds who
    will answer and from when."""
    session = session or ToolSession(rooms.ehr, state["patient_id"], turn.message_id)
    now = rooms.clock.now()
    task = await create_staff_task(
        session, rooms.desk, rooms.practice(), state["conversation_id"], errand, now, tool=tool
    )
    rooms.broadcast.task(task)
    event = LedgerEvent(
        "task.opened",
        now,
        "assistant",
        state["conversation_id"],
        state["patient_id"],
        turn.message_id,
        {"task": task.id, "code": task.code.value, "priority": task.priority.value},
    )
    said = [each for each in (lead, holding(rooms, turn) if hold else None) if each]
    text = " ".join(each.text for each in said)
    facts = tuple(fact for each in said for fact in each.facts)
    reply = Reply(text, route, Kind.NOTICE, facts=facts, fixed=True)
    return replace(
        turn,
        replies=(*turn.replies, reply),
        events=(*turn.events, event),
        outcome=Outcome.HANDED_OFF,
        tools=(*turn.tools, *session.calls),
    )


def holding(rooms: Rooms, turn: Turn) -> Said:
    """Who will answer and from when, by the practice's hours (DOMAIN A.16, ruling 12)."""
    practice = rooms.practice()
    now = rooms.clock.now()
    if practice.is_open(now):
        return Said(rooms.wording.say(turn.language, "handoff.open"))
    opening = practice.next_opening(now)
    if opening is None:
        phone = rooms.wording.phone(practice.phone)
        return Said(rooms.wording.say(turn.language, "handoff.closed_unknown", phone=phone))
    when = rooms.wording.when(turn.language, opening)
    return Said(rooms.wording.say(turn.language, "handoff.closed", opening=when), (when,))
