"""`WS /v1/chat`: the socket around a `Session`. It reads frames and carries out actions."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from time import monotonic

import phonenumbers
import structlog
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from agent.domain.audit import LedgerEvent
from agent.domain.conversation import ControlChange, Conversation, Delta, Message
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.people import Patient
from agent.turns import NoAccess
from server.hub import Expired, Lagged, Status, Watcher
from server.protocol import SUBPROTOCOL, Frame, Hello, Say
from server.session import (
    BAD_FIRST_FRAME,
    Action,
    Answer,
    CatchUp,
    Close,
    EndConversation,
    MarkRead,
    OpenConversation,
    Rate,
    Receive,
    ReceiveIfDanger,
    Send,
    Session,
    State,
    Welcome,
)
from server.tokens import BadToken, Claims, ExpiredToken
from server.world import Here, World

router = APIRouter()
log = structlog.get_logger("server.chat")

HELLO_WITHIN_SECONDS = 20.0
MOST_CONNECTIONS = 20
"""Open at once for one patient."""


class Refused(Exception):
    """The hello opens nothing; `reason` is a key of `session.REFUSALS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@router.websocket("/v1/chat")
async def chat(socket: WebSocket, world: Here) -> None:
    offered = socket.scope["subprotocols"]
    if offered and SUBPROTOCOL not in offered:
        await socket.close(BAD_FIRST_FRAME)
        return
    await socket.accept(SUBPROTOCOL if offered else None)
    async with AsyncExitStack() as stack:
        with suppress(WebSocketDisconnect):
            await Connection(socket, world, stack).run()


class Connection:
    """One socket. `stack` undoes, at its end, what opening the conversation took."""

    def __init__(self, socket: WebSocket, world: World, stack: AsyncExitStack) -> None:
        self._socket = socket
        self._world = world
        self._stack = stack
        self._session = Session(world.words)
        self._watcher: Watcher | None = None

    async def run(self) -> None:
        try:
            async with asyncio.timeout(HELLO_WITHIN_SECONDS):
                first = await self._read()
        except TimeoutError:
            await self._perform(self._session.never_greeted())
            return
        await self._perform(self._session.receive(first, monotonic()))
        if self._watcher is None:
            return
        telling = asyncio.create_task(self._tell(self._watcher))
        try:
            while self._session.state is State.LIVE:
                await self._perform(self._session.receive(await self._read(), monotonic()))
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _read(self) -> str | bytes:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | None = message.get("text")
        return text if text is not None else bytes(message["bytes"])

    async def _tell(self, watcher: Watcher) -> None:
        """Carries the hub's news to the client for as long as the connection lives."""
        while self._session.state is State.LIVE:
            match await watcher.next():
                case Status(state=state):
                    await self._perform(self._session.status(state))
                case Delta() as delta:
                    await self._perform(self._session.delta(delta))
                case Lagged():
                    await self._perform(self._session.lagged())
                case Expired():
                    await self._perform(self._session.expired())
                case Message() | ControlChange() as entry:
                    await self._perform(self._session.deliver(entry))

    async def _perform(self, actions: Iterable[Action]) -> None:
        for action in actions:
            try:
                await self._do(action)
            except Exception as error:
                # The outermost loop of a connection: whatever failed, the client hears of it.
                log.exception("chat.failed", action=type(action).__name__)
                say_id = action.say.id if isinstance(action, Receive | ReceiveIfDanger) else None
                await self._perform(self._session.failed(say_id, error))

    async def _do(self, action: Action) -> None:
        agent = self._world.agent
        match action:
            case Send(frame):
                await self._send(frame)
            case Close(code):
                await self._close(code)
            case OpenConversation(hello):
                await self._open(hello)
            case Receive(say):
                await self._receive(say)
            case ReceiveIfDanger(say, wait):
                if await agent.in_danger(say.text):
                    await self._receive(say)
                else:
                    await self._perform(self._session.limited(say.id, wait))
            case Answer(message):
                self._world.answers.start(message)
            case CatchUp(after):
                await self._catch_up(after)
            case MarkRead(seq):
                await agent.mark_read(self._conversation_id, seq)
            case Rate(feedback):
                words = (feedback.value, feedback.comment)
                await agent.feedback(self._conversation_id, feedback.seq, *words)
            case EndConversation():
                await agent.end(self._conversation_id)

    @property
    def _conversation_id(self) -> ConversationId:
        assert self._session.conversation_id is not None
        return self._session.conversation_id

    async def _send(self, frame: Frame) -> None:
        """A client that has gone takes nothing away from what comes after: reading ends it."""
        with suppress(WebSocketDisconnect, RuntimeError):
            if self._socket.application_state is WebSocketState.CONNECTED:
                await self._socket.send_json(frame)

    async def _close(self, code: int) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            if self._socket.application_state is WebSocketState.CONNECTED:
                await self._socket.close(code)

    # --- opening ---

    async def _open(self, hello: Hello) -> None:
        try:
            claims = await self._verify(hello.token)
            conversation, patient = await self._admit(claims, hello)
        except Refused as refusal:
            await self._perform(self._session.refused(refusal.reason))
            return
        watcher = self._stack.enter_context(self._world.hub.watching(conversation.id))
        seconds = (claims.expires - datetime.now(UTC)).total_seconds()
        loop = asyncio.get_running_loop()
        timer = loop.call_later(max(0.0, seconds), watcher.put, Expired())
        self._stack.callback(timer.cancel)
        # Read after subscribing: what comes in between arrives twice and is sent once.
        after = hello.after if hello.after <= conversation.seq else 0
        entries = await self._world.agent.transcript.entries(conversation.id, after)
        bucket = self._world.presence.buckets[claims.patient_id]
        welcome = self._welcome(conversation, patient, hello.locale)
        self._watcher = watcher
        await self._perform(self._session.opened(welcome, after, entries, bucket))

    async def _verify(self, token: str) -> Claims:
        try:
            return await self._world.verifier.verify(token)
        except ExpiredToken:
            raise Refused("expired_token") from None
        except BadToken:
            raise Refused("bad_token") from None

    async def _admit(self, claims: Claims, hello: Hello) -> tuple[Conversation, Patient | None]:
        wanted = ConversationId(hello.conversation) if hello.conversation else None
        try:
            opened = await self._world.agent.open(claims.patient_id, wanted)
        except NoAccess as refusal:
            await self._record_refusal(claims.patient_id, refusal.code)
            reason = "no_consent" if refusal.code == "no_consent" else "no_access"
            raise Refused(reason) from None
        presence = self._world.presence
        count = presence.enter(claims.patient_id, monotonic())
        self._stack.callback(lambda: presence.leave(claims.patient_id, monotonic()))
        if count > MOST_CONNECTIONS:
            raise Refused("too_many")
        return opened

    async def _record_refusal(self, patient_id: PatientId, code: str) -> None:
        agent = self._world.agent
        now = agent.clock.now()
        await agent.record(
            LedgerEvent(
                "access.refused", now, "patient", patient_id=patient_id, data={"code": code}
            )
        )

    def _welcome(
        self, conversation: Conversation, patient: Patient | None, locale: str | None
    ) -> Welcome:
        practice = self._world.agent.practice
        words = self._world.words.in_language(patient.language if patient else None)
        return Welcome(
            conversation=conversation,
            display_name=patient.display_name if patient else "",
            practice={"name": practice.name, "phone": practice.phone},
            disclosure=words.in_language(locale).text(
                "disclosure", practice=practice.name, phone=_spoken(practice.phone)
            ),
        )

    # --- the conversation ---

    async def _receive(self, say: Say) -> None:
        message, is_new = await self._world.agent.receive(
            self._conversation_id, MessageId(say.id), say.text, say.choice
        )
        await self._perform(self._session.stored(message, is_new))

    async def _catch_up(self, after: int) -> None:
        entries = await self._world.agent.transcript.entries(self._conversation_id, after)
        for entry in entries:
            await self._perform(self._session.deliver(entry))


def _spoken(phone: str) -> str:
    """A phone number as people of its country write it."""
    parsed = phonenumbers.parse(phone, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
