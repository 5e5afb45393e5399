"""The safety path: the fixed card, the task, the page. No model, no knowledge base, no EHR.

The alert is made first; the card says that a person was alerted only if a channel took it. A desk
or notifier that fails or hangs never keeps the card from the patient.
"""

import asyncio
from dataclasses import replace
from typing import TypedDict

from agent.domain.audit import JsonValue, LedgerEvent
from agent.domain.desk import Task
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
from agent.tools.alerts import Climb, page
from agent.tools.desk import Errand, create_staff_task
from agent.tools.session import ToolSession

DESK_TRIES = 2
DESK_SECONDS = 1.0
"""How long one try to write the task may take."""

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
    rose = before is None or standing.level > before.level
    repeat = 0 if rose else state.get("repeats", 0) + 1
    shown = _card(rooms, turn, standing, repeat, alerted)
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
    return {"turn": turn, "guarded": guarded, "repeats": repeat, "flow": None, "pending": ()}


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
    """Opens (or adds to) the task; danger alerts `again` and climbs the first rung. Whether
    somebody was told, and the turn with its trace."""
    turn = state["turn"]
    session = ToolSession(rooms.ehr, state["patient_id"], turn.message_id)
    task, failure = await _task(state, rooms, errand, session, again=again)
    if task is None:
        failed = _event(state, rooms, "alert.failed", code=errand.code.value, error=failure)
        reasons = (*turn.reasons, f"alert:{failure}")
        return False, replace(turn, reasons=reasons, events=(*turn.events, failed))
    rooms.broadcast.task(task)
    told = task.rungs_climbed > 0 or task.claimed_by is not None
    notified: list[JsonValue] = []
    if again:
        paged = await _paged(rooms, task)
        told = paged is not None
        notified = [member.id for member in paged.recipients] if paged else []
    kind = "alert.sent" if again else "task.added_to"
    sent = _event(state, rooms, kind, task=task.id, code=task.code.value, notified=notified)
    calls = (*turn.tools, *session.calls)
    return told, replace(turn, tools=calls, events=(*turn.events, sent))


async def _task(
    state: ConversationState, rooms: Rooms, errand: Errand, session: ToolSession, *, again: bool
) -> tuple[Task | None, str]:
    """The task, or the name of what kept it off the desk. A write that fails is tried once more:
    its key makes it one."""
    failure, now = "", rooms.clock.now()
    for _ in range(DESK_TRIES):
        try:
            async with asyncio.timeout(DESK_SECONDS):
                task = await create_staff_task(
                    session,
                    rooms.desk,
                    rooms.practice(),
                    state["conversation_id"],
                    errand,
                    now,
                    alerts=again,
                )
            return task, ""
        except Exception as error:  # noqa: BLE001 - whatever the desk says, the card goes out
            failure = type(error).__name__
    return None, failure


async def _paged(rooms: Rooms, task: Task) -> Climb | None:
    """Whom a channel has told; None: nobody yet, the ladder goes on trying."""
    try:
        paged = await page(rooms.practice(), rooms.desk, rooms.notifier, task, rooms.clock.now())
    except Exception:  # noqa: BLE001 - the task stands on the desk, and the card goes out
        return None
    return paged if paged is not None and paged.accepted else None


def _event(state: ConversationState, rooms: Rooms, kind: str, **data: JsonValue) -> LedgerEvent:
    return LedgerEvent(
        kind,
        rooms.clock.now(),
        "system",
        state["conversation_id"],
        state["patient_id"],
        state["turn"].message_id,
        data,
    )


def _card(rooms: Rooms, turn: Turn, standing: Assessment, repeat: int, alerted: bool) -> SafetyCard:
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
    return rooms.cards.card(standing, repeat=repeat, **moment)


def _is_minor(rooms: Rooms, turn: Turn) -> bool:
    if turn.patient is None:
        return False
    return turn.patient.is_minor_on(rooms.wording.today(rooms.clock.now()))


class Moment(TypedDict):
    """What every card is told of the moment."""

    language: Language
    alerted: bool
    practice_open: bool
    practice_phone: str
    after_hours_phone: str | None
    minor: bool
    jurisdiction: str
