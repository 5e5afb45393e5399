"""Wishes that only a person settles."""

from dataclasses import replace

from agent.domain.terms import ROUTE_OF, Intent, Kind
from agent.flows.flow import Said
from agent.flows.registry import TASK_FOR
from agent.nodes.relay import relay
from agent.nodes.rooms import Rooms
from agent.state import ConversationState, Reply, Update, Wish
from agent.tools.desk import Errand

LEAD: dict[Intent, str] = {
    Intent.PERSON: "handoff.lead.person",
    Intent.COMPLAINT: "handoff.lead.complaint",
    Intent.RECORDS_REQUEST: "handoff.lead.records_request",
    Intent.INTERPRETER: "handoff.lead.interpreter",
    Intent.TECH_PROBLEM: "handoff.lead.tech_problem",
    Intent.CLINICAL_QUESTION: "handoff.lead.clinical_question",
    Intent.DISPUTE: "handoff.lead.dispute",
    Intent.BILLING_QUESTION: "handoff.lead.billing_question",
    Intent.FAQ: "handoff.lead.unanswered",
    Intent.ABUSE: "converse.abuse",
}
"""Every other intent comes here because its route is `human_only`."""


async def handoff(state: ConversationState, rooms: Rooms) -> Update:
    """Opens the task for the first wish still to do."""
    turn = state["turn"]
    wish, rest = turn.todo[0], turn.todo[1:]
    turn = replace(turn, todo=rest, resume=True)
    route = ROUTE_OF[wish.intent]
    summary = rooms.wording.say("en", "task.said", text=wish.text)
    errand = Errand(TASK_FOR[wish.intent], summary)
    lead = Said(_lead(state, rooms, wish))
    handed = await relay(state, rooms, turn, errand, lead, route)
    if wish.intent is Intent.ABUSE:
        handed = replace(handed, replies=(*turn.replies, _calm(lead, handed.replies[-1])))
    return {"turn": handed}


def _lead(state: ConversationState, rooms: Rooms, wish: Wish) -> str:
    turn = state["turn"]
    patient = turn.patient
    if patient is None or not patient.ai_chat_consent:
        key = "handoff.lead.no_consent"
    elif "not_understood" in turn.reasons:
        key = "handoff.lead.not_understood"
    else:
        key = LEAD.get(wish.intent, "handoff.lead.human_only")
    return rooms.wording.say(turn.language, key, phone=rooms.wording.phone(rooms.practice().phone))


def _calm(lead: Said, notice: Reply) -> Reply:
    """An insult gets one calm sentence; staff see it, nobody is promised an answer."""
    return replace(notice, text=lead.text, kind=Kind.TEXT)
