"""What the ledger records: ids, hashes and decisions, never what a patient wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agent.domain.conversation import Citation
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.prompt import ModelCall
from agent.domain.terms import Category, Level, Mode, Outcome, Route

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One thing that happened. `kind` is past tense with dots (`message.received`,
    `safety.assessed`, `tool.called`, `task.opened`, `draft.approved`, `control.taken`);
    `actor` is `patient`, `assistant`, `system` or `staff:<id>`."""

    kind: str
    at: datetime
    actor: str
    conversation_id: ConversationId | None = None
    patient_id: PatientId | None = None
    message_id: MessageId | None = None
    data: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """An event in its chain: `hash` covers the event and `previous` (SHA-256, hex)."""

    event: LedgerEvent
    chain: str
    position: int
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class PassageUsed:
    citation: Citation
    score: float


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call on the EHR or the desk; `outcome` is `ok`, `refused:<why>` or `failed:<why>`."""

    name: str
    outcome: str
    writes: bool = False


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """Why a message was answered the way it was: what the desk and the evals read."""

    conversation_id: ConversationId
    message_id: MessageId
    at: datetime
    route: Route
    confidence: float
    level: Level
    category: Category | None
    mode: Mode
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    passages: tuple[PassageUsed, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    model_calls: tuple[ModelCall, ...] = ()
    duration_ms: float = 0.0
    node_ms: Mapping[str, float] = field(default_factory=dict)
