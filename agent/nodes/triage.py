"""What the message asks for: an answer to the waiting question, and the wishes in it."""

import asyncio
from dataclasses import replace

from agent.domain.terms import ROUTE_OF, Intent, Kind, Level, Mode, Route
from agent.flows.flow import Answer, FlowState
from agent.flows.registry import FLOWS, INTENT_OF
from agent.nodes.flow import CALENDAR, SEVERAL_TURNS, asked_again
from agent.nodes.rooms import Rooms
from agent.state import ConversationState, Reply, Turn, Update, Wish
from agent.understanding.answers import Answered, wants_out, yes_or_no
from agent.understanding.choices import choose
from agent.understanding.model_reading import NO, ModelReading
from agent.understanding.reading import Reading
from agent.understanding.replies import reply_to, sets_right

BY_CONTENT = frozenset({Intent.FAQ, Intent.BILLING_QUESTION, Intent.OUT_OF_SCOPE})
SMALL = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE})
ALWAYS_BY_PERSON = frozenset({Route.CLINICAL, Route.HUMAN, Route.ABUSE})
PERSON_INTENTS = frozenset({Intent.DISPUTE})
NEAR = CALENDAR | {Intent.APPOINTMENT_LIST}
"""While a calendar question waits, words read as one of these may be its answer."""

ONLY_AN_ANSWER = 0.92
"""How sure a reading of a bare yes or no must be where nothing was asked: "confirm" is a wish, "yes
please" is none."""

SHORT_CORRECTION = 8
"""Words of "no, I meant ..." that set the question right and ask nothing beside."""


async def triage(state: ConversationState, rooms: Rooms) -> Update:
    """Fills `turn.todo`, most answerable first, and says what the turn is about."""
    turn = state["turn"]
    if turn.patient is None or not turn.patient.ai_chat_consent:
        return {"turn": _to_person(turn, Intent.PERSON)}
    waiting = state.get("flow")
    if turn.choice is not None:
        return _clicked(state, rooms, turn, waiting)
    direct = await asyncio.to_thread(_direct_answer, turn.text, waiting, rooms)
    if isinstance(direct, Answer) and direct.value is not None and waiting is not None:
        turn = replace(turn, language=state.get("language") or turn.language)
        return {"turn": _planned(rooms, turn, (_answering(waiting, direct),), 1.0)}
    if waiting is not None and wants_out(turn.text):
        text = rooms.wording.say(turn.language, "common.nothing_changed")
        reply = Reply(text, _route(waiting), fixed=True)
        turn = replace(turn, route=_route(waiting), replies=(reply,))
        pending = state.get("pending", ())
        return {"turn": replace(turn, todo=pending), "flow": None, "pending": ()}
    reading = await asyncio.to_thread(rooms.understanding.read, turn.text, state.get("language"))
    turn = replace(turn, language=_spoken(rooms, reading.language))
    reading, turn = with_the_models(rooms, turn, reading)
    if waiting is not None:
        return _while_waiting(state, rooms, turn, waiting, direct, reading)
    return _fresh(state, rooms, turn, reading)


def _to_person(turn: Turn, intent: Intent) -> Turn:
    wish = Wish(intent, turn.text, by_person=True)
    return replace(turn, todo=(wish,), route=ROUTE_OF[intent], mode=Mode.HUMAN_ONLY)


def _spoken(rooms: Rooms, language: str) -> str:
    return language if language in rooms.practice().languages else rooms.practice().languages[0]


def _route(waiting: FlowState) -> Route:
    return ROUTE_OF[INTENT_OF.get(waiting.flow, Intent.FAQ)]


def _answering(waiting: FlowState, answer: Answer, otherwise: tuple[Wish, ...] = ()) -> Wish:
    intent = INTENT_OF.get(waiting.flow, Intent.FAQ)
    return Wish(intent, answer.text, answer=answer, otherwise=otherwise)


def _clicked(
    state: ConversationState, rooms: Rooms, turn: Turn, waiting: FlowState | None
) -> Update:
    """A button: it means what it was offered for, or nothing at all when its question is over."""
    turn = replace(turn, language=state.get("language") or turn.language)
    offer = next((o for o in waiting.offers if o.id == turn.choice), None) if waiting else None
    if waiting is not None and offer is not None:
        wish = _answering(waiting, Answer(offer.label, offer.value))
        return {"turn": _planned(rooms, turn, (wish,), 1.0)}
    lead = rooms.wording.say(turn.language, "common.stale_choice")
    route = _route(waiting) if waiting else Route.SMALLTALK
    reply = asked_again(waiting, lead, route) if waiting else Reply(lead, route, fixed=True)
    return {"turn": replace(turn, replies=(reply,), route=route, reasons=("stale_choice",))}


