"""The frames of `portico.v1` (CONTRACTS 4): what a client may say and what the server answers."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from agent.domain.conversation import Card, ControlChange, Delta, Entry, Message, StaffRef
from agent.domain.terms import Author, Control

SUBPROTOCOL = "portico.v1"
MAX_FRAME_BYTES = 64 * 1024
MAX_TEXT = 4000

Frame = dict[str, Any]
ErrorCode = Literal[
    "bad_frame",
    "bad_token",
    "expired_token",
    "no_consent",
    "too_large",
    "rate_limited",
    "conflict",
    "unavailable",
]

# --- what a client sends -----------------------------------------------------------------------

_Seq = Annotated[int, Field(ge=0, le=2**53)]
_Id = Annotated[str, Field(min_length=1, max_length=100)]


class _ClientFrame(BaseModel):
    """Fields that this version does not know are let pass: a newer client stays welcome."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Hello(_ClientFrame):
    type: Literal["hello"]
    token: Annotated[str, Field(max_length=8192)]
    conversation: _Id | None = None
    after: _Seq = 0
    locale: Annotated[str, Field(max_length=35)] | None = None


class Say(_ClientFrame):
    type: Literal["say"]
    id: _Id
    text: Annotated[str, Field(min_length=1)]
    choice: Annotated[str, Field(max_length=500)] | None = None


class Typing(_ClientFrame):
    type: Literal["typing"]


class Read(_ClientFrame):
    type: Literal["read"]
    seq: _Seq


class Feedback(_ClientFrame):
    type: Literal["feedback"]
    seq: _Seq
    value: Literal["up", "down"]
    comment: Annotated[str, Field(max_length=MAX_TEXT)] = ""


class End(_ClientFrame):
    type: Literal["end"]


ClientFrame = Hello | Say | Typing | Read | Feedback | End
_CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(
    Annotated[ClientFrame, Field(discriminator="type")]
)


class FrameError(Exception):
    """A frame that cannot be taken; `code` is the word for it on the wire."""

    def __init__(self, code: ErrorCode, reason: str, frame_id: str | None = None) -> None:
        super().__init__(reason)
        self.code: ErrorCode = code
        self.frame_id = frame_id


def parse_client_frame(data: str | bytes) -> ClientFrame:
    """One text frame as a value. Raises `FrameError` (`bad_frame` or `too_large`)."""
    if isinstance(data, bytes):
        raise FrameError("bad_frame", "frames are text, not binary")
    if len(data) > MAX_FRAME_BYTES or len(data.encode("utf-8", "replace")) > MAX_FRAME_BYTES:
        raise FrameError("too_large", f"a frame has at most {MAX_FRAME_BYTES} bytes")
    try:
        frame = _CLIENT_FRAME.validate_json(data)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise FrameError(
            "bad_frame", f"{where}: {fault['msg']}" if where else fault["msg"]
        ) from None
    if isinstance(frame, Say) and len(frame.text) > MAX_TEXT:
        raise FrameError("too_large", f"a text has at most {MAX_TEXT} characters", frame.id)
    return frame


# --- what the server sends ---------------------------------------------------------------------


def ready_frame(
    *,
    conversation: str,
    seq: int,
    practice: dict[str, str],
    display_name: str,
    disclosure: str,
    control: Control,
) -> Frame:
    return {
        "type": "ready",
        "conversation": conversation,
        "seq": seq,
        "practice": practice,
        "patient": {"display_name": display_name},
        "disclosure": disclosure,
        "control": control.value,
    }


def ack_frame(say_id: str) -> Frame:
    return {"type": "ack", "id": say_id}


def status_frame(state: str, author: Author = Author.ASSISTANT) -> Frame:
    return {"type": "status", "state": state, "author": author.value}


def delta_frame(delta: Delta) -> Frame:
    return {
        "type": "delta",
        "turn": delta.turn,
        "number": delta.number,
        "text": delta.text,
    }


def error_frame(
    code: ErrorCode, message: str, say_id: str | None = None, retry_after: int | None = None
) -> Frame:
    frame: Frame = {"type": "error", "code": code, "message": message}
    if say_id is not None:
        frame["id"] = say_id
    if retry_after is not None:
        frame["retry_after"] = retry_after
    return frame


def entry_frame(entry: Entry) -> Frame:
    return control_frame(entry) if isinstance(entry, ControlChange) else message_frame(entry)


def message_frame(message: Message) -> Frame:
    return {
        "type": "message",
        "seq": message.seq,
        "id": message.id,
        "at": message.at.isoformat(),
        "author": message.author.value,
        "text": message.text,
        "kind": message.kind.value,
        "options": [{"id": option.id, "label": option.label} for option in message.options],
        "citations": [
            {"title": citation.title, "source": citation.source, "version": citation.version}
            for citation in message.citations
        ],
        "card": _card(message.card),
        "route": message.route.value if message.route else None,
        "reply_to": message.reply_to,
        "staff": _staff(message.staff),
    }


def control_frame(change: ControlChange) -> Frame:
    return {
        "type": "control",
        "seq": change.seq,
        "by": change.by.value,
        "staff": _staff(change.staff),
    }


def _card(card: Card | None) -> Frame | None:
    if card is None:
        return None
    return {
        "level": int(card.level),
        "category": card.category.value,
        "version": card.version,
        "actions": [{"label": action.label, "href": action.href} for action in card.actions],
    }


def _staff(staff: StaffRef | None) -> Frame | None:
    return {"name": staff.name} if staff else None
