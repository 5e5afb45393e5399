"""Says again that this is a machine, when the law of the place wants it said again (DOMAIN D.7).

What it is was said when the chat was opened, stands above it and is said whenever a patient asks;
this is for who comes back after a while or goes on for hours. Never above a safety card.
"""

from dataclasses import replace
from datetime import timedelta

from agent.domain.terms import Control, Kind, Outcome, Route
from agent.nodes.rooms import Rooms
from agent.safety.jurisdictions import Profile, profile_of
from agent.state import ConversationState, Reply, Turn, Update


def disclosed_again(state: ConversationState, rooms: Rooms, turn: Turn) -> tuple[Turn, Update]:
    """The turn, with the disclosure as its first message when it is due; and what to remember."""
    disclosed_at = state.get("disclosed_at", turn.at)
    silent = turn.outcome is Outcome.CARD or turn.control is Control.STAFF or not turn.replies
    if not silent and _is_due(state, rooms, turn):
        text = rooms.wording.say(turn.language, "converse.disclosure")
        notice = Reply(text, Route.SMALLTALK, Kind.NOTICE, fixed=True)
        turn = replace(turn, replies=(notice, *turn.replies))
        disclosed_at = turn.at
    return turn, {"disclosed_at": disclosed_at, "spoken_at": turn.at}


def _is_due(state: ConversationState, rooms: Rooms, turn: Turn) -> bool:
    if "spoken_at" not in state or "disclosed_at" not in state:
        return False
    profile = profile_of(rooms.practice().jurisdiction)
    unused, since = turn.at - state["spoken_at"], turn.at - state["disclosed_at"]
    if profile.disclose_after is not None and unused >= profile.disclose_after:
        return True
    limits = _reminders(profile, may_be_minor=_may_be_minor(rooms, turn))
    return any(since >= limit for limit in limits if limit is not None)


def _reminders(profile: Profile, *, may_be_minor: bool) -> tuple[timedelta | None, ...]:
    if may_be_minor:
        return profile.remind_after, profile.remind_minors_after
    return (profile.remind_after,)


def _may_be_minor(rooms: Rooms, turn: Turn) -> bool:
    """While the EHR is down a patient it never told us of may be one."""
    if turn.patient is None:
        return True
    return turn.patient.is_minor_on(rooms.wording.today(turn.at))
