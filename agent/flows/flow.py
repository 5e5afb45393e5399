"""What a flow is: a table of steps, and the moves a step can make.

A flow owns one wish of the patient until it is done. Each step is one async function that is
called twice: on entering (``visit.answer is None``) it reads what it needs and either asks the
patient something or moves on; with the patient's answer it moves on, asks again, or says that
the answer is not one (`Unclear`), and the turn is triaged as a new wish while the flow waits.

    Go(step)      enter another step now
    Ask(...)      say this and wait here
    Done(...)     say this; the wish is settled
    Relay(...)    a person has to do it: open a task, say so; the wish is settled
    Switch(...)   it is another wish: start that flow with these words
    Unclear()     the answer does not fit what was asked

Only a step that has read the patient's explicit yes calls a writing tool (DESIGN, rule 2). When
`visit.may_write` is false (mode below auto) it relays instead: the patient hears "requested".
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent.domain.ids import ConversationId
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.domain.terms import Intent, Kind, Language
from agent.policy import Practice
from agent.tools.desk import Errand
from agent.tools.session import ToolSession
from agent.wording.wording import Wording


@dataclass(frozen=True, slots=True)
class Offer:
    """A button of the last question. `value` is what it means to the step that offered it."""

    id: str
    label: str
    value: str
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlowState:
    """A waiting flow as the checkpoint keeps it; `question` is asked again when it resumes."""

    flow: str
    step: str
    slots: Mapping[str, str]
    question: str
    kind: Kind
    offers: tuple[Offer, ...] = ()
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the patient did with the question: took an offer (`value`) or wrote (`text`)."""

    text: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for the patient with the facts that went into it (for grounding)."""

    text: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Go:
    step: str
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    said: Said
    offers: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs."""
    kind: Kind = Kind.TEXT
    slots: Mapping[str, str] = field(default_factory=dict)
    starts: tuple[datetime, ...] = ()
    """When the offers are times: their starts, in the same order."""


@dataclass(frozen=True, slots=True)
class Done:
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Relay:
    """`lead` says why a person is needed; the holding text follows it, unless the lead has said
    all there is to say."""

    errand: Errand
    lead: Said | None = None
    tool: str = "create_staff_task"
    holding: bool = True


@dataclass(frozen=True, slots=True)
class Switch:
    intent: Intent
    text: str


@dataclass(frozen=True, slots=True)
class Unclear:
    pass


Move = Go | Ask | Done | Relay | Switch | Unclear


@dataclass(frozen=True)
class Visit:
    """Everything one call of a step may look at."""

    practice: Practice
    wording: Wording
    tools: ToolSession
    patient: Patient
    conversation_id: ConversationId
    practitioners: tuple[Practitioner, ...]
    locations: tuple[Location, ...]
    service_types: tuple[ServiceType, ...]
    now: datetime
    """Aware, in practice time."""
    language: Language
    text: str
    """The patient's words for this wish (on starting) or answer."""
    may_write: bool
    slots: Mapping[str, str] = field(default_factory=dict)
    answer: Answer | None = None
    by_request: bool = False
    """The practice leaves it to the chat, but the EHR cannot be told from here: what a person has
    to know is asked first."""

    def say(self, key: str, **values: object) -> Said:
        """A filled template with its facts."""
        text = self.wording.say(self.language, key, **values)
        return Said(text, tuple(str(v) for v in values.values()))

    def words(self, key: str, **values: object) -> str:
        return self.wording.say(self.language, key, **values)

    def when(self, at: datetime) -> str:
        return self.wording.when(self.language, at)

    def entering(self, step: Go) -> "Visit":
        return replace(self, slots={**self.slots, **step.slots}, answer=None)

    def practitioner(self, practitioner_id: str | None) -> Practitioner | None:
        return next((p for p in self.practitioners if p.id == practitioner_id), None)

    def service(self, service_type: str | None) -> ServiceType | None:
        return next((s for s in self.service_types if s.id == service_type), None)


StepFunction = Callable[[Visit], Awaitable[Move]]


@dataclass(frozen=True)
class Step:
    """`to`: the steps this one may go to (drawn in the docs, enforced when it moves)."""

    run: StepFunction
    to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    name: str
    first: str
    steps: Mapping[str, Step]
