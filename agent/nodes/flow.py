"""Runs the flows: starts one, hands it its answer, and keeps what waits behind it."""

from dataclasses import replace

from agent.copies import Outdated
from agent.domain.conversation import Option
from agent.domain.terms import ROUTE_OF, Intent, Route
from agent.flows.engine import Advance, start, take
from agent.flows.flow import Ask, Done, Flow, FlowState, Relay, Said, Switch, Unclear, Visit
from agent.flows.registry import FLOWS, INTENT_OF, TASK_FOR, WRITES
from agent.nodes.relay import relay
from agent.nodes.rooms import Rooms
from agent.policy import AUTOMATED
from agent.ports import EhrUnavailable, Unconfirmed
from agent.state import MOST_PENDING, ConversationState, Reply, Turn, Update, Wish
from agent.tools.desk import Errand
from agent.tools.session import MissingCapability, ToolSession

MOST_TRIES = 2
"""An answer that twice does not fit becomes a person's task."""

SEVERAL_TURNS = frozenset(
    {
        Intent.APPOINTMENT_RESCHEDULE,
        Intent.APPOINTMENT_CANCEL,
        Intent.APPOINTMENT_CONFIRM,
        Intent.APPOINTMENT_BOOK,
        Intent.WAITLIST_JOIN,
        Intent.WAITLIST_LEAVE,
        Intent.REFILL,
    }
)
"""Flows that ask the patient something."""

CALENDAR = SEVERAL_TURNS - {Intent.REFILL}
"""A new wish among these is a change of mind about the one in progress, not a second wish."""


async def flow(state: ConversationState, rooms: Rooms) -> Update:
    """Settles the first wish, or asks for what it still needs."""
    turn = state["turn"]
    wish, rest = turn.todo[0], turn.todo[1:]
    turn = replace(turn, todo=rest)
    waiting = state.get("flow")
    if waiting is not None and _waits_behind(waiting, wish):
        return _later(state, rooms, turn, wish)
    session = ToolSession(rooms.ehr, state["patient_id"], turn.message_id)
    try:
        advance = await _advance(state, rooms, turn, wish, session)
    except (EhrUnavailable, MissingCapability, Unconfirmed) as error:
        return await _without_ehr(state, rooms, turn, wish, session, error)
    return await _settle(state, rooms, turn, wish, advance, session)


def _waits_behind(waiting: FlowState, wish: Wish) -> bool:
    """Whether the wish has to wait for the flow in progress; among calendar wishes the new one
    takes the old one's place."""
    own = INTENT_OF.get(waiting.flow)
    if wish.answer is not None or wish.intent not in SEVERAL_TURNS or own is None:
        return False
    return not (own in CALENDAR and wish.intent in CALENDAR)


def _later(state: ConversationState, rooms: Rooms, turn: Turn, wish: Wish) -> Update:
    """A second wish waits until the first is settled, and the patient hears so."""
    text = rooms.wording.say(turn.language, "common.after_that")
    reply = Reply(text, ROUTE_OF[wish.intent], fixed=True)
    pending = (*state.get("pending", ()), wish)[:MOST_PENDING]
    return {
        "turn": replace(turn, replies=(*turn.replies, reply), resume=True),
        "pending": pending,
    }


async def _advance(
    state: ConversationState, rooms: Rooms, turn: Turn, wish: Wish, session: ToolSession
) -> Advance:
    visit = await _visit(state, rooms, turn, wish, session)
    waiting = state.get("flow")
    if wish.answer is not None and waiting is not None:
        visit = replace(visit, text=wish.answer.text)
        return await take(FLOWS[waiting.flow], waiting, wish.answer, visit)
    if wish.candidates:
        intents = " ".join(intent.value for intent in wish.candidates)
        return await start(FLOWS["clarify"], replace(visit, slots={"intents": intents}))
    return await start(_flow_for(wish), visit)


def _flow_for(wish: Wish) -> Flow:
    return FLOWS[wish.intent.value]


async def _visit(
    state: ConversationState, rooms: Rooms, turn: Turn, wish: Wish, session: ToolSession
) -> Visit:
    directory = await rooms.registry.directory()
    practice = rooms.practice()
    if turn.patient is None:
        raise EhrUnavailable("patient unknown")
    automated = practice.mode(ROUTE_OF[wish.intent]) in AUTOMATED
    can_write = wish.intent not in WRITES or session.can(WRITES[wish.intent])
    return Visit(
        practice=practice,
        wording=rooms.wording,
        tools=session,
        patient=turn.patient,
        conversation_id=state["conversation_id"],
        practitioners=directory.practitioners,
        locations=directory.locations,
        service_types=directory.service_types,
        now=rooms.local_now(),
        language=turn.language,
        text=wish.text,
        may_write=automated and can_write,
        by_request=automated and not can_write,
    )