def _direct_answer(text: str, waiting: FlowState | None, rooms: Rooms) -> Answer | None:
    """Yes, no, or one of the options."""
    if waiting is None:
        return None
    if waiting.kind is Kind.CONFIRM:
        said = reply_to(waiting.question, text, rooms.reader)
        if said is not None and said.answered in (Answered.YES, Answered.NO):
            return Answer(text, "yes" if said.answered is Answered.YES else "no")
        return Answer((said.rest if said else "") or text)
    if not waiting.offers:
        return Answer(text)
    labels = [offer.label for offer in waiting.offers]
    starts = [offer.start for offer in waiting.offers]
    found = choose(text, labels, starts=starts, now=rooms.local_now())
    return Answer(text, waiting.offers[found].value if isinstance(found, int) else None)


def with_the_models(rooms: Rooms, turn: Turn, reading: Reading) -> tuple[Reading, Turn]:
    """Where the local reading is unsure, what the model is sure of takes its place."""
    threshold = rooms.practice().thresholds.route
    sure = tuple(w for w in reading.wishes if w.confidence >= threshold)
    if turn.model_reading is None or len(sure) == len(reading.wishes):
        return reading, turn
    known = {wish.intent for wish in sure}
    theirs = tuple(
        w for w in turn.model_reading.wishes if w.confidence >= threshold and w.intent not in known
    )
    if not theirs:
        return reading, turn
    turn = replace(turn, reasons=(*turn.reasons, "model:wishes"))
    return replace(reading, wishes=(*sure, *theirs)), turn


def _by_the_model(waiting: FlowState, turn: Turn) -> tuple[Wish, ...]:
    """The answer that the model alone heard, for when nothing local fits. Its yes to a read-back is
    worth nothing: the question is asked again (DESIGN, rule 2)."""
    read = turn.model_reading or ModelReading()
    if waiting.kind is Kind.CONFIRM:
        return (_answering(waiting, Answer(turn.text, NO)),) if read.answer == NO else ()
    if read.choice is None or read.choice >= len(waiting.offers):
        return ()
    return (_answering(waiting, Answer(turn.text, waiting.offers[read.choice].value)),)


def _while_waiting(
    state: ConversationState,
    rooms: Rooms,
    turn: Turn,
    waiting: FlowState,
    direct: Answer | None,
    reading: Reading,
) -> Update:
    """Free words while a question stands: a correction of it, or another wish in the middle."""
    threshold = rooms.practice().thresholds.route
    sure = tuple(
        Wish(w.intent, w.text, w.confidence)
        for w in reading.wishes
        if w.confidence >= threshold and w.intent not in SMALL
    )
    own = INTENT_OF.get(waiting.flow)
    near = NEAR if own in CALENDAR else frozenset({own} if own else ())
    others = tuple(w for w in sure if w.intent not in near)
    confidence = max((w.confidence for w in reading.wishes), default=0.0)
    if direct is not None and _corrects(waiting, turn.text, direct.text):
        corrected = (_answering(waiting, direct, others),)
        return {"turn": _planned(rooms, turn, corrected, confidence)}
    if others and len(others) == len(sure):
        planned = _planned(rooms, turn, others, confidence)
        # "Which of these do you mean?" is over once the patient has said something clear.
        return {"turn": planned, "flow": waiting if own is not None else None}
    other_flow = tuple(w for w in sure if w.intent in near and w.intent is not own)
    question = (Wish(Intent.FAQ, turn.text),) if "?" in turn.text and not sure else ()
    otherwise = (*other_flow, *others) or _by_the_model(waiting, turn) or question
    answering = _answering(waiting, direct or Answer(turn.text), otherwise)
    if _changes_mind(own, other_flow):
        return {"turn": _planned(rooms, turn, other_flow, confidence)}
    return {"turn": _planned(rooms, turn, (answering, *others), confidence)}


def _corrects(waiting: FlowState, text: str, rest: str) -> bool:
    """ "No, I meant the trazodone" at a read-back: its words alone may sound like another wish."""
    is_short = rest != text and len(rest.split()) <= SHORT_CORRECTION
    return waiting.kind is Kind.CONFIRM and is_short and "?" not in text and sets_right(rest)


