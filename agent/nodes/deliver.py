"""Makes the turn's messages and the record of why; storing them ends the turn.

This node writes nothing: what it makes is checkpointed with the state and then stored by
`turns.Agent` in one transaction, so that a crash in between delivers exactly what was decided
(docs/adr/0008-deliver-after-the-checkpoint.md).
"""

import hashlib
import uuid
from dataclasses import replace

from agent.domain.audit import LedgerEvent, TurnRecord
from agent.domain.conversation import Message
from agent.domain.ids import MessageId
from agent.domain.prompt import ModelCall
from agent.domain.terms import Author, Control, Kind, Mode, Outcome
from agent.nodes.disclose import disclosed_again
from agent.nodes.rooms import Rooms
from agent.policy import ALWAYS_FIXED
from agent.state import ConversationState, Reply, Turn, Update


async def deliver(state: ConversationState, rooms: Rooms) -> Update:
    """Sets `turn.messages` and `turn.record`; above the replies, what the law wants said again."""
    turn = state["turn"]
    if turn.control is Control.STAFF and turn.outcome is not Outcome.CARD:
        turn = replace(turn, outcome=Outcome.STAFF_HELD, replies=())
    turn, said = disclosed_again(state, rooms, turn)
    messages = tuple(
        _message(state, rooms, turn, reply, number) for number, reply in enumerate(turn.replies)
    )
    mode = Mode.HUMAN_ONLY if turn.route in ALWAYS_FIXED else turn.mode
    record = TurnRecord(
        conversation_id=state["conversation_id"],
        message_id=turn.message_id,
        at=turn.at,
        route=turn.route,
        confidence=turn.confidence,
        level=turn.assessment.level,
        category=turn.assessment.category,
        mode=mode,
        outcome=turn.outcome,
        reasons=turn.reasons,
        passages=turn.passages,
        tools=turn.tools,
        model_calls=turn.model_calls,
    )
    events = (*turn.events, *_events(state, rooms, turn, messages, mode))
    turn = replace(turn, messages=messages, record=record, events=events)
    return {**said, "turn": turn, "language": turn.language}


def _message(
    state: ConversationState, rooms: Rooms, turn: Turn, reply: Reply, number: int
) -> Message:
    """The same turn makes the same ids, so delivering twice stores once."""
    name = f"{state['conversation_id']}/{turn.message_id}/{number}"
    notice = reply.kind in (Kind.NOTICE, Kind.CARD)
    return Message(
        conversation_id=state["conversation_id"],
        id=MessageId(str(uuid.uuid5(uuid.NAMESPACE_OID, name))),
        at=rooms.clock.now(),
        author=Author.SYSTEM if notice else Author.ASSISTANT,
        text=reply.text,
        kind=reply.kind,
        options=reply.options,
        citations=reply.citations,
        card=reply.card,
        route=reply.route,
        reply_to=turn.message_id,
    )


def authorship(reply: Reply) -> dict[str, str]:
    """Which model wrote it, by which prompt (DOMAIN S172); nothing for approved words."""
    call = reply.written_by
    return {"ai_model": call.model, "prompt_version": call.prompt} if call else {}


def _cost(call: ModelCall) -> dict[str, object]:
    return {
        "model": call.model,
        "prompt": call.prompt,
        "outcome": call.outcome,
        "tokens_in": call.tokens_in,
        "tokens_out": call.tokens_out,
        "ms": round(call.ms),
    }


def _sent(message: Message) -> dict[str, object]:
    return {
        "message": message.id,
        "shown_as": message.kind.value,
        "sha256": hashlib.sha256(message.text.encode()).hexdigest(),
        "sources": [f"{c.source}@{c.version}" for c in message.citations],
        "card": message.card.version if message.card else None,
    }


def _events(
    state: ConversationState,
    rooms: Rooms,
    turn: Turn,
    messages: tuple[Message, ...],
    mode: Mode,
) -> tuple[LedgerEvent, ...]:
    """What was decided and sent, by id and hash."""
    now = rooms.clock.now()

    def event(kind: str, actor: str, **data: object) -> LedgerEvent:
        return LedgerEvent(
            kind,
            now,
            actor,
            state["conversation_id"],
            state["patient_id"],
            turn.message_id,
            data,  # type: ignore[arg-type]
        )

    assessment = turn.assessment
    decided = event(
        "turn.decided",
        "assistant",
        route=turn.route.value,
        confidence=round(turn.confidence, 4),
        level=int(assessment.level),
        category=assessment.category.value if assessment.category else None,
        mode=mode.value,
        outcome=turn.outcome.value,
        reasons=list(turn.reasons),
    )
    tools = tuple(
        event("tool.called", "assistant", tool=t.name, outcome=t.outcome, writes=t.writes)
        for t in turn.tools
    )
    models = tuple(event("model.called", "assistant", **_cost(c)) for c in turn.model_calls)
    sent = tuple(
        event("message.sent", m.author.value, **_sent(m), **authorship(reply))
        for m, reply in zip(messages, turn.replies, strict=True)
    )
    return (decided, *models, *tools, *sent)
