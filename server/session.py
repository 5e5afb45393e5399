"""One patient's connection as a state machine without I/O: frames in, actions out.

Theory of operation
-------------------
The socket (`server/routes/chat.py`) feeds what it reads to `receive`, and carries out the actions
it gets back in their order: send a frame, run a command on the agent, close. What a command found
comes back through `opened`, `refused`, `stored` and `failed`; what the hub broadcasts comes in
through `deliver`. No method waits, reads a clock that it was not handed, or knows a socket, so the
whole protocol is tested by calling functions.

    GREETING   nothing but `hello` is answered; a bad first frame is the last one
    OPENING    the token is being checked and the conversation opened; the reader waits
    LIVE       the conversation is on; a frame that cannot be taken is refused by itself
    CLOSED     nothing more goes out

Numbering. The route subscribes to the hub first and reads the transcript second, so between the
two an entry may arrive twice or early. `deliver` sends an entry only when it is the next one: what
was sent already is dropped, and one that comes too early turns into `CatchUp`, which asks the route
to read the transcript again. So a client sees 1, 2, 3 ... without a gap and without a duplicate,
whatever the order in which broadcasts arrive.

A message is stored before its `ack` is made (`stored`), and the answer is started after the ack:
a client that has its ack may lose the connection and will still find its answer.

Safety is not this module's business, but it must not stand in its way: a client that writes far
faster than a person is refused, but what it writes is screened first (DOMAIN D.2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from agent.domain.conversation import Conversation, Delta, Entry, Message
from agent.domain.ids import ConversationId
from agent.ports import Conflict, NotFound
from server.limits import TokenBucket
from server.protocol import (
    ClientFrame,
    End,
    ErrorCode,
    Feedback,
    Frame,
    FrameError,
    Hello,
    Read,
    Say,
    Typing,
    ack_frame,
    delta_frame,
    entry_frame,
    error_frame,
    parse_client_frame,
    ready_frame,
    status_frame,
)
from server.words import Words

BAD_FIRST_FRAME = 4400
BAD_TOKEN = 4401
NO_ACCESS = 4403
TOO_MANY = 4429
TRY_AGAIN_LATER = 1013
DONE = 1000


class State(Enum):
    GREETING = auto()
    OPENING = auto()
    LIVE = auto()
    CLOSED = auto()


TRANSITIONS: Mapping[State, Mapping[type[ClientFrame], State]] = {
    State.GREETING: {Hello: State.OPENING},
    State.OPENING: {},
    State.LIVE: {
        Say: State.LIVE,
        Typing: State.LIVE,
        Read: State.LIVE,
        Feedback: State.LIVE,
        End: State.CLOSED,
    },
    State.CLOSED: {},
}
"""What a client may say in each state; everything else is `bad_frame`."""

REFUSALS: Mapping[str, tuple[ErrorCode, int]] = {
    "bad_token": ("bad_token", BAD_TOKEN),
    "expired_token": ("expired_token", BAD_TOKEN),
    "no_consent": ("no_consent", NO_ACCESS),
    "no_access": ("bad_token", NO_ACCESS),
    "too_many": ("rate_limited", TOO_MANY),
    "unavailable": ("unavailable", TRY_AGAIN_LATER),
}
"""Why a hello was refused -> the error frame's code and the close code."""

RETRY_AFTER_SECONDS = 5


# --- actions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    frame: Frame


@dataclass(frozen=True, slots=True)
class Close:
    code: int


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """Check the token, find the conversation, subscribe; then call `opened` or `refused`."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Receive:
    """Store the message, then call `stored` or `failed`."""

    say: Say


@dataclass(frozen=True, slots=True)
class ReceiveIfDanger:
    """Over the limit: screen the message; store it if it speaks of danger, else call `limited`."""

    say: Say
    retry_after: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Start the turn; nobody waits for it here."""

    message: Message


@dataclass(frozen=True, slots=True)
class MarkRead:
    seq: int


@dataclass(frozen=True, slots=True)
class Rate:
    feedback: Feedback


@dataclass(frozen=True, slots=True)
class EndConversation:
    pass


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Read the entries after `after` from the transcript and `deliver` them."""

    after: int


Action = (
    Send
    | Close
    | OpenConversation
    | Receive
    | ReceiveIfDanger
    | Answer
    | MarkRead
    | Rate
    | EndConversation
    | CatchUp
)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What `opened` needs to know beyond the conversation itself."""

    conversation: Conversation
    display_name: str
    practice: Mapping[str, str]
    disclosure: str