async def _settle(
    state: ConversationState,
    rooms: Rooms,
    turn: Turn,
    wish: Wish,
    advance: Advance,
    session: ToolSession,
) -> Update:
    """Turns the flow's last move into replies and what comes next."""
    move, route = advance.move, ROUTE_OF[wish.intent]
    if isinstance(move, Unclear):
        return await _unclear(state, rooms, turn, wish, advance)
    if isinstance(move, Switch):
        turn = _called(replace(turn, route=ROUTE_OF[move.intent]), session)
        again = Wish(move.intent, move.text)
        return {"turn": replace(turn, todo=(again, *turn.todo)), "flow": None}
    if isinstance(move, Relay):
        handed = await relay(
            state,
            rooms,
            turn,
            move.errand,
            move.lead,
            route,
            tool=move.tool,
            session=session,
            hold=move.holding,
        )
        return {"turn": _next(state, handed), "flow": None, "pending": (), "misses": 0}
    if isinstance(move, Done):
        wrote = any(call.writes for call in session.calls)
        replies = tuple(_reply(said, route, is_material=not wrote) for said in _joined(move.said))
        turn = _called(replace(turn, replies=(*turn.replies, *replies)), session)
        if wish.answer is None and wish.intent not in SEVERAL_TURNS and not wish.candidates:
            return {"turn": replace(turn, resume=True)}
        return {"turn": _next(state, turn), "flow": None, "pending": (), "misses": 0}
    reply = _question(move, advance.state, route)
    turn = _called(replace(turn, replies=(*turn.replies, reply), resume=False), session)
    return {"turn": turn, "flow": advance.state, "misses": 0}


def _called(turn: Turn, session: ToolSession) -> Turn:
    return replace(turn, tools=(*turn.tools, *session.calls))


def _next(state: ConversationState, turn: Turn) -> Turn:
    """With the flow settled, the wishes that waited behind it come up."""
    return replace(turn, todo=(*turn.todo, *state.get("pending", ())))


def _joined(said: tuple[Said, ...]) -> tuple[Said, ...]:
    """One message for what belongs to one wish."""
    text = "\n".join(each.text for each in said)
    return (Said(text, tuple(fact for each in said for fact in each.facts)),)


def _reply(said: Said, route: Route, *, is_material: bool) -> Reply:
    """What a flow wrote in the EHR is told in these words only."""
    material = (said.text,) if is_material else ()
    return Reply(said.text, route, facts=said.facts, material=material)


def _question(move: Ask, waiting: FlowState | None, route: Route) -> Reply:
    offers = waiting.offers if waiting else ()
    return Reply(
        move.said.text,
        route,
        move.kind,
        tuple(Option(o.id, o.label) for o in offers),
        facts=(*move.said.facts, *(o.label for o in offers)),
        fixed=waiting is not None and waiting.flow == "clarify",
    )


def asked_again(waiting: FlowState, lead: str, route: Route) -> Reply:
    """The waiting question with its buttons, after `lead`."""
    return Reply(
        f"{lead} {waiting.question}".strip(),
        route,
        waiting.kind,
        tuple(Option(o.id, o.label) for o in waiting.offers),
        facts=(waiting.question, *(o.label for o in waiting.offers)),
        fixed=waiting.flow == "clarify",
    )


async def _unclear(
    state: ConversationState, rooms: Rooms, turn: Turn, wish: Wish, advance: Advance
) -> Update:
    """Not an answer: another wish, or asked again, and after two tries a person."""
    if wish.otherwise:
        return {"turn": replace(turn, todo=(*wish.otherwise, *turn.todo))}
    waiting = advance.state
    assert waiting is not None
    if waiting.tries >= MOST_TRIES:
        text = rooms.wording.say("en", "task.said", text=wish.text)
        lead = Said(rooms.wording.say(turn.language, "handoff.lead.not_understood"))
        code = TASK_FOR[wish.intent]
        handed = await relay(state, rooms, turn, Errand(code, text), lead, ROUTE_OF[wish.intent])
        return {"turn": _next(state, handed), "flow": None, "pending": ()}
    lead_text = rooms.wording.say(turn.language, "common.not_understood")
    reply = asked_again(waiting, lead_text, ROUTE_OF[wish.intent])
    turn = replace(turn, replies=(*turn.replies, reply), resume=False)
    return {"turn": turn, "flow": waiting}


async def _without_ehr(
    state: ConversationState,
    rooms: Rooms,
    turn: Turn,
    wish: Wish,
    session: ToolSession,
    error: EhrUnavailable | MissingCapability | Unconfirmed,
) -> Update:
    """The EHR is down or cannot do it: a person does, and the patient hears the truth."""
    waiting = state.get("flow")
    words = wish.text if waiting is None else waiting.slots.get("wish") or wish.text
    errand = Errand(TASK_FOR[wish.intent], rooms.wording.say("en", "task.said", text=words))
    lead = _why(rooms, turn, error)
    route = ROUTE_OF[wish.intent]
    handed = await relay(state, rooms, turn, errand, lead, route, session=session)
    return {"turn": _next(state, handed), "flow": None, "pending": ()}


def _why(rooms: Rooms, turn: Turn, error: EhrUnavailable | MissingCapability | Unconfirmed) -> Said:
    if isinstance(error, Outdated):
        as_of = rooms.wording.when(turn.language, error.as_of)
        text = rooms.wording.say(turn.language, "handoff.lead.ehr_outdated", as_of=as_of)
        return Said(text, (as_of,))
    if isinstance(error, Unconfirmed):
        return Said(rooms.wording.say(turn.language, "handoff.lead.unconfirmed"))
    down = isinstance(error, EhrUnavailable)
    key = "handoff.lead.ehr_down" if down else "handoff.lead.ehr_cannot"
    return Said(rooms.wording.say(turn.language, key))
