"""The safety path: the fixed card, the task, the page. No model, no knowledge base, no EHR.

The alert is made first; the card says that a person was alerted only if that worked. A failing
desk or notifier never keeps the card from the patient.
"""

from dataclasses import replace

from agent.domain.audit import LedgerEvent
from agent.domain.safety import Assessment
from agent.domain.terms import Category, Kind, Level, Outcome, Priority, Route, TaskCode
from agent.nodes.rooms import Rooms
from agent.nodes.screen import SAFETY_CHOICE
from agent.ports import PortError
from agent.safety.cards import SafetyCard, alert_for
from agent.state import ConversationState, Reply, Turn, Update
from agent.tools.alerts import climb
from agent.tools.desk import Errand, create_staff_task
from agent.tools.session import ToolSession

DANGER = "safety.danger"
ADULT = 18


async def crisis(state: ConversationState, rooms: Rooms) -> Update:
    """Alerts, then answers with a fixed card; the conversation stays guarded until a person
    has closed the task."""
    turn = state["turn"]
    assessment = _assessed(turn)
    code, priority, route = alert_for(assessment) or (
        TaskCode.CRISIS,
        Priority.URGENT,
        Route.CRISIS,
    )
    alerted, turn = await _alert(
        state, rooms, assessment, Errand(code, _summary(rooms, turn, assessment), priority)
    )
    shown = await _card(state, rooms, assessment, alerted)
    reply = Reply(
        shown.text,
        route,
        Kind.CARD,
        shown.options,
        card=shown.card,
        facts=(shown.text,),
        fixed=True,
    )
    turn = replace(
        turn,
        assessment=assessment,
        route=route,
        confidence=1.0,
        replies=(reply,),
        outcome=Outcome.CARD,
        reasons=(*turn.reasons, *assessment.reasons),
    )
    return {"turn": turn, "guarded": True, "flow": None, "pending": ()}


def _assessed(turn: Turn) -> Assessment:
    """What the message says, or what the pressed button of a card means."""
    if turn.choice == DANGER:
        return Assessment(Level.IMMINENT, Category.SELF_HARM, ("button:danger",))
    return turn.assessment


def _summary(rooms: Rooms, turn: Turn, assessment: Assessment) -> str:
    category = assessment.category or Category.SELF_HARM
    key = "task.safety_answer" if _pressed(turn) else "task.crisis"
    first = rooms.wording.say(
        "en", key, level=int(assessment.level), category=category.value, label=turn.text
    )
    return f"{first} {rooms.wording.say('en', 'task.said', text=turn.text)}"


def _pressed(turn: Turn) -> bool:
    return turn.choice is not None and turn.choice.startswith(SAFETY_CHOICE)


async def _alert(
    state: ConversationState, rooms: Rooms, assessment: Assessment, errand: Errand
) -> tuple[bool, Turn]:
    """Opens (or adds to) the task and climbs the first rung. Every danger alerts again; what is
    harmless in a guarded conversation is only added to the open task."""
    turn = state["turn"]
    now = rooms.clock.now()
    session = ToolSession(rooms.ehr, state["patient_id"], turn.message_id)
    danger = assessment.level >= Level.PASSIVE
    try:
        task = await create_staff_task(
            session,
            rooms.desk,
            rooms.practice(),
            state["conversation_id"],
            errand,
            now,
            alerts=danger,
        )
        rooms.broadcast.task(task)
        climbed = await climb(rooms.practice(), rooms.desk, rooms.notifier, task, now)
    except PortError as error:
        return False, replace(turn, reasons=(*turn.reasons, f"alert:{type(error).__name__}"))
    people = [member.id for member in climbed.recipients] if climbed else []
    event = LedgerEvent(
        "alert.sent" if danger else "task.added_to",
        now,
        "system",
        state["conversation_id"],
        state["patient_id"],
        turn.message_id,
        {"task": task.id, "code": task.code.value, "notified": list(people)},
    )
    events = (*turn.events, event)
    return True, replace(turn, tools=(*turn.tools, *session.calls), events=events)


async def _card(
    state: ConversationState, rooms: Rooms, assessment: Assessment, alerted: bool
) -> SafetyCard:
    turn = state["turn"]
    practice = rooms.practice()
    now = rooms.clock.now()
    patient = turn.patient
    minor = patient is not None and patient.age_on(rooms.wording.today(now)) < ADULT
    pressed = turn.choice if _pressed(turn) and turn.choice != DANGER else None
    return rooms.cards.card(
        assessment,
        answer=pressed,
        language=turn.language,
        alerted=alerted,
        practice_open=practice.is_open(now),
        practice_phone=practice.phone,
        after_hours_phone=practice.after_hours_phone,
        minor=minor,
        jurisdiction=practice.jurisdiction,
        repeat=bool(state.get("guarded")),
    )
