"""What the graph carries: a bounded conversation state, and one frozen turn that each message
replaces (so that no draft of one turn can leak into the next)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from agent.domain.audit import LedgerEvent, PassageUsed, ToolCall, TurnRecord
from agent.domain.conversation import Card, Citation, Message, Option
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.people import Patient
from agent.domain.prompt import ModelCall
from agent.domain.safety import SAFE, Assessment
from agent.domain.terms import Control, Intent, Kind, Language, Mode, Outcome, Route
from agent.flows.flow import Answer, FlowState
from agent.understanding.model_reading import ModelReading

WINDOW = 10
"""How many of the patient's last messages the danger screen looks back on (DOMAIN D.2)."""

WINDOW_CHARACTERS = 400
MOST_PENDING = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing the patient asks for, in their words.

    `answer`: it goes to the waiting flow. `otherwise`: what it is if the flow (or the practice's
    content) cannot use it. `candidates`: not sure enough; ask which of these it is.
    `by_person`: no machine can settle it.
    """

    intent: Intent
    text: str
    confidence: float = 1.0
    answer: Answer | None = None
    otherwise: tuple["Wish", ...] = ()
    candidates: tuple[Intent, ...] = ()
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A drafted message. `facts`: the texts that every number, date and name in it must be
    found in. `fixed`: an approved text without facts, so no mode holds it back. `material`: what a
    language model may put in other words; without it these words stand. `written_by`: the call
    that wrote it; None: approved words or a template."""

    text: str
    route: Route
    kind: Kind = Kind.TEXT
    options: tuple[Option, ...] = ()
    citations: tuple[Citation, ...] = ()
    card: Card | None = None
    facts: tuple[str, ...] = ()
    fixed: bool = False
    material: tuple[str, ...] = ()
    written_by: ModelCall | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One patient message on its way to its replies."""

    message_id: MessageId
    text: str
    at: datetime
    control: Control = Control.ASSISTANT
    choice: str | None = None
    language: Language = "en"
    patient: Patient | None = None
    assessment: Assessment = SAFE
    model_reading: ModelReading | None = None
    """What a language model read in the message; None when none was asked or none answered."""
    route: Route = Route.SMALLTALK
    confidence: float = 1.0
    mode: Mode = Mode.AUTO
    todo: tuple[Wish, ...] = ()
    replies: tuple[Reply, ...] = ()
    outcome: Outcome = Outcome.DELIVERED
    reasons: tuple[str, ...] = ()
    passages: tuple[PassageUsed, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    model_calls: tuple[ModelCall, ...] = ()
    events: tuple[LedgerEvent, ...] = ()
    resume: bool = False
    """Something else was said while a flow waits: its question has to be asked again."""
    node_ms: Mapping[str, float] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()
    record: TurnRecord | None = None
    """Set by `deliver`: what the transcript stores when the turn is finished."""


class ConversationState(TypedDict, total=False):
    """The checkpoint. Bounded: 500 turns cost as much as five."""

    conversation_id: ConversationId
    patient_id: PatientId
    turn: Turn
    flow: FlowState | None
    pending: tuple[Wish, ...]
    window: tuple[str, ...]
    language: Language
    guarded: Assessment | None
    """The danger a safety card was shown for: until a person has closed its task, only cards and
    people answer."""
    repeats: int
    """How many cards were shown since the danger last rose."""
    misses: int
    """How many turns in a row were not understood."""
    spoken_at: datetime
    """When the patient last wrote."""
    disclosed_at: datetime
    """When the conversation last said that it is a machine's."""


class Update(TypedDict, total=False):
    """What a node changes."""

    turn: Turn
    flow: FlowState | None
    pending: tuple[Wish, ...]
    window: tuple[str, ...]
    language: Language
    guarded: Assessment | None
    repeats: int
    misses: int
    spoken_at: datetime
    disclosed_at: datetime
