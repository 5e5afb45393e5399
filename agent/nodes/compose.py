"""Puts the turn's replies together: what was said for distress, a model's words for what it may
rephrase, the waiting question again."""

from dataclasses import replace

from agent.domain.terms import ROUTE_OF, Intent, Kind, Level, Route, TaskCode
from agent.flows.registry import INTENT_OF
from agent.nodes.flow import asked_again
from agent.nodes.phrase import phrased
from agent.nodes.relay import relay
from agent.nodes.rooms import Rooms
from agent.state import ConversationState, Reply, Update
from agent.tools.desk import Errand


async def compose(state: ConversationState, rooms: Rooms) -> Update:
    """Every turn has at least one reply when it leaves here."""
    turn = state["turn"]
    if turn.assessment.level is Level.DISTRESS:
        said = rooms.wording.say("en", "task.said", text=turn.text)
        errand = Errand(TaskCode.CLINICAL_QUESTION, said)
        handed = await relay(state, rooms, turn, errand, None, Route.CLINICAL)
        text = rooms.wording.say(turn.language, "converse.distress")
        reply = Reply(text, Route.CLINICAL, Kind.NOTICE, facts=(text,), fixed=True)
        route = turn.route if turn.replies else Route.CLINICAL
        turn = replace(handed, replies=(*turn.replies, reply), route=route)
    turn = await phrased(turn, rooms, state["conversation_id"])
    waiting = state.get("flow")
    if waiting is not None and turn.resume and turn.replies:
        lead = rooms.wording.say(turn.language, "common.resume")
        route = ROUTE_OF[INTENT_OF.get(waiting.flow, Intent.FAQ)]
        turn = replace(turn, replies=(*turn.replies, asked_again(waiting, lead, route)))
    if not turn.replies:
        text = rooms.wording.say(turn.language, "converse.acknowledged")
        turn = replace(turn, replies=(Reply(text, Route.SMALLTALK, fixed=True),))
    return {"turn": turn}
