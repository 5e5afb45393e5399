"""What the agent asks of the world, as Protocols in domain words; adapters answer them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from agent.domain.audit import LedgerEvent, LedgerRecord, TurnRecord
from agent.domain.booking import (
    Appointment,
    Booking,
    Slot,
    SlotQuery,
    WaitlistEntry,
)
from agent.domain.conversation import (
    ControlChange,
    Conversation,
    Delta,
    Entry,
    Message,
)
from agent.domain.correspondence import EhrEvent, Letter
from agent.domain.desk import Decision, Draft, DraftRequest, Task, TaskRequest
from agent.domain.ids import (
    AppointmentId,
    ConversationId,
    DraftId,
    IdempotencyKey,
    PatientId,
    StaffId,
    TaskId,
)
from agent.domain.incidents import Stranger
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.domain.prompt import Decided, NoAnswer, Prompt, Usage
from agent.domain.records import Account, Coverage, Form, MedicationRequest, Order
from agent.domain.terms import Capability, DraftStatus, TaskCode, TaskStatus
from agent.policy import StaffMember


class PortError(Exception):
    """Theirs, translated at the edge: what an adapter raises."""


class EhrUnavailable(PortError):
    """The EHR did not answer, or answered with its own failure."""


class SlotTaken(PortError):
    """Somebody else has the time now, or it no longer exists."""


class Overlapping(PortError):
    """The patient already has an appointment at that time."""


class NotFound(PortError):
    """No such thing, or it is not this patient's: never told apart."""


class Unconfirmed(PortError):
    """The EHR may have done it, but does not show it as asked: a person has to look."""


class ModelUnavailable(PortError):
    """No usable answer: down, too slow, over its budget, cut short or not of the asked form.

    `reason` is all it says: never a word of what was asked or answered.
    """

    def __init__(self, reason: NoAnswer) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Conflict(PortError):
    """A lost race: somebody else has claimed or decided it already."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The current instant, aware, UTC."""
        ...


class Ehr(Protocol):
    """The system of record. Every call is bound to one patient by the session, never by a model.

    Reads raise `EhrUnavailable`. Writes take an idempotency key (the same key gives the first
    result), are read back before they return, and raise `NotFound` for another patient's things.
    """

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    async def patient(self, patient_id: PatientId) -> Patient | None: ...

    async def practitioners(self) -> tuple[Practitioner, ...]: ...

    async def locations(self) -> tuple[Location, ...]: ...

    async def service_types(self) -> tuple[ServiceType, ...]: ...

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        """All of the patient's, past and to come, any status, by start."""
        ...

    async def find_slots(self, query: SlotQuery) -> tuple[Slot, ...]: ...

    async def book(self, booking: Booking) -> Appointment:
        """Books; with `replaces`, the new one stands before the old is cancelled.

        Raises `SlotTaken`, `Overlapping`, `NotFound`.
        """
        ...

    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment: ...

    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment: ...

    async def waitlist(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]: ...

    async def join_waitlist(self, entry: WaitlistEntry, key: IdempotencyKey) -> WaitlistEntry:
        """`entry.id` may be empty: the EHR numbers it."""
        ...

    async def leave_waitlist(self, patient_id: PatientId, entry_id: str) -> None: ...

    async def account(self, patient_id: PatientId) -> Account | None: ...

    async def coverages(self, patient_id: PatientId) -> tuple[Coverage, ...]: ...

    async def medication_requests(self, patient_id: PatientId) -> tuple[MedicationRequest, ...]: ...

    async def orders(self, patient_id: PatientId) -> tuple[Order, ...]: ...

    async def forms(self, patient_id: PatientId) -> tuple[Form, ...]: ...


