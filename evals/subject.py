"""What is measured: a running agent, with a language model or without, put before patients' words.

A message goes through the agent's own nodes as the first of a conversation, so that a figure says
what a patient meets.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from agent.bootstrap import Models
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.people import Patient
from agent.domain.prompt import ModelCall
from agent.domain.safety import Assessment
from agent.domain.terms import Intent, Route
from agent.nodes.rooms import Rooms
from agent.nodes.screen import screen
from agent.nodes.triage import with_the_models
from agent.safety.alerts import alert_for
from agent.settings import ModelSettings
from agent.state import ConversationState, Turn
from agent.understanding.reading import COURTESY, Wish
from evals.figures import ALL, Key, Score, Share
from evals.split import Split

AT_ONCE = 2
"""Messages read at a time without a model: one a core."""

_PATIENT = Patient(PatientId("PT-EVAL"), "Robin", "Vale", date(1985, 5, 17), ai_chat_consent=True)
_CONVERSATION = ConversationId("eval")
_AT = datetime(2026, 6, 1, 16, tzinfo=UTC)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the data of the suites lies; `shared` is absent outside the workplace that has it."""

    splits: tuple[Split, ...]
    shared: Path
    portal: Path
    drafts: Path
    conversations: Path
    practices: Path

    @property
    def has_shared(self) -> bool:
        return self.shared.is_dir()


@dataclass(frozen=True, slots=True)
class Understood:
    """What the agent makes of a message: the danger in it, and what it asks for besides."""

    assessment: Assessment
    wishes: tuple[Wish, ...]

    @property
    def asked(self) -> tuple[Wish, ...]:
        """The wishes without the courtesies around them."""
        return tuple(w for w in self.wishes if w.intent not in COURTESY) or self.wishes[:1]

    @property
    def routes(self) -> tuple[Route, ...]:
        """A danger that was heard leaves room for no other route."""
        alert = alert_for(self.assessment)
        return (alert.route,) if alert else tuple(wish.route for wish in self.asked)

    @property
    def intents(self) -> tuple[Intent, ...]:
        return () if alert_for(self.assessment) else tuple(wish.intent for wish in self.asked)

    @property
    def confidence(self) -> float:
        return 1.0 if alert_for(self.assessment) else self.asked[0].confidence


@dataclass(frozen=True)
class Subject:
    """`rooms` of an agent that runs; `models` and `llm` to start others like it."""

    rooms: Rooms
    models: Models
    llm: ModelSettings
    sources: Sources
    calls: list[ModelCall] = field(default_factory=list)
    """Every question put to the language model, and what came of it."""

    @property
    def with_model(self) -> bool:
        return self.llm.configured

    @property
    def reads_open_data(self) -> bool:
        """The open data is for the way without a model: thousands of texts, read already."""
        return self.sources.has_shared and not self.with_model

    @property
    def threshold(self) -> float:
        return self.rooms.practice().thresholds.route

    def answers(self) -> dict[Key, Score]:
        """How often the model gave a usable answer: a figure with few is one without a model."""
        if not self.calls:
            return {}
        used = sum(call.outcome == "used" for call in self.calls)
        return {Key("model", "readings", ALL, "usable"): Share(used, len(self.calls))}

    async def dangers(self, texts: Sequence[str]) -> list[Assessment]:
        turns = await self._each(texts, self._screened)
        return [turn.assessment for turn in turns]

    async def understood(self, texts: Sequence[str]) -> list[Understood]:
        return await self._each(texts, self._understood)

    async def _each(self, texts: Sequence[str], work: Callable[[str], Awaitable[T]]) -> list[T]:
        """In the order of `texts`, a few at a time."""
        places = asyncio.Semaphore(self.llm.concurrency if self.with_model else AT_ONCE)

        async def one(text: str) -> T:
            async with places:
                return await work(text)

        return await asyncio.gather(*map(one, texts))

    async def _screened(self, text: str) -> Turn:
        turn = Turn(MessageId("eval"), text, _AT, patient=_PATIENT)
        turn = (
            await screen(ConversationState(turn=turn, conversation_id=_CONVERSATION), self.rooms)
        )["turn"]
        self.calls.extend(turn.model_calls)
        return turn

    async def _understood(self, text: str) -> Understood:
        turn = await self._screened(text)
        reading = await asyncio.to_thread(self.rooms.understanding.read, text)
        reading, turn = with_the_models(self.rooms, turn, reading)
        return Understood(turn.assessment, reading.wishes)
