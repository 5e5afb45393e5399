"""The last look at what goes out: guardrails first, then the practice's mode for the route."""

from dataclasses import replace

from agent.domain.audit import LedgerEvent
from agent.domain.terms import Mode, Outcome, Route, TaskCode
from agent.flows.flow import Said
from agent.guardrails.guard import Verdict
from agent.guardrails.wording import asks_what_it_is, discloses
from agent.nodes.grounds import grounds_of
from agent.nodes.relay import relay
from agent.nodes.rooms import Rooms
from agent.policy import AUTOMATED
from agent.state import ConversationState, Reply, Turn, Update
from agent.tools.desk import Errand

TASK_OF_ROUTE: dict[Route, TaskCode] = {
    Route.SCHEDULING: TaskCode.APPOINTMENT_REQUEST,
    Route.BILLING: TaskCode.BILLING_QUESTION,
    Route.FAQ: TaskCode.UNANSWERED,
    Route.REFILL: TaskCode.REFILL_REQUEST,
    Route.ORDERS: TaskCode.ORDER_QUESTION,
    Route.FORMS: TaskCode.FORM_HELP,
    Route.MEASURES: TaskCode.FORM_HELP,
    Route.CLINICAL: TaskCode.CLINICAL_QUESTION,
}
"""Who looks at a reply that may not go out; everything else is a call back."""


async def review(state: ConversationState, rooms: Rooms) -> Update:
    """A reply that a check blocks becomes a person's task; a check that cannot run blocks. Who asks
    whether this is a person is told, whatever else the turn answers (Utah HB 452)."""
    turn = _disclosed(state["turn"], rooms)
    drafted = turn.replies
    passed: list[Reply] = []
    for reply in drafted:
        verdict = await rooms.guard.check(reply.text, grounds_of(rooms, turn, reply))
        if verdict.allowed:
            passed.append(reply)
        else:
            turn = await _blocked(state, rooms, turn, reply, verdict)
    extra = turn.replies[len(drafted) :]
    return {"turn": replace(turn, replies=(*passed, *extra))}


def _disclosed(turn: Turn, rooms: Rooms) -> Turn:
    if not asks_what_it_is(turn.text) or any(discloses(reply.text) for reply in turn.replies):
        return turn
    text = rooms.wording.say(turn.language, "converse.are_you_real")
    reply = Reply(text, Route.SMALLTALK, fixed=True)
    return replace(turn, replies=(reply, *turn.replies))


async def _blocked(
    state: ConversationState, rooms: Rooms, turn: Turn, reply: Reply, verdict: Verdict
) -> Turn:
    said = rooms.wording.say("en", "task.said", text=turn.text)
    errand = Errand(TASK_OF_ROUTE.get(reply.route, TaskCode.CALLBACK), said)
    key = "handoff.lead.unanswered" if reply.citations else "handoff.lead.failed"
    lead = Said(rooms.wording.say(turn.language, key))
    turn = replace(turn, reasons=(*turn.reasons, *(f"guard:{r}" for r in verdict.reasons)))
    event = LedgerEvent(
        "reply.blocked",
        rooms.clock.now(),
        "system",
        state["conversation_id"],
        state["patient_id"],
        turn.message_id,
        {"checks": list(verdict.reasons), "route": reply.route.value},
    )
    turn = replace(turn, events=(*turn.events, event))
    return await relay(state, rooms, turn, errand, lead, reply.route)


def held(rooms: Rooms, reply: Reply) -> bool:
    """Whether the practice wants a person to see this reply first."""
    return not reply.fixed and rooms.practice().mode(reply.route) not in AUTOMATED


def after_review(state: ConversationState, rooms: Rooms) -> str:
    """`hold` when the mode of any reply wants a person, else `deliver`."""
    turn = state["turn"]
    if turn.outcome is Outcome.CARD:
        return "deliver"
    return "hold" if any(held(rooms, reply) for reply in turn.replies) else "deliver"


def shadowed(rooms: Rooms, reply: Reply) -> bool:
    """Shadow mode: the reply is only recorded for staff, who answer themselves."""
    return rooms.practice().mode(reply.route) is Mode.SHADOW
