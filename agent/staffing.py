"""What staff do: take and release conversations, reply, work tasks, decide drafts, set policy."""

import uuid
from collections.abc import Mapping
from datetime import timedelta

from agent.domain.audit import JsonValue, LedgerEvent
from agent.domain.conversation import ControlChange, Conversation, Message, StaffRef
from agent.domain.desk import Decision, Draft, Task, TaskRequest
from agent.domain.ids import (
    ConversationId,
    DraftId,
    IdempotencyKey,
    MessageId,
    PatientId,
    StaffId,
    TaskId,
)
from agent.domain.terms import (
    Author,
    Category,
    Control,
    DraftStatus,
    Kind,
    Level,
    Priority,
    Route,
    TaskCode,
)
from agent.nodes.review import TASK_OF_ROUTE
from agent.nodes.rooms import Rooms
from agent.policy import Practice, StaffMember
from agent.ports import Clock, Conflict, Desk, Ehr, Ledger, NotFound, PolicyStore, Transcript
from agent.tools.alerts import climb
from agent.tools.desk import PRIORITY, due_at

DECIDED = frozenset({DraftStatus.APPROVED, DraftStatus.EDITED})

CATEGORY_OF = {
    TaskCode.CRISIS: Category.SELF_HARM,
    TaskCode.MEDICAL_EMERGENCY: Category.MEDICAL,
    TaskCode.SAFEGUARDING: Category.ABUSE,
}
"""What the card for an unanswered alert is about."""


