"""Answers from the practice's approved content, and small talk from fixed texts."""

import asyncio
import time
from dataclasses import replace

from agent.domain.audit import PassageUsed
from agent.domain.conversation import Citation
from agent.domain.terms import ROUTE_OF, Intent, Kind, Route
from agent.nodes.rooms import Rooms
from agent.state import ConversationState, Reply, Turn, Update, Wish
from knowledge.errors import KnowledgeUnavailable
from knowledge.passage import PATIENTS, Retrieval

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
    try:
        found = await asyncio.to_thread(
            rooms.retriever.retrieve, wish.text, audience=PATIENTS, language=turn.language
        )
    except KnowledgeUnavailable:
        found = Retrieval((), 0.0, None)
    spent = (time.perf_counter() - started) * 1000
    turn = replace(turn, node_ms={**turn.node_ms, "retrieval": spent})
    if found.answer is not None and found.score >= rooms.practice().thresholds.answer:
        return {"turn": _cite(rooms, turn, wish, found)}
    return {"turn": _abstain(rooms, turn, wish, found)}


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
    if found.passages[0].language != turn.language:
        text = f"{rooms.wording.say(turn.language, 'answer.other_language')}\n{text}"
    route = ROUTE_OF[wish.intent]
    if route in (Route.OUT_OF_SCOPE, Route.SMALLTALK):
        route = Route.FAQ
    reply = Reply(
        text, route, Kind.TEXT, citations=cited, facts=tuple(p.text for p in found.passages)
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
