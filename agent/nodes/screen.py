"""The danger screen: always first, whoever is in control.

A language model, if there is one, is asked only after the local screen found no danger and no card
stands, and can only raise (DOMAIN D.2).
"""

import asyncio
from dataclasses import replace

from agent.domain.safety import Assessment
from agent.domain.terms import Category, Control, Level, TaskCode
from agent.nodes.consult import consulted
from agent.nodes.rooms import Rooms
from agent.safety.cards import CHOICES
from agent.state import WINDOW, WINDOW_CHARACTERS, ConversationState, Update
from knowledge.language import detect_language

SAFETY_TASKS = {
    TaskCode.CRISIS: Assessment(Level.ACTIVE, Category.SELF_HARM, ("task:open",)),
    TaskCode.MEDICAL_EMERGENCY: Assessment(Level.IMMINENT, Category.MEDICAL, ("task:open",)),
    TaskCode.SAFEGUARDING: Assessment(Level.ACTIVE, Category.ABUSE, ("task:open",)),
}
"""The tasks whose card stands until a person closes them, and what is known when only the task is
left to tell (the turn that raised it was cut off)."""

DESK_SECONDS = 1.0
"""How long the desk may take to say what is open."""


async def screen(state: ConversationState, rooms: Rooms) -> Update:
    """Assesses the message with the last ones, and looks whether a safety card still stands."""
    turn = state["turn"]
    window = state.get("window", ())
    assessment = await asyncio.to_thread(assess, rooms, turn.text, window)
    language = detect_language(turn.text, state.get("language") or turn.language)
    if language not in rooms.practice().languages:
        language = turn.language
    turn = replace(turn, assessment=assessment, language=language)
    guarded = await _standing(state, rooms, assessment)
    if guarded is None:
        turn = await consulted(turn, state.get("flow"), rooms)
    return {
        "turn": turn,
        "window": (*window, turn.text[:WINDOW_CHARACTERS])[-WINDOW:],
        "guarded": guarded,
    }


def assess(rooms: Rooms, text: str, window: tuple[str, ...]) -> Assessment:
    """With the reader down the lexicon alone decides; the screen itself never raises."""
    try:
        chances = rooms.reader.read(text).dangers
    except Exception:  # noqa: BLE001 - whatever is wrong with the reader, the lexicon screens
        chances = None
    return rooms.screen.screen(text, window, chances)


async def _standing(
    state: ConversationState, rooms: Rooms, assessment: Assessment
) -> Assessment | None:
    """The danger whose safety task a person has yet to close in this conversation. A desk that
    cannot say leaves what was known; new danger does not wait to hear of an old one."""
    known, conversation_id = state.get("guarded"), state["conversation_id"]
    if known is None and assessment.level >= Level.PASSIVE:
        return None
    try:
        async with asyncio.timeout(DESK_SECONDS):
            tasks = await rooms.desk.tasks(conversation_id=conversation_id)
    except Exception:  # noqa: BLE001 - the safety path goes on whatever is wrong with the desk
        return known
    open_codes = [task.code for task in tasks if task.code in SAFETY_TASKS]
    return (known or SAFETY_TASKS[open_codes[0]]) if open_codes else None


def after_screen(state: ConversationState) -> str:
    """Danger (or an answer to a card) -> crisis; staff speaking -> deliver; else triage."""
    turn = state["turn"]
    if turn.assessment.level >= Level.PASSIVE or turn.choice in CHOICES:
        return "crisis"
    if turn.control is Control.STAFF:
        return "deliver"
    return "crisis" if state.get("guarded") is not None else "triage"
