"""Answers from the practice's approved content, and small talk from fixed texts."""

import asyncio
import time
from dataclasses import replace

from agent.domain.audit import PassageUsed
from agent.domain.conversation import Citation
from agent.domain.terms import ROUTE_OF, Intent, Kind, Route
from agent.nodes.rooms import Rooms
from agent.state import ConversationState, Reply, Turn, Update, Wish
from agent.understanding.segments import pieces
from knowledge.errors import KnowledgeUnavailable
from knowledge.passage import PATIENTS, Retrieval

FEWEST_WORDS = 3
MOST_QUESTIONS = 3

CONVERSED: dict[Intent, str] = {
    Intent.GREETING: "converse.greeting",
    Intent.THANKS: "converse.thanks",
    Intent.GOODBYE: "converse.goodbye",
    Intent.ARE_YOU_REAL: "converse.are_you_real",
}


async def answer(state: ConversationState, rooms: Rooms) -> Update:
    """Settles the first wish, or puts what it otherwise is in its place."""
    turn = state["turn"]
    wish, rest = turn.todo[0], turn.todo[1:]
    turn = replace(turn, todo=rest, resume=True)
    if wish.intent in CONVERSED:
        return {"turn": _converse(rooms, turn, CONVERSED[wish.intent])}
    started = time.perf_counter()
    found = await _found(rooms, turn, _questions(wish.text))
    spent = (time.perf_counter() - started) * 1000
    turn = replace(turn, node_ms={**turn.node_ms, "retrieval": spent})
    answered = [each for each in found if _answers(rooms, each)]
    if not answered:
        return {"turn": _abstain(rooms, turn, wish, found[0])}
    for each in answered:
        turn = _cite(rooms, turn, wish, each)
    return {"turn": turn}


def _questions(text: str) -> tuple[str, ...]:
    """The text as a whole, and its parts when it asks several things."""
    parts = tuple(part for part in pieces(text) if len(part.split()) >= FEWEST_WORDS)
    return (text, *parts) if 1 < len(parts) <= MOST_QUESTIONS else (text,)


async def _found(rooms: Rooms, turn: Turn, questions: tuple[str, ...]) -> tuple[Retrieval, ...]:
    """What each part finds, if each finds its own answer; else what the whole finds."""
    whole, *parts = [await _retrieve(rooms, turn, question) for question in questions]
    best = {part.passages[0].id for part in parts if _answers(rooms, part)}
    return tuple(parts) if parts and len(best) == len(parts) else (whole,)


async def _retrieve(rooms: Rooms, turn: Turn, question: str) -> Retrieval:
    try:
        return await asyncio.to_thread(
            rooms.retriever.retrieve, question, audience=PATIENTS, language=turn.language
        )
    except KnowledgeUnavailable:
        return Retrieval((), 0.0, None)


def _answers(rooms: Rooms, found: Retrieval) -> bool:
    return found.answer is not None and found.score >= rooms.practice().thresholds.answer


def _converse(rooms: Rooms, turn: Turn, key: str) -> Turn:
    name = turn.patient.display_name if turn.patient else ""
    practice = rooms.practice()
    text = rooms.wording.say(turn.language, key, name=name, practice=practice.name)
    reply = Reply(text, Route.SMALLTALK, facts=(name, practice.name), fixed=True)
    return replace(turn, replies=(*turn.replies, reply))


def _cite(rooms: Rooms, turn: Turn, wish: Wish, found: Retrieval) -> Turn:
    """The approved words as they stand, with their source."""
    assert found.answer is not None
    cited = tuple(Citation(c.title, c.source, c.version) for c in found.answer.citations)
    text = found.answer.text
    material: tuple[str, ...] = (found.passages[0].text,)
    if found.passages[0].language != turn.language:
        text = f"{rooms.wording.say(turn.language, 'answer.other_language')}\n{text}"
        # In the patient's language it would be a machine's translation, which nobody approved.
        material = ()
    route = ROUTE_OF[wish.intent]
    if route in (Route.OUT_OF_SCOPE, Route.SMALLTALK):
        route = Route.FAQ
    reply = Reply(
        text,
        route,
        Kind.TEXT,
        citations=cited,
        facts=tuple(p.text for p in found.passages),
        material=material,
    )
    return replace(
        turn,
        replies=(*turn.replies, reply),
        passages=(*turn.passages, *_used(found)),
        reasons=(*turn.reasons, f"answer:{found.score:.2f}"),
    )


def _used(found: Retrieval) -> tuple[PassageUsed, ...]:
    return tuple(
        PassageUsed(Citation(p.title, p.source, p.version), p.score) for p in found.passages
    )


def _abstain(rooms: Rooms, turn: Turn, wish: Wish, found: Retrieval) -> Turn:
    """Nothing approved answers it: what it otherwise is, a person, or a kind word."""
    turn = replace(
        turn,
        passages=(*turn.passages, *_used(found)),
        reasons=(*turn.reasons, f"abstained:{found.score:.2f}"),
    )
    if wish.otherwise:
        return replace(turn, todo=(*wish.otherwise, *turn.todo))
    if wish.intent is Intent.OUT_OF_SCOPE:
        practice = rooms.practice()
        text = rooms.wording.say(turn.language, "converse.out_of_scope", practice=practice.name)
        reply = Reply(text, Route.OUT_OF_SCOPE, facts=(practice.name,), fixed=True)
        return replace(turn, replies=(*turn.replies, reply))
    return replace(turn, todo=(replace(wish, by_person=True), *turn.todo))
