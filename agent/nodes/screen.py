"""The danger screen: always first, whoever is in control.

A language model, if there is one, is asked only after the local screen found no danger and no card
stands, and can only raise (DOMAIN D.2).
"""

import asyncio
from dataclasses import replace

from agent.domain.safety import Assessment
from agent.domain.terms import Control, Level, TaskCode
from agent.nodes.consult import consulted
from agent.nodes.rooms import Rooms
from agent.safety.cards import CHOICES
from agent.state import WINDOW, WINDOW_CHARACTERS, ConversationState, Update
from knowledge.language import detect_language

SAFETY_TASKS = frozenset({TaskCode.CRISIS, TaskCode.MEDICAL_EMERGENCY, TaskCode.SAFEGUARDING})


async def screen(state: ConversationState, rooms: Rooms) -> Update:
    """Assesses the message with the last ones, and looks whether a safety card still stands."""
    turn = state["turn"]
    window = state.get("window", ())
    assessment = await asyncio.to_thread(assess, rooms, turn.text, window)
    language = detect_language(turn.text, state.get("language") or turn.language)
    if language not in rooms.practice().languages:
        language = turn.language
    turn = replace(turn, assessment=assessment, language=language)
    guarded = await _standing(state, rooms)
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


async def _standing(state: ConversationState, rooms: Rooms) -> Assessment | None:
    """The danger whose safety task a person has yet to close in this conversation."""
    standing = state.get("guarded")
    if standing is None:
        return None
    tasks = await rooms.desk.tasks(conversation_id=state["conversation_id"])
    return standing if any(task.code in SAFETY_TASKS for task in tasks) else None


def after_screen(state: ConversationState) -> str:
    """Danger (or an answer to a card) -> crisis; staff speaking -> deliver; else triage."""
    turn = state["turn"]
    if turn.assessment.level >= Level.PASSIVE or turn.choice in CHOICES:
        return "crisis"
    if turn.control is Control.STAFF:
        return "deliver"
    return "crisis" if state.get("guarded") is not None else "triage"
