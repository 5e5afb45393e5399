"""A turn whose graph failed: still screened, and then a person's (DESIGN, rule 6)."""

from dataclasses import replace

from agent.domain.terms import Control, Level, Mode, Route, TaskCode
from agent.flows.flow import Said
from agent.nodes.crisis import crisis
from agent.nodes.deliver import deliver
from agent.nodes.relay import relay
from agent.nodes.rooms import Rooms
from agent.nodes.screen import screen
from agent.state import ConversationState, Turn
from agent.tools.desk import Errand


async def fall_back(state: ConversationState, rooms: Rooms, failure: str) -> Turn:
    """The finished turn: the safety card if the message calls for one, else an honest notice
    and a task. `failure` names the error, never its text."""
    local = replace(rooms, consultant=None)
    state = {**state, **await screen(state, local)}
    turn = replace(state["turn"], reasons=(f"failed:{failure}",), mode=Mode.HUMAN_ONLY)
    state = {**state, "turn": turn}
    if turn.assessment.level >= Level.PASSIVE:
        state = {**state, **await crisis(state, rooms)}
    elif turn.control is Control.ASSISTANT:
        said = rooms.wording.say("en", "task.said", text=turn.text)
        lead = Said(rooms.wording.say(turn.language, "handoff.lead.failed"))
        errand = Errand(TaskCode.CALLBACK, said)
        handed = await relay(state, rooms, turn, errand, lead, Route.HUMAN)
        state = {**state, "turn": replace(handed, route=Route.HUMAN)}
    done = await deliver(state, rooms)
    return done["turn"]
