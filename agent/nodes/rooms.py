"""What the nodes work with: every room of the agent, wired by bootstrap."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.domain.ids import PatientId
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.guardrails.guard import Guard
from agent.policy import Practice
from agent.policybook import PolicyBook
from agent.ports import (
    Broadcast,
    Clock,
    Desk,
    Ehr,
    EhrUnavailable,
    LanguageModel,
    Notifier,
)
from agent.privacy.pseudonyms import Pseudonymiser
from agent.prompts.prompts import Prompts
from agent.reader.reader import Reader
from agent.safety.cards import Cards
from agent.safety.screen import Screen
from agent.understanding.reading import Understanding
from agent.wording.wording import Wording
from knowledge.retrieve import Retriever

DIRECTORY_LASTS = timedelta(minutes=5)
MOST_PATIENTS = 2_000


@dataclass(frozen=True, slots=True)
class Directory:
    """The practice's people and places as the EHR has them."""

    practitioners: tuple[Practitioner, ...] = ()
    locations: tuple[Location, ...] = ()
    service_types: tuple[ServiceType, ...] = ()


class Registry:
    """Remembers who is who, so that an EHR outage does not make every patient a stranger.

    Patients are asked for anew at every turn and remembered as last seen; the directory is kept
    for five minutes.
    """

    def __init__(self, ehr: Ehr, clock: Clock) -> None:
        self._ehr = ehr
        self._clock = clock
        self._patients: dict[PatientId, Patient] = {}
        self._directory: tuple[datetime, Directory] | None = None

    async def patient(self, patient_id: PatientId) -> Patient | None:
        """None: no such patient. Raises `EhrUnavailable` when the EHR is down and this one was
        never seen."""
        try:
            patient = await self._ehr.patient(patient_id)
        except EhrUnavailable:
            if patient_id in self._patients:
                return self._patients[patient_id]
            raise
        if patient is None:
            self._patients.pop(patient_id, None)
            return None
        self._patients[patient_id] = patient
        if len(self._patients) > MOST_PATIENTS:
            self._patients.pop(next(iter(self._patients)))
        return patient

    def last_seen(self, patient_id: PatientId) -> Patient | None:
        """Without asking the EHR."""
        return self._patients.get(patient_id)

    def seen(self) -> tuple[str, ...]:
        """The names and ids of the patients seen lately: what may stand in no other's reply."""
        return tuple(
            told
            for patient in self._patients.values()
            for told in (f"{patient.first_name} {patient.last_name}", patient.id)
        )

    async def directory(self) -> Directory:
        """Raises `EhrUnavailable` when it was never read."""
        now = self._clock.now()
        if self._directory is not None and now - self._directory[0] < DIRECTORY_LASTS:
            return self._directory[1]
        directory = Directory(
            await self._ehr.practitioners(),
            await self._ehr.locations(),
            await self._ehr.service_types(),
        )
        self._directory = (now, directory)
        return directory


@dataclass(frozen=True, slots=True)
class Consultant:
    """A language model, and what stands between it and the patient."""

    model: LanguageModel
    pseudonymiser: Pseudonymiser
    prompts: Prompts
    first_seconds: float
    """How long a patient waits for the first sentence of a model's reply."""


@dataclass(frozen=True)
class Rooms:
    """One per running agent. `consultant` None: no model is configured, and none is needed."""

    policy: PolicyBook
    ehr: Ehr
    registry: Registry
    desk: Desk
    notifier: Notifier
    broadcast: Broadcast
    clock: Clock
    wording: Wording
    reader: Reader
    screen: Screen
    cards: Cards
    understanding: Understanding
    retriever: Retriever
    guard: Guard
    consultant: Consultant | None = None

    def practice(self) -> Practice:
        """The policy as it stands now."""
        return self.policy.practice

    def local_now(self) -> datetime:
        """Now in practice time."""
        return self.clock.now().astimezone(self.practice().timezone)