class Transcript(Protocol):
    """Conversations and their entries, durable before a call returns.

    Entries of a conversation are numbered 1, 2, 3 ... without gaps; appending an id that is
    already there changes nothing and returns what stands there.
    """

    async def open_conversation(self, patient_id: PatientId, at: datetime) -> Conversation:
        """The patient's open conversation, or a new one (also under a race: one)."""
        ...

    async def conversation(self, conversation_id: ConversationId) -> Conversation | None: ...

    async def end_conversation(self, conversation_id: ConversationId, at: datetime) -> None: ...

    async def receive(self, message: Message) -> tuple[Message, bool]:
        """Stores a patient's message and its pending turn in one transaction.

        Returns the numbered message and whether it is new.
        """
        ...

    async def append(self, message: Message) -> Message:
        """Stores a message that no turn produced (staff, notices); numbers it."""
        ...

    async def set_control(self, change: ControlChange) -> ControlChange:
        """Changes who is speaking and stores the change as an entry.

        Taking from somebody else than the assistant (or releasing what another member holds)
        raises `Conflict`.
        """
        ...

    async def entries(
        self, conversation_id: ConversationId, after: int = 0
    ) -> tuple[Entry, ...]: ...

    async def finish_turn(
        self, record: TurnRecord, messages: Sequence[Message], events: Sequence[LedgerEvent]
    ) -> tuple[Message, ...]:
        """Ends a pending turn: replies, the record of why and the ledger events, all or nothing.

        Finishing a turn twice changes nothing and returns the replies that stand there.
        """
        ...

    async def pending_turns(self) -> tuple[Message, ...]:
        """Patient messages whose turn has not finished, oldest first (after a restart)."""
        ...

    async def turns(self, conversation_id: ConversationId) -> tuple[TurnRecord, ...]: ...

    async def record_feedback(
        self, conversation_id: ConversationId, seq: int, value: str, comment: str, at: datetime
    ) -> None: ...

    async def record_read(
        self, conversation_id: ConversationId, seq: int, at: datetime
    ) -> None: ...


class Desk(Protocol):
    """Tasks and drafts. Claims and decisions are compare-and-set: a lost race is `Conflict`."""

    async def open_task(self, request: TaskRequest, alerts: bool = False) -> Task:
        """`alerts`: the ladder starts, or starts again when the task was open already."""
        ...

    async def task(self, task_id: TaskId) -> Task | None: ...

    async def tasks(
        self,
        statuses: frozenset[TaskStatus] = frozenset({TaskStatus.REQUESTED, TaskStatus.ACCEPTED}),
        code: TaskCode | None = None,
        conversation_id: ConversationId | None = None,
    ) -> tuple[Task, ...]:
        """Most urgent first: priority, then due."""
        ...

    async def claim(self, task_id: TaskId, by: StaffId, at: datetime) -> Task: ...

    async def release(self, task_id: TaskId, by: StaffId, at: datetime) -> Task: ...

    async def complete(
        self, task_id: TaskId, by: StaffId, at: datetime, disposition: str, note: str
    ) -> Task:
        """Completes a task that `by` holds or nobody holds."""
        ...

    async def unacknowledged(self) -> tuple[Task, ...]:
        """Alerting tasks that no named person has taken."""
        ...

    async def record_rung(self, task_id: TaskId, rungs_climbed: int) -> None: ...

    async def open_draft(self, request: DraftRequest) -> Draft: ...

    async def draft(self, draft_id: DraftId) -> Draft | None: ...

    async def drafts(
        self,
        status: DraftStatus | None = DraftStatus.PENDING,
        conversation_id: ConversationId | None = None,
    ) -> tuple[Draft, ...]:
        """Oldest first."""
        ...

    async def decide(self, draft_id: DraftId, decision: Decision) -> Draft: ...


class Ledger(Protocol):
    """The append-only, hash-chained record; one chain per conversation, `practice` for the rest."""

    async def append(self, events: Sequence[LedgerEvent]) -> None: ...

    async def records(
        self, conversation_id: ConversationId | None = None, patient_id: PatientId | None = None
    ) -> tuple[LedgerRecord, ...]: ...

    async def verify(self) -> tuple[str, ...]:
        """What is wrong, one line a fault; empty when every chain holds."""
        ...


class PolicyStore(Protocol):
    """What a manager changed at the desk, laid over practice.toml; survives a restart."""

    async def load(self) -> dict[str, str]: ...

    async def save(self, changes: dict[str, str], by: StaffId, at: datetime) -> None: ...


