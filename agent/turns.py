"""The agent's face: takes patients' messages and answers each in one turn."""

import asyncio
import hashlib
import time
import traceback
from dataclasses import replace

import structlog
from langchain_core.runnables import RunnableConfig

from agent.domain.audit import LedgerEvent
from agent.domain.conversation import Conversation, Message
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.people import Patient
from agent.domain.terms import Author, Level
from agent.graph import MOST_NODES, Graph
from agent.locks import Locks
from agent.nodes.fallback import fall_back
from agent.nodes.rooms import Rooms
from agent.nodes.screen import assess
from agent.ports import EhrUnavailable, Ledger, PolicyStore, Transcript
from agent.post import Inbox, Outbox
from agent.staffing import Staffing
from agent.state import ConversationState, Turn

TURN_TIMEOUT = 25.0
"""Seconds after which a turn becomes a person's (DESIGN, rule 6)."""

PATIENT_SECONDS = 5.0
DANGER_SECONDS = 0.1
"""How long a turn waits for the EHR to say who writes; in danger the card goes out without it."""

YOUNGEST = 13
"""Under this age nobody chats without an enrolled guardian (DOMAIN D.5)."""

_log = structlog.get_logger()


class NoAccess(Exception):
    """The patient may not open this; `code` is the CONTRACTS error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Agent(Staffing):
    """Everything the server and the evals ask of the agent."""

    def __init__(
        self,
        rooms: Rooms,
        graph: Graph,
        transcript: Transcript,
        ledger: Ledger,
        policy_store: PolicyStore,
        inbox: Inbox,
        outbox: Outbox,
    ) -> None:
        super().__init__(rooms, transcript, ledger, policy_store)
        self.inbox = inbox
        self.outbox = outbox
        self._graph = graph
        self._locks = Locks()

    async def open(
        self, patient_id: PatientId, conversation_id: ConversationId | None = None
    ) -> tuple[Conversation, Patient | None]:
        """The patient's open conversation, or the one asked for. The patient is None while the
        EHR is down and they were never seen: they still get the safety path and a person.

        Raises `NoAccess`: `no_consent` under thirteen; `bad_token` for a patient the EHR does
        not know or a conversation that is not theirs.
        """
        try:
            async with asyncio.timeout(PATIENT_SECONDS):
                patient = await self.rooms.registry.patient(patient_id)
            if patient is None:
                raise NoAccess("bad_token")
        except (EhrUnavailable, TimeoutError):
            patient = None
        now = self.clock.now()
        if patient is not None and patient.age_on(self.rooms.wording.today(now)) < YOUNGEST:
            raise NoAccess("no_consent")
        if conversation_id is None:
            return await self.transcript.open_conversation(patient_id, now), patient
        found = await self.transcript.conversation(conversation_id)
        if found is None or found.patient_id != patient_id:
            raise NoAccess("bad_token")
        return found, patient

    async def receive(
        self,
        conversation_id: ConversationId,
        message_id: MessageId,
        text: str,
        choice: str | None = None,
    ) -> tuple[Message, bool]:
        """Stores the message: from here on it is not lost. False: it was there already."""
        message = Message(
            conversation_id=conversation_id,
            id=message_id,
            at=self.clock.now(),
            author=Author.PATIENT,
            text=text,
            choice=choice,
        )
        stored, new = await self.transcript.receive(message)
        if new:
            self.rooms.broadcast.entry(stored)
        return stored, new

    async def in_danger(self, text: str) -> bool:
        """Whether the text alone calls for a safety card: asked of messages that would otherwise
        be refused (DOMAIN D.2)."""
        assessment = await asyncio.to_thread(assess, self.rooms, text, ())
        return assessment.level >= Level.PASSIVE

    async def answer(self, message: Message, *, resumed: bool = False) -> None:
        """Runs the message's turn to its end. Never raises: what fails ends in a task.

        `resumed`: the turn may have been cut off after it was decided; then what was decided is
        delivered.
        """
        async with self._locks.of(message.conversation_id):
            self.rooms.broadcast.status(message.conversation_id, "thinking")
            started = time.perf_counter()
            try:
                async with asyncio.timeout(TURN_TIMEOUT):
                    turn = await self._decide(message, resumed)
            except Exception as error:  # noqa: BLE001 - the outermost loop of a turn: ends in a task
                _log.error(
                    "turn.failed",
                    message=message.id,
                    error=type(error).__name__,
                    where=[
                        f"{f.filename}:{f.lineno}"
                        for f in traceback.extract_tb(error.__traceback__)[-4:]
                    ],
                )
                turn = await self._fall_back(message, type(error).__name__)
            await self._finish(message, turn, started)
            self.rooms.broadcast.status(message.conversation_id, "idle")

    async def resume_pending(self) -> None:
        """After a restart: the turns that were cut off, and approved replies not yet sent.

        All stand in their conversations' lines at once: what is said from now on waits behind.
        """
        pending = await self.transcript.pending_turns()
        await asyncio.gather(*(self.answer(message, resumed=True) for message in pending))
        await self.deliver_decided()

    async def _decide(self, message: Message, resumed: bool) -> Turn:
        config = RunnableConfig(
            configurable={"thread_id": message.conversation_id}, recursion_limit=MOST_NODES
        )
        turn: Turn | None = None
        if resumed:
            turn = (await self._graph.aget_state(config)).values.get("turn")
        begun = turn is not None and turn.message_id == message.id
        if turn is not None and begun and turn.record is not None:
            return turn
        started = time.perf_counter()
        state = await self._graph.ainvoke(
            None if begun else await self._state(message),
            config,
            durability="exit",
        )
        decided: Turn = state["turn"]
        spent = (time.perf_counter() - started) * 1000
        nodes = sum(ms for name, ms in decided.node_ms.items() if name != "retrieval")
        return replace(decided, node_ms={**decided.node_ms, "checkpoint": spent - nodes})

    async def _state(self, message: Message) -> ConversationState:
        """What a turn starts from; the rest of the state comes from the checkpoint."""
        conversation = await self.transcript.conversation(message.conversation_id)
        if conversation is None:
            raise LookupError(message.conversation_id)
        patient = await self._patient(conversation.patient_id, message.text)
        languages = self.practice.languages
        language = patient.language if patient else languages[0]
        turn = Turn(
            message_id=message.id,
            text=message.text,
            at=message.at,
            control=conversation.control,
            choice=message.choice,
            language=language if language in languages else languages[0],
            patient=patient,
        )
        return {
            "conversation_id": conversation.id,
            "patient_id": conversation.patient_id,
            "turn": turn,
        }

    async def _patient(self, patient_id: PatientId, text: str) -> Patient | None:
        """As last seen when the EHR is down or does not answer in time."""
        patience = DANGER_SECONDS if await self.in_danger(text) else PATIENT_SECONDS
        try:
            async with asyncio.timeout(patience):
                return await self.rooms.registry.patient(patient_id)
        except (EhrUnavailable, TimeoutError):
            return self.rooms.registry.last_seen(patient_id)

    async def _fall_back(self, message: Message, failure: str) -> Turn:
        return await fall_back(await self._state(message), self.rooms, failure)

    async def _finish(self, message: Message, turn: Turn, started: float) -> None:
        """Stores replies, record and ledger events in one transaction, then tells who watches."""
        assert turn.record is not None
        spent = (time.perf_counter() - started) * 1000
        record = replace(turn.record, duration_ms=spent, node_ms=turn.node_ms)
        digest = hashlib.sha256(message.text.encode()).hexdigest()
        received = LedgerEvent(
            "message.received",
            message.at,
            "patient",
            message.conversation_id,
            None,
            message.id,
            {"sha256": digest, "characters": len(message.text)},
        )
        sent = await self.transcript.finish_turn(record, turn.messages, (received, *turn.events))
        for each in sent:
            self.rooms.broadcast.entry(each)

    async def end(self, conversation_id: ConversationId) -> None:
        """Closes the conversation; the patient's next one is new."""
        await self.transcript.end_conversation(conversation_id, self.clock.now())

    async def feedback(
        self, conversation_id: ConversationId, seq: int, value: str, comment: str = ""
    ) -> None:
        await self.transcript.record_feedback(
            conversation_id, seq, value, comment, self.clock.now()
        )
        await self.record(
            LedgerEvent(
                "feedback.given",
                self.clock.now(),
                "patient",
                conversation_id,
                data={"seq": seq, "value": value},
            )
        )

    async def mark_read(self, conversation_id: ConversationId, seq: int) -> None:
        await self.transcript.record_read(conversation_id, seq, self.clock.now())
