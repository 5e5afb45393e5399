"""Keeps replies for a person: a draft to approve, or in shadow mode a task with what would
have been said."""

from dataclasses import replace

from agent.domain.audit import LedgerEvent
from agent.domain.desk import DraftRequest
from agent.domain.ids import IdempotencyKey
from agent.domain.terms import Kind, Outcome, TaskCode
from agent.nodes.deliver import authorship
from agent.nodes.relay import relay
from agent.nodes.review import TASK_OF_ROUTE, held, shadowed
from agent.nodes.rooms import Rooms
from agent.state import ConversationState, Reply, Turn, Update
from agent.tools.desk import Errand


async def hold(state: ConversationState, rooms: Rooms) -> Update:
    """Replaces the held replies by one notice."""
    turn = state["turn"]
    kept = tuple(reply for reply in turn.replies if not held(rooms, reply))
    waiting = tuple(reply for reply in turn.replies if held(rooms, reply))
    turn = replace(turn, replies=kept)
    shadows = tuple(reply for reply in waiting if shadowed(rooms, reply))
    drafts = tuple(reply for reply in waiting if not shadowed(rooms, reply))
    for number, reply in enumerate(drafts):
        turn = await _draft(state, rooms, turn, reply, number)
    if shadows:
        turn = await _shadow(state, rooms, turn, shadows)
    if drafts:
        text = rooms.wording.say(turn.language, "hold.notice")
        notice = Reply(text, drafts[0].route, Kind.NOTICE, fixed=True)
        turn = replace(turn, replies=(*turn.replies, notice))
    return {"turn": replace(turn, outcome=Outcome.HELD)}


async def _draft(
    state: ConversationState, rooms: Rooms, turn: Turn, reply: Reply, number: int
) -> Turn:
    now = rooms.clock.now()
    draft = await rooms.desk.open_draft(
        DraftRequest(
            conversation_id=state["conversation_id"],
            patient_id=state["patient_id"],
            message_id=turn.message_id,
            route=reply.route,
            question=turn.text,
            text=reply.text,
            created=now,
            key=IdempotencyKey(f"{turn.message_id}:draft:{number}"),
            citations=reply.citations,
            kind=reply.kind,
            options=reply.options,
        )
    )
    rooms.broadcast.draft(draft)
    event = LedgerEvent(
        "draft.opened",
        now,
        "assistant",
        state["conversation_id"],
        state["patient_id"],
        turn.message_id,
        {"draft": draft.id, "route": reply.route.value, **authorship(reply)},
    )
    return replace(turn, events=(*turn.events, event))


async def _shadow(
    state: ConversationState, rooms: Rooms, turn: Turn, shadows: tuple[Reply, ...]
) -> Turn:
    say = rooms.wording.say
    would = " ".join(reply.text for reply in shadows)
    summary = f"{say('en', 'task.said', text=turn.text)} {say('en', 'task.shadow', text=would)}"
    errand = Errand(TASK_OF_ROUTE.get(shadows[0].route, TaskCode.CALLBACK), summary)
    return await relay(state, rooms, turn, errand, None, shadows[0].route)
