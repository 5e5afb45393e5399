"""The safety path: the fixed card, the task, the page. No model, no knowledge base, no EHR.

The alert is made first; the card says that a person was alerted only if that worked. A failing
desk or notifier never keeps the card from the patient.
"""

from dataclasses import replace
from typing import TypedDict

from agent.domain.audit import LedgerEvent
from agent.domain.safety import Assessment
from agent.domain.terms import (
    Category,
    Kind,
    Language,
    Level,
    Outcome,
    Priority,
    Route,
    TaskCode,
)
from agent.nodes.rooms import Rooms
from agent.safety.alerts import Alert, alert_for
from agent.safety.cards import CHOICES, DANGER_CHOICE, SafetyCard, danger_pressed
from agent.state import ConversationState, Reply, Turn, Update
from agent.tools.alerts import page
from agent.tools.desk import Errand, create_staff_task
from agent.tools.session import ToolSession

ADULT = 18
UNNAMED = Assessment(Level.ACTIVE, Category.SELF_HARM, ("button:late",))
"""A button of a card whose task was closed meanwhile: taken seriously."""


async def crisis(state: ConversationState, rooms: Rooms) -> Update:
    """Alerts, then answers with a fixed card; the conversation stays guarded until a person
    has closed the task."""
    turn = state["turn"]
    before = state.get("guarded")
    danger = _danger(turn)
    standing = danger or before or UNNAMED
    alert = alert_for(standing) or Alert(TaskCode.CRISIS, Priority.URGENT, Route.CRISIS)
    errand = Errand(alert.code, _summary(rooms, turn, standing), alert.priority)
    alerted, turn = await _alert(state, rooms, errand, again=danger is not None)
    shown = _card(rooms, turn, standing, before, alerted)
    reply = Reply(
        shown.text,
        alert.route,
        Kind.CARD,
        shown.options,
        card=shown.card,
        facts=(shown.text,),
        fixed=True,
    )
    turn = replace(
        turn,
        assessment=danger or turn.assessment,
        route=alert.route,
        confidence=1.0,
        replies=(reply,),
        outcome=Outcome.CARD,
        reasons=(*turn.reasons, *standing.reasons),
    )
    guarded = before if before is not None and before.level > standing.level else standing
    return {"turn": turn, "guarded": guarded, "flow": None, "pending": ()}


def _danger(turn: Turn) -> Assessment | None:
    """What this message adds: its own danger, or the button that says so; None for nothing new."""
    if turn.choice == DANGER_CHOICE:
        return danger_pressed()
    return turn.assessment if turn.assessment.level >= Level.PASSIVE else None


def _pressed(turn: Turn) -> str | None:
    """The pressed button of a safety card."""
    return turn.choice if turn.choice in CHOICES else None


def _summary(rooms: Rooms, turn: Turn, standing: Assessment) -> str:
    category = standing.category or Category.SELF_HARM
    key = "task.safety_answer" if _pressed(turn) else "task.crisis"
    first = rooms.wording.say(
        "en", key, level=int(standing.level), category=category.value, label=turn.text
    )
    return f"{first} {rooms.wording.say('en', 'task.said', text=turn.text)}"


async def _alert(
    state: ConversationState, rooms: Rooms, errand: Errand, *, again: bool
) -> tuple[bool, Turn]:
    """Opens (or adds to) the task; danger alerts `again` and climbs the first rung. Whether it
    was accepted, and the turn with its trace."""
    turn = state["turn"]
    now = rooms.clock.now()
    session = ToolSession(rooms.ehr, state["patient_id"], turn.message_id)
    conversation_id = state["conversation_id"]
    try:
        task = await create_staff_task(
            session, rooms.desk, rooms.practice(), conversation_id, errand, now, alerts=again
        )
        rooms.broadcast.task(task)
        paged = None
        if again:
            paged = await page(rooms.practice(), rooms.desk, rooms.notifier, task, now)
    except Exception as error:  # noqa: BLE001 - whatever the desk says, the card goes out
        return False, replace(turn, reasons=(*turn.reasons, f"alert:{type(error).__name__}"))
    event = LedgerEvent(
        "alert.sent" if again else "task.added_to",
        now,
        "system",
        conversation_id,
        state["patient_id"],
        turn.message_id,
        {
            "task": task.id,
            "code": task.code.value,
            "notified": [member.id for member in paged.recipients] if paged else [],
        },
    )
    calls = (*turn.tools, *session.calls)
    return True, replace(turn, tools=calls, events=(*turn.events, event))


def _card(
    rooms: Rooms, turn: Turn, standing: Assessment, before: Assessment | None, alerted: bool
) -> SafetyCard:
    """The card for the danger, the answer to a button, or the shorter one when nothing rose."""
    practice, now = rooms.practice(), rooms.clock.now()
    pressed = _pressed(turn)
    moment: Moment = {
        "language": turn.language,
        "alerted": alerted,
        "practice_open": practice.is_open(now),
        "practice_phone": practice.phone,
        "after_hours_phone": practice.after_hours_phone,
        "minor": _is_minor(rooms, turn),
        "jurisdiction": practice.jurisdiction,
    }
    if pressed is not None:
        return rooms.cards.answer(pressed, level=standing.level, **moment)
    repeat = before is not None and standing.level <= before.level
    return rooms.cards.card(standing, repeat=repeat, **moment)


def _is_minor(rooms: Rooms, turn: Turn) -> bool:
    if turn.patient is None:
        return False
    return turn.patient.age_on(rooms.wording.today(rooms.clock.now())) < ADULT


class Moment(TypedDict):
    """What every card is told of the moment."""

    language: Language
    alerted: bool
    practice_open: bool
    practice_phone: str
    after_hours_phone: str | None
    minor: bool
    jurisdiction: str