class Broadcast(Protocol):
    """Tells whoever watches; never blocks, never raises, may have no watcher."""

    def entry(self, entry: Entry) -> None: ...

    def status(self, conversation_id: ConversationId, state: str) -> None: ...

    def delta(self, delta: Delta) -> None:
        """For the patient only; never stored. The turn's messages take its place."""
        ...

    def task(self, task: Task) -> None: ...

    def draft(self, draft: Draft) -> None: ...


class Incidents(Protocol):
    """Takes what an adapter found wrong in the world."""

    async def stranger(self, found: Stranger) -> None:
        """Another patient's resource came back and was dropped: the ledger and the desk say so."""
        ...


class Notifier(Protocol):
    """Reaches people beside the desk page (log, later e-mail and webhook)."""

    async def alert(self, task: Task, recipients: Sequence[StaffMember]) -> bool:
        """Whether at least one channel accepted the alert."""
        ...


class Writing(Protocol):
    """A text while a model writes it; iterate once. Close it (`contextlib.aclosing`) when stopping
    early: until it has ended it holds one of the model's places."""

    @property
    def usage(self) -> Usage:
        """What it cost; complete after the last piece."""
        ...

    def __aiter__(self) -> AsyncIterator[str]:
        """Pieces of plain text as they are generated. Raises `ModelUnavailable`, also after the
        first pieces: then what came so far is not the whole answer."""
        ...

    async def aclose(self) -> None: ...


class LanguageModel(Protocol):
    """A hosted or local model. It proposes words and choices; it never acts.

    Both calls keep their own time and token budget and raise `ModelUnavailable` on any failure.
    """

    @property
    def name(self) -> str:
        """The model's name for the ledger."""
        ...

    async def decide(self, prompt: Prompt, schema: Mapping[str, object]) -> Decided:
        """A JSON object that was checked against `schema` (JSON Schema, without references)."""
        ...

    def write(self, prompt: Prompt) -> Writing: ...


class Unreadable(PortError):
    """What the EHR sent is not of the agreed form; says which field, never what stood there."""


class Chart(Protocol):
    """What the EHR keeps of Portico's work. An adapter whose capabilities name a verb has it, on
    the same object that answers `Ehr`.

    Everything is written behind the turn, at least once: the same key twice leaves one. Raises
    `EhrUnavailable` (it is tried again) or another `PortError` (the EHR will not have it: a
    person is told and the next one follows).
    """

    async def post_message(self, letter: Letter) -> str:
        """POST_MESSAGE. Writes into the patient's thread, or begins one; returns the thread's id,
        also for a key that stands there already."""
        ...

    async def record_task(self, task: Task) -> None:
        """WRITE_TASKS. `task.id` is the key: a task that is there is brought up to date."""
        ...

    async def record_events(
        self, patient_id: PatientId | None, records: Sequence[LedgerRecord]
    ) -> None:
        """WRITE_AUDIT. `hash` is a record's key. Records of one chain in order; `patient_id` is
        whose conversation it is."""
        ...


class Webhooks(Protocol):
    """WEBHOOKS: an adapter whose EHR sends what happens; on the same object as `Ehr`."""

    def read_webhook(
        self, body: bytes, headers: Mapping[str, str], at: datetime
    ) -> tuple[EhrEvent, ...]:
        """What a request says whose signature held; empty when it concerns nobody here.

        `headers` have lower-case names; `at` is when it was signed, which is the same when it is
        sent again as it was. Reads only what is given: no I/O.
        Raises `Unreadable`.
        """
        ...


class Polled(Protocol):
    """POLL: an adapter whose EHR has to be asked what happened; on the same object as `Ehr`."""

    async def changes(self, cursor: str | None) -> tuple[tuple[EhrEvent, ...], str]:
        """What happened since `cursor`, oldest first, and the cursor to go on from; with None
        nothing but a cursor that means now. An event may come again, with the same `event_id`
        (and the same that a webhook of this adapter would give it). Portico's own letters are no
        events. Raises `EhrUnavailable`."""
        ...