class Session:
    def __init__(self, words: Words) -> None:
        self.state = State.GREETING
        self.conversation_id: ConversationId | None = None
        self._words = words
        self._sent = 0
        self._bucket: TokenBucket | None = None

    # --- from the client ---

    def receive(self, data: str | bytes, now: float) -> list[Action]:
        """Takes one frame; `now` in seconds of a steady clock."""
        if self.state is State.CLOSED:
            return []
        try:
            frame = parse_client_frame(data)
        except FrameError as error:
            return self._reject(error.code, error.frame_id)
        following = TRANSITIONS[self.state].get(type(frame))
        if following is None:
            return self._reject("bad_frame", getattr(frame, "id", None))
        self.state = following
        return self._command(frame, now)

    def _command(self, frame: ClientFrame, now: float) -> list[Action]:
        match frame:
            case Hello():
                self._words = self._words.in_language(frame.locale)
                return [OpenConversation(frame)]
            case Say():
                wait = self._wait(now)
                return [ReceiveIfDanger(frame, wait)] if wait else [Receive(frame)]
            case Read():
                return [MarkRead(frame.seq)]
            case Feedback():
                wait = self._wait(now)
                return self.limited(None, wait) if wait else [Rate(frame)]
            case End():
                return [EndConversation(), Close(DONE)]
            case Typing():
                return []

    def _wait(self, now: float) -> int:
        """Seconds to wait before the next one; 0: none."""
        return self._bucket.take(now) if self._bucket else 0

    def _reject(self, code: ErrorCode, frame_id: str | None) -> list[Action]:
        refusal = self._error(code, frame_id)
        return [refusal] if self.state is State.LIVE else [refusal, self._close(BAD_FIRST_FRAME)]

    # --- what became of a command ---

    def opened(
        self, welcome: Welcome, after: int, entries: Sequence[Entry], bucket: TokenBucket
    ) -> list[Action]:
        """The conversation is open; `entries` are those after `after`, in order.

        An `after` beyond the conversation's end belongs to another one: everything is sent.
        """
        conversation = welcome.conversation
        highest = max([conversation.seq, *(entry.seq for entry in entries)])
        self.state = State.LIVE
        self.conversation_id = conversation.id
        self._bucket = bucket
        self._sent = after if after <= highest else 0
        ready = ready_frame(
            conversation=conversation.id,
            seq=highest,
            practice=dict(welcome.practice),
            display_name=welcome.display_name,
            disclosure=welcome.disclosure,
            control=conversation.control,
        )
        replay = [action for entry in entries for action in self.deliver(entry)]
        missing: list[Action] = [CatchUp(self._sent)] if self._sent < highest else []
        return [Send(ready), *replay, *missing]

    def refused(self, reason: str) -> list[Action]:
        """The hello does not open anything; `reason` is a key of `REFUSALS`."""
        code, close_code = REFUSALS[reason]
        retry_after = RETRY_AFTER_SECONDS if code in ("unavailable", "rate_limited") else None
        error = self._error(code, retry_after=retry_after, words=reason)
        return [error, self._close(close_code)]

    def stored(self, message: Message, is_new: bool) -> list[Action]:
        acknowledged = Send(ack_frame(message.id))
        return [acknowledged, Answer(message)] if is_new else [acknowledged]

    def limited(self, say_id: str | None, retry_after: int) -> list[Action]:
        """Written too fast; a message among them was screened and speaks of no danger."""
        return [self._error("rate_limited", say_id, retry_after=retry_after)]

    def failed(self, say_id: str | None, error: Exception) -> list[Action]:
        """A command could not be carried out. A message that was not stored was not acknowledged
        and may be sent again; a hello that failed ends the connection."""
        if self.state is State.OPENING:
            return self.refused("unavailable")
        if self.state is not State.LIVE:
            return []
        if isinstance(error, Conflict | NotFound):
            return [self._error("conflict", say_id)]
        return [self._error("unavailable", say_id, retry_after=RETRY_AFTER_SECONDS)]

    # --- from the hub ---

    def deliver(self, entry: Entry) -> list[Action]:
        if self.state is not State.LIVE or entry.seq <= self._sent:
            return []
        if entry.seq > self._sent + 1:
            return [CatchUp(self._sent)]
        self._sent = entry.seq
        return [Send(entry_frame(entry))]

    def status(self, state: str) -> list[Action]:
        return [Send(status_frame(state))] if self.state is State.LIVE else []

    def delta(self, delta: Delta) -> list[Action]:
        """Not numbered and not kept: a client that was away gets the whole message."""
        return [Send(delta_frame(delta))] if self.state is State.LIVE else []

    def lagged(self) -> list[Action]:
        """The client reads too slowly for the hub; it comes back and resumes by `seq`."""
        return [self._close(TRY_AGAIN_LATER)]

    # --- from the clock ---

    def expired(self) -> list[Action]:
        """The token that opened this connection has run out."""
        return self.refused("expired_token")

    def never_greeted(self) -> list[Action]:
        return self._reject("bad_frame", None) if self.state is State.GREETING else []

    def _close(self, code: int) -> Close:
        self.state = State.CLOSED
        return Close(code)

    def _error(
        self,
        code: ErrorCode,
        say_id: str | None = None,
        *,
        retry_after: int | None = None,
        words: str | None = None,
    ) -> Send:
        text = self._words.text(f"error.{words or code}")
        return Send(error_frame(code, text, say_id, retry_after))
