"""What the EHR's portal brings becomes a message of the conversation, or a person's work."""

import hashlib

from agent.domain.audit import LedgerEvent
from agent.domain.conversation import Message
from agent.domain.correspondence import (
    AI_SENDER,
    AppointmentEvent,
    Arrival,
    InboundMessage,
    Letter,
    Thread,
)
from agent.domain.desk import TaskRequest
from agent.domain.ids import ConversationId, IdempotencyKey, MessageId
from agent.domain.terms import Author, Priority, TaskCode
from agent.tools.desk import PRIORITY, due_at
from agent.turns import Agent, NoAccess

LONGEST_TEXT = 4000
"""Characters of a message that a turn may answer, as in the chat; a person reads a longer one."""
OVERLAP = 200
"""So many characters of a longer one are screened twice, lest a sentence be cut in two."""

REFUSED = {
    "bad_token": "The EHR's portal sent a message of a patient id that the EHR does not know",
    "no_consent": "A child under 13 wrote in the EHR's portal, where the assistant may not answer",
    "too_long": "A message in the EHR's portal is too long for the assistant",
    "failed": "A message in the EHR's portal could not be taken into the conversation",
}
UNDELIVERED = "A message to the patient could not be put into the EHR's portal ({reason})"


class Correspondence:
    """Post with the EHR, in both directions. Every call is safe to repeat."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def is_danger(self, arrival: Arrival) -> bool:
        """Whether it has to go before what came earlier."""
        event = arrival.event
        return isinstance(event, InboundMessage) and await self._in_danger(event.text)

    async def admit(self, arrival: Arrival) -> Message | None:
        """Does what an arrival asks for. A patient's message is returned when it is new: it is
        stored, and its turn is to be run."""
        match arrival.event:
            case InboundMessage() as event:
                return await self._admit(arrival, event)
            case AppointmentEvent() as event:
                await self._note(event)
                return None

    async def _admit(self, arrival: Arrival, event: InboundMessage) -> Message | None:
        conversation_id = arrival.conversation_id
        try:
            if conversation_id is None:
                conversation, _ = await self._agent.open(event.patient_id)
                conversation_id = conversation.id
        except NoAccess as refusal:
            await self._give_to_a_person(event, refusal.code)
            return None
        if len(event.text) > LONGEST_TEXT:
            await self._give_to_a_person(event, "too_long", conversation_id)
            return None
        message_id = message_id_of(event)
        await self._agent.inbox.assign(arrival, conversation_id, message_id)
        message, is_new = await self._agent.receive(conversation_id, message_id, event.text)
        return message if is_new else None

    async def give_up(self, arrival: Arrival) -> None:
        """For what `admit` has failed with again and again."""
        if isinstance(arrival.event, InboundMessage):
            conversation_id = arrival.conversation_id
            await self._give_to_a_person(arrival.event, "failed", conversation_id)

    async def _give_to_a_person(
        self,
        event: InboundMessage,
        reason: str,
        conversation_id: ConversationId | None = None,
    ) -> None:
        """A task with the words in it. Who may not chat gets no open conversation: the one that
        the task hangs on is closed as soon as it is made."""
        agent, now = self._agent, self._agent.clock.now()
        may_chat = conversation_id is not None
        if conversation_id is None:
            made = await agent.transcript.open_conversation(event.patient_id, now)
            conversation_id = made.id
        danger = await self._in_danger(event.text)
        code = TaskCode.CRISIS if danger else TaskCode.UNANSWERED
        priority = PRIORITY.get(code, Priority.ROUTINE)
        task = await agent.desk.open_task(
            TaskRequest(
                code=code,
                priority=priority,
                patient_id=event.patient_id,
                conversation_id=conversation_id,
                summary=f"{REFUSED[reason]}; please answer there. It says: {event.text}",
                due=due_at(agent.practice, priority, now),
                created=now,
                key=IdempotencyKey(f"{message_id_of(event)}:{reason}"),
            ),
            alerts=danger,
        )
        if not may_chat:
            await agent.end(conversation_id)
        agent.rooms.broadcast.task(task)
        await agent.record(
            LedgerEvent(
                "ehr.message_refused",
                now,
                "system",
                conversation_id,
                event.patient_id,
                message_id_of(event),
                {"reason": reason, "task": task.id},
            )
        )

    async def _note(self, event: AppointmentEvent) -> None:
        """The ledger says that it happened. Nothing else holds a copy of an appointment: every
        turn reads the EHR anew, so a cancelled time is free here when the EHR offers it."""
        await self._agent.record(
            LedgerEvent(
                f"appointment.{event.change.value}",
                event.at,
                "system",
                patient_id=event.patient_id,
                data={"appointment": event.appointment_id, "adapter": event.adapter},
            )
        )

    async def _in_danger(self, text: str) -> bool:
        for start in range(0, max(len(text), 1), LONGEST_TEXT - OVERLAP):
            if await self._agent.in_danger(text[start : start + LONGEST_TEXT]):
                return True
        return False

    async def undelivered(self, thread: Thread, message: Message, reason: str) -> None:
        """A letter that the EHR does not take: the patient waits, so a person is told."""
        agent, now = self._agent, self._agent.clock.now()
        priority = PRIORITY[TaskCode.CALLBACK]
        task = await agent.desk.open_task(
            TaskRequest(
                code=TaskCode.CALLBACK,
                priority=priority,
                patient_id=thread.patient_id,
                conversation_id=thread.conversation_id,
                summary=f"{UNDELIVERED.format(reason=reason)}. It says: {message.text}",
                due=due_at(agent.practice, priority, now),
                created=now,
                key=IdempotencyKey(f"{message.id}:undelivered"),
            )
        )
        agent.rooms.broadcast.task(task)
        await agent.record(
            LedgerEvent(
                "ehr.message_undelivered",
                now,
                "system",
                thread.conversation_id,
                thread.patient_id,
                message.id,
                {"reason": reason, "task": task.id},
            )
        )


def message_id_of(event: InboundMessage) -> MessageId:
    """The same event is the same message, however often it comes."""
    digest = hashlib.sha256(f"{event.adapter}:{event.event_id}".encode()).hexdigest()
    return MessageId(f"ehr-{digest[:40]}")


def letter(thread: Thread, thread_id: str | None, message: Message) -> Letter:
    """The entry as it is written into the EHR's thread."""
    staff = message.staff.name if message.staff else ""
    senders = {Author.PATIENT: "", Author.STAFF: staff}
    return Letter(
        key=IdempotencyKey(f"{message.conversation_id}:{message.id}"),
        patient_id=thread.patient_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        thread_id=thread_id,
        author=message.author,
        sender=senders.get(message.author, AI_SENDER),
        text=_plain(message),
        at=message.at,
        route=message.route,
    )


def _plain(message: Message) -> str:
    """A portal has no buttons: options are numbered, which is how they can be answered, and the
    tap targets of a card are written out."""
    actions = message.card.actions if message.card else ()
    lines = [message.text]
    lines += [f"{action.label}: {action.href}" for action in actions]
    lines += [f"{number}. {option.label}" for number, option in enumerate(message.options, 1)]
    return "\n".join(lines)
