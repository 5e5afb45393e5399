"""Has the language model put what was found in its own words, when there is one and it may.

It may rephrase an answer from the practice's content, and combine several results into one message.
A single result, a question, a notice, a fixed text and what a flow wrote in the EHR stand in their
own words; so does everything when the patient is distressed, pressed a button or quoted words that
steer an assistant. Whatever goes wrong, the replies stay as they were: what the patient has seen of
a dropped draft is replaced by them.
"""

import asyncio
import re
from dataclasses import replace
from itertools import count

from agent.domain.conversation import Citation, Delta
from agent.domain.ids import ConversationId
from agent.domain.prompt import ModelCall, Prompt
from agent.domain.terms import Language, Level
from agent.guardrails.injection import steers
from agent.nodes.consult import pseudonyms
from agent.nodes.grounds import grounds_of
from agent.nodes.rooms import Consultant, Rooms
from agent.phrasing.drafting import USED, Dropped, Terms, draft
from agent.policy import AUTOMATED
from agent.privacy.pseudonyms import Pseudonyms
from agent.state import Reply, Turn
from knowledge.language import detect_language

PROMPT = "compose"
LANGUAGES: dict[Language, str] = {"en": "English", "es": "Spanish"}
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")


async def phrased(turn: Turn, rooms: Rooms, conversation_id: ConversationId) -> Turn:
    """The turn with the model's words in place of those they stand for, and its call."""
    consultant = rooms.consultant
    if consultant is None or turn.assessment.level > Level.NONE or turn.choice is not None:
        return turn
    chosen = _chosen(turn, rooms)
    if not chosen:
        return turn
    try:
        return await _phrase(turn, rooms, consultant, chosen, conversation_id)
    except Exception as error:  # noqa: BLE001 - whatever is wrong on the model's side, the replies stand
        return replace(turn, reasons=(*turn.reasons, f"model:{type(error).__name__}"))


def _chosen(turn: Turn, rooms: Rooms) -> tuple[Reply, ...]:
    """Replies that go the same way (at once, or to a person first) become one."""
    practice = rooms.practice()
    may = [reply for reply in turn.replies if reply.material]
    same = tuple(r for r in may if practice.mode(r.route) is practice.mode(may[0].route))
    return same if len(same) > 1 or any(reply.citations for reply in same) else ()


async def _phrase(
    turn: Turn,
    rooms: Rooms,
    consultant: Consultant,
    chosen: tuple[Reply, ...],
    conversation_id: ConversationId,
) -> Turn:
    sources = tuple(text for reply in chosen for text in reply.material)
    if any(steers(text) for text in (turn.text, *sources)):
        return replace(turn, reasons=(*turn.reasons, "model:steered"))
    names = await pseudonyms(turn, rooms, consultant)
    prompt = await asyncio.to_thread(_prompt, turn, rooms, consultant, names, sources)
    asked = ModelCall(consultant.model.name, prompt.name, USED, writes=True)
    unsaid = replace(
        chosen[0], citations=_citations(chosen), facts=sources, material=(), written_by=asked
    )
    terms = _terms(turn, rooms, consultant, chosen, unsaid, conversation_id)
    text, call = await draft(consultant.model, prompt, names, terms)
    turn = replace(turn, model_calls=(*turn.model_calls, call))
    if text is None:
        return turn
    said = replace(unsaid, text=text, written_by=call)
    joined = {id(reply) for reply in chosen[1:]}
    replies = (said if r is chosen[0] else r for r in turn.replies if id(r) not in joined)
    return replace(turn, replies=tuple(replies))


def _prompt(
    turn: Turn, rooms: Rooms, consultant: Consultant, names: Pseudonyms, sources: tuple[str, ...]
) -> Prompt:
    hidden = [names.hide(source) for source in sources]
    numbered = [f"{number}. {text}" for number, text in enumerate(hidden, start=1)]
    return consultant.prompts[PROMPT].fill(
        practice=rooms.practice().name,
        tone=rooms.wording.say(turn.language, "compose.tone"),
        language=LANGUAGES.get(turn.language, LANGUAGES["en"]),
        message=names.hide(turn.text),
        sources="\n\n".join(numbered if len(hidden) > 1 else hidden),
    )


def _citations(chosen: tuple[Reply, ...]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(c for reply in chosen for c in reply.citations))


def _terms(
    turn: Turn,
    rooms: Rooms,
    consultant: Consultant,
    chosen: tuple[Reply, ...],
    unsaid: Reply,
    conversation_id: ConversationId,
) -> Terms:
    # Review puts the disclosure before the whole reply: no single sentence has to carry it.
    grounds = replace(grounds_of(rooms, turn, unsaid), asked="")
    to_patient = rooms.practice().mode(unsaid.route) in AUTOMATED
    results = [text for reply in chosen if not reply.citations for text in reply.material]
    numbers = count(1)

    async def check(text: str) -> None:
        verdict = await rooms.guard.check(text, grounds)
        if not verdict.allowed:
            raise Dropped(f"blocked:{','.join(verdict.reasons)}")

    def accept(text: str) -> None:
        # A table of names and hours may read like the other language in the sources themselves.
        own = {turn.language, detect_language(" ".join(unsaid.facts), turn.language)}
        if detect_language(text, turn.language) not in own:
            raise Dropped("unusable:language")
        if not _figures(" ".join(results)) <= _figures(text):
            raise Dropped("blocked:omission")

    def tell(sentence: str) -> None:
        if to_patient:
            delta = Delta(conversation_id, turn.message_id, next(numbers), sentence)
            rooms.broadcast.delta(delta)

    return Terms(consultant.first_seconds, check, accept, tell)


def _figures(text: str) -> frozenset[str]:
    """Every number of a result has to be in what is made of it."""
    return frozenset(_NUMBER.findall(text))