class Staffing:
    """The staff's half of the agent's face."""

    def __init__(
        self,
        rooms: Rooms,
        transcript: Transcript,
        ledger: Ledger,
        policy_store: PolicyStore,
    ) -> None:
        self.rooms = rooms
        self.transcript = transcript
        self.ledger = ledger
        self._policy_store = policy_store
        self._told: set[MessageId] = set()

    @property
    def practice(self) -> Practice:
        """The policy as it stands now."""
        return self.rooms.policy.practice

    @property
    def clock(self) -> Clock:
        return self.rooms.clock

    @property
    def ehr(self) -> Ehr:
        return self.rooms.ehr

    @property
    def desk(self) -> Desk:
        return self.rooms.desk

    async def record(self, event: LedgerEvent) -> None:
        """Puts one event into the ledger."""
        await self.ledger.append((event,))

    async def take(self, conversation_id: ConversationId, staff: StaffMember) -> ControlChange:
        """Raises `Conflict` when another member holds it, `NotFound`."""
        return await self._control(conversation_id, staff, Control.STAFF, "control.taken")

    async def release(self, conversation_id: ConversationId, staff: StaffMember) -> ControlChange:
        """Hands the conversation back to the assistant."""
        return await self._control(conversation_id, staff, Control.ASSISTANT, "control.released")

    async def _control(
        self, conversation_id: ConversationId, staff: StaffMember, by: Control, kind: str
    ) -> ControlChange:
        conversation = await self._conversation(conversation_id)
        change = ControlChange(
            conversation_id,
            MessageId(str(uuid.uuid4())),
            self.clock.now(),
            by,
            StaffRef(staff.id, staff.name),
        )
        change = await self.transcript.set_control(change)
        await self._recorded(kind, staff.id, conversation)
        self.rooms.broadcast.entry(change)
        return change

    async def reply(
        self, conversation_id: ConversationId, staff: StaffMember, text: str
    ) -> Message:
        """A person's words to the patient; takes control when nobody has it.

        Raises `Conflict` when another member holds the conversation.
        """
        conversation = await self._conversation(conversation_id)
        holder = conversation.staff.id if conversation.staff else None
        if conversation.control is Control.STAFF and holder != staff.id:
            raise Conflict("another member holds this conversation")
        if conversation.control is Control.ASSISTANT:
            await self.take(conversation_id, staff)
        message = await self.transcript.append(
            Message(
                conversation_id=conversation_id,
                id=MessageId(str(uuid.uuid4())),
                at=self.clock.now(),
                author=Author.STAFF,
                text=text,
                staff=StaffRef(staff.id, staff.name),
            )
        )
        await self._recorded("reply.sent", staff.id, conversation, message=message.id)
        self.rooms.broadcast.entry(message)
        return message

    async def claim_task(self, task_id: TaskId, staff: StaffMember) -> Task:
        """ "I've got this." Raises `Conflict`, `NotFound`."""
        task = await self.desk.claim(task_id, staff.id, self.clock.now())
        return await self._task_changed("task.claimed", staff.id, task)

    async def release_task(self, task_id: TaskId, staff: StaffMember) -> Task:
        task = await self.desk.release(task_id, staff.id, self.clock.now())
        return await self._task_changed("task.released", staff.id, task)

    async def complete_task(
        self, task_id: TaskId, staff: StaffMember, disposition: str, note: str = ""
    ) -> Task:
        now = self.clock.now()
        task = await self.desk.complete(task_id, staff.id, now, disposition, note)
        return await self._task_changed("task.completed", staff.id, task)

    async def _task_changed(self, kind: str, staff_id: StaffId, task: Task) -> Task:
        await self.record(
            LedgerEvent(
                kind,
                self.clock.now(),
                f"staff:{staff_id}",
                task.conversation_id,
                task.patient_id,
                data={"task": task.id, "code": task.code.value},
            )
        )
        self.rooms.broadcast.task(task)
        return task

    async def decide_draft(
        self,
        draft_id: DraftId,
        staff: StaffMember,
        status: DraftStatus,
        text: str | None = None,
        reason: str | None = None,
    ) -> Draft:
        """Once only (`Conflict`). Approved and edited drafts go to the patient; a rejected one
        becomes a task, so that somebody answers."""
        decision = Decision(status, staff.id, self.clock.now(), text, reason)
        draft = await self.desk.decide(draft_id, decision)
        await self.record(
            LedgerEvent(
                f"draft.{status.value}",
                self.clock.now(),
                f"staff:{staff.id}",
                draft.conversation_id,
                draft.patient_id,
                draft.message_id,
                {"draft": draft.id},
            )
        )
        if status in DECIDED:
            await self._deliver_draft(draft)
        else:
            await self._rejected(draft, staff.id)
        self.rooms.broadcast.draft(draft)
        return draft

    async def deliver_decided(self) -> None:
        """Sends what was approved just before a crash; sending twice stores once."""
        recent = self.clock.now() - timedelta(days=1)
        for status in DECIDED:
            for draft in await self.desk.drafts(status):
                if draft.decided_at is not None and draft.decided_at > recent:
                    await self._deliver_draft(draft)

    async def _deliver_draft(self, draft: Draft) -> None:
        message = Message(
            conversation_id=draft.conversation_id,
            id=_derived(draft.id),
            at=self.clock.now(),
            author=Author.ASSISTANT,
            text=draft.text,
            kind=draft.kind,
            options=draft.options,
            citations=draft.citations,
            route=draft.route,
            reply_to=draft.message_id,
        )
        self.rooms.broadcast.entry(await self.transcript.append(message))

    async def _rejected(self, draft: Draft, by: StaffId) -> None:
        now = self.clock.now()
        code = TASK_OF_ROUTE.get(draft.route, TaskCode.CALLBACK)
        priority = PRIORITY.get(code, Priority.ROUTINE)
        summary = self.rooms.wording.say("en", "task.rejected", text=draft.question)
        task = await self.desk.open_task(
            TaskRequest(
                code=code,
                priority=priority,
                patient_id=draft.patient_id,
                conversation_id=draft.conversation_id,
                summary=summary,
                due=due_at(self.practice, priority, now),
                created=now,
                key=IdempotencyKey(f"{draft.id}:rejected"),
            )
        )
        await self._task_changed("task.opened", by, task)

    async def change_policy(self, staff: StaffMember, changes: Mapping[str, str]) -> Practice:
        """Lays `changes` over practice.toml and records each. Raises `InputError` and changes
        nothing when one of them is wrong."""
        self.rooms.policy.lay_over(changes)
        now = self.clock.now()
        await self._policy_store.save(dict(changes), staff.id, now)
        await self.ledger.append(
            tuple(
                LedgerEvent(
                    "policy.changed", now, f"staff:{staff.id}", data={"key": key, "value": value}
                )
                for key, value in changes.items()
            )
        )
        return self.practice

    async def climb_ladder(self) -> None:
        """Puts every alert that nobody has taken before the next people, and tells the patient
        the truth when it stays unanswered."""
        now = self.clock.now()
        for task in await self.desk.unacknowledged():
            climbed = await climb(self.practice, self.desk, self.rooms.notifier, task, now)
            if climbed is not None and climbed.accepted:
                await self._escalated(task, tuple(m.id for m in climbed.recipients))
            await self._tell_patient(task)

    async def _escalated(self, task: Task, notified: tuple[StaffId, ...]) -> None:
        await self.record(
            LedgerEvent(
                "alert.escalated",
                self.clock.now(),
                "system",
                task.conversation_id,
                task.patient_id,
                data={"task": task.id, "code": task.code.value, "notified": list(notified)},
            )
        )
        self.rooms.broadcast.task(task)

    async def _tell_patient(self, task: Task) -> None:
        now, after = self.clock.now(), self.practice.alerts.tell_patient_after_seconds
        if task.code not in CATEGORY_OF or task.alerted_at is None:
            return
        if (now - task.alerted_at).total_seconds() < after:
            return
        message_id = _derived(f"{task.id}/{task.alerted_at.isoformat()}/unreached")
        if message_id in self._told:
            return
        self._told.add(message_id)
        patient_language = await self._language(task.patient_id)
        shown = self.rooms.cards.unreached(
            level=Level.ACTIVE,
            category=CATEGORY_OF[task.code],
            language=patient_language,
            practice_phone=self.practice.phone,
            after_hours_phone=self.practice.after_hours_phone,
            jurisdiction=self.practice.jurisdiction,
        )
        message = Message(
            conversation_id=task.conversation_id,
            id=message_id,
            at=now,
            author=Author.SYSTEM,
            text=shown.text,
            kind=Kind.CARD,
            options=shown.options,
            card=shown.card,
            route=Route.CRISIS,
        )
        self.rooms.broadcast.entry(await self.transcript.append(message))
        await self.record(
            LedgerEvent(
                "safety.unacknowledged",
                now,
                "system",
                task.conversation_id,
                task.patient_id,
                data={"task": task.id},
            )
        )

    async def _language(self, patient_id: PatientId) -> str:
        known = self.rooms.registry.last_seen(patient_id)
        return known.language if known else self.practice.languages[0]

    async def _conversation(self, conversation_id: ConversationId) -> Conversation:
        found = await self.transcript.conversation(conversation_id)
        if found is None:
            raise NotFound(conversation_id)
        return found

    async def _recorded(
        self, kind: str, staff_id: StaffId, conversation: Conversation, **data: JsonValue
    ) -> None:
        await self.record(
            LedgerEvent(
                kind,
                self.clock.now(),
                f"staff:{staff_id}",
                conversation.id,
                conversation.patient_id,
                data=data,
            )
        )


def _derived(name: str) -> MessageId:
    """The same name gives the same id, so that doing it twice stores once."""
    return MessageId(str(uuid.uuid5(uuid.NAMESPACE_OID, name)))
