"""What stands in a conversation: messages and changes of control, numbered by `seq`."""

from dataclasses import dataclass
from datetime import datetime

from agent.domain.ids import ConversationId, MessageId, PatientId, StaffId
from agent.domain.terms import Author, Category, Control, Kind, Level, Route


@dataclass(frozen=True, slots=True)
class Option:
    """A button: `id` comes back as `choice`, `label` is what the patient reads."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Citation:
    title: str
    source: str
    version: str


@dataclass(frozen=True, slots=True)
class CardAction:
    """A tap target of a safety card; `href` is a tel:, sms: or https: link."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Card:
    level: Level
    category: Category
    version: str
    actions: tuple[CardAction, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffRef:
    id: StaffId
    name: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `seq` is 0 until the transcript has numbered it; `at` is aware."""

    conversation_id: ConversationId
    id: MessageId
    at: datetime
    author: Author
    text: str
    kind: Kind = Kind.TEXT
    options: tuple[Option, ...] = ()
    citations: tuple[Citation, ...] = ()
    card: Card | None = None
    route: Route | None = None
    reply_to: MessageId | None = None
    staff: StaffRef | None = None
    choice: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class ControlChange:
    """From here on `by` speaks with the patient."""

    conversation_id: ConversationId
    id: MessageId
    at: datetime
    by: Control
    staff: StaffRef | None = None
    seq: int = 0


Entry = Message | ControlChange


@dataclass(frozen=True, slots=True)
class Delta:
    """A reviewed sentence of the message that is coming for `turn`; `number` counts from 1. One
    that begins with a line break begins a line."""

    conversation_id: ConversationId
    turn: MessageId
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """The lasting thread with one patient; `seq` is the highest number given so far."""

    id: ConversationId
    patient_id: PatientId
    control: Control
    seq: int
    created: datetime
    staff: StaffRef | None = None
    ended: datetime | None = None