def _changes_mind(own: Intent | None, others: tuple[Wish, ...]) -> bool:
    """Calling off what was being moved (or the reverse) is a new wish, whatever day it names."""
    opposite = {Intent.APPOINTMENT_CANCEL, Intent.WAITLIST_JOIN, Intent.WAITLIST_LEAVE}
    if own is Intent.APPOINTMENT_CANCEL:
        opposite = {Intent.APPOINTMENT_RESCHEDULE, Intent.APPOINTMENT_BOOK}
    return any(wish.intent in opposite for wish in others)


def _fresh(state: ConversationState, rooms: Rooms, turn: Turn, reading: Reading) -> Update:
    """No question stands: every wish that is sure enough, or one clarifying question."""
    threshold = rooms.practice().thresholds.route
    confidence = max((w.confidence for w in reading.wishes), default=0.0)
    said = yes_or_no(turn.text)
    is_bare = said is not None and said.answered in (Answered.YES, Answered.NO)
    if said is not None and confidence < (ONLY_AN_ANSWER if is_bare else threshold):
        return {"turn": replace(turn, route=Route.SMALLTALK, confidence=confidence)}
    wishes: list[Wish] = []
    for found in reading.wishes:
        wish = Wish(found.intent, found.text, found.confidence)
        if found.confidence < threshold and found.intent not in SMALL:
            wish = _unsure(wish, found.runner_up)
        wishes.append(wish)
    if turn.assessment.level is Level.DISTRESS:
        wishes = [w for w in wishes if w.intent in SEVERAL_TURNS or w.intent.value in FLOWS]
        wishes = [w for w in wishes if not w.candidates and w.confidence >= threshold]
    return {"turn": _planned(rooms, turn, tuple(wishes), confidence)}


def _unsure(wish: Wish, runner_up: Intent | None) -> Wish:
    """Perhaps the practice's content answers it anyway; if not, ask which of two it is."""
    if wish.intent in BY_CONTENT:
        return wish
    candidates = tuple(
        intent
        for intent in (wish.intent, runner_up)
        if intent is not None and intent not in SMALL and intent.value in _OFFERABLE
    )
    if not candidates:
        return Wish(Intent.FAQ, wish.text, wish.confidence)
    asked = Wish(wish.intent, wish.text, wish.confidence, candidates=candidates)
    if runner_up is not Intent.FAQ:
        return asked
    return Wish(Intent.FAQ, wish.text, wish.confidence, otherwise=(asked,))


_OFFERABLE = frozenset(
    {*FLOWS, Intent.FAQ, Intent.DISPUTE, Intent.CLINICAL_QUESTION, Intent.BILLING_QUESTION}
)


def _planned(rooms: Rooms, turn: Turn, wishes: tuple[Wish, ...], confidence: float) -> Turn:
    """Quick answers first, the wish that will ask something last; modes looked up here."""
    practice = rooms.practice()
    planned = []
    for wish in wishes:
        route = ROUTE_OF[wish.intent]
        by_person = (
            route in ALWAYS_BY_PERSON
            or wish.intent in PERSON_INTENTS
            or (wish.answer is None and _human_only(practice.mode(route), route))
        )
        planned.append(replace(wish, by_person=by_person and not wish.candidates))
    answers = [w for w in planned if w.answer is not None]
    quick = [w for w in planned if w.answer is None and w.intent not in SEVERAL_TURNS]
    asking = [w for w in planned if w.answer is None and w.intent in SEVERAL_TURNS]
    todo = (*answers, *quick, *asking)
    if not todo:
        return replace(turn, confidence=confidence)
    main = (answers or asking or quick)[0]
    route = ROUTE_OF[main.intent]
    return replace(turn, todo=todo, route=route, mode=practice.mode(route), confidence=confidence)


def _human_only(mode: Mode, route: Route) -> bool:
    return mode is Mode.HUMAN_ONLY and route not in (Route.SMALLTALK, Route.OUT_OF_SCOPE)


def next_node(state: ConversationState) -> str:
    """Which node settles the next wish; `compose` when none is left."""
    todo = state["turn"].todo
    if not todo:
        return "compose"
    wish = todo[0]
    if wish.by_person:
        return "handoff"
    if wish.answer is not None or wish.candidates or wish.intent.value in FLOWS:
        return "flow"
    return "answer"
