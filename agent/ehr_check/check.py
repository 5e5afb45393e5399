"""The order of a check: who the patient is, what can be read, what can be done, taken back."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, cast

from agent.copies import Mirrored
from agent.domain.ids import PatientId
from agent.domain.incidents import Stranger
from agent.domain.terms import Capability
from agent.ehr_check.report import Report, State, Untried, expect
from agent.ehr_check.trial import Trial
from agent.ports import Clock, Ehr, Polled, Unreadable, Webhooks

Work = Callable[[], Awaitable[str]]

LEAVES_A_TRACE = "what it writes into a chart cannot be taken back"


class Heard:
    """Implements `Incidents`: counts the strangers that the adapter dropped."""

    def __init__(self) -> None:
        self.strangers: list[Stranger] = []

    async def stranger(self, found: Stranger) -> None:
        self.strangers.append(found)


class Owned(Protocol):
    @property
    def patient_id(self) -> PatientId: ...


async def check(ehr: Ehr, patient_id: PatientId, clock: Clock, run: str, heard: Heard) -> Report:
    """Every capability in turn; what was written is taken back whatever happens."""
    report = Report()
    reads = Reads(ehr, patient_id, clock)
    known = await report.step("patient", reads.patient)
    if not (await report.step("directory", reads.directory) and known):
        return report
    trial = Trial(ehr, patient_id, clock, run)
    try:
        for capability, work in _works(reads, trial).items():
            if capability in ehr.capabilities:
                await report.step(capability, work)
            else:
                report.note(capability, State.UNDECLARED)
    finally:
        if trial.wrote:
            await report.step("clean-up", trial.take_back)
    if heard.strangers:
        kinds = ", ".join(sorted({found.resource_type for found in heard.strangers}))
        words = f"{len(heard.strangers)} resources of other patients came back: {kinds}"
        report.note("other patients", State.FAILS, words)
    return report


def _works(reads: "Reads", trial: Trial) -> dict[Capability, Work]:
    """Every capability in the order it is tried; what books comes before what cancels."""
    return {
        Capability.LIST_APPOINTMENTS: reads.appointments,
        Capability.BALANCE: reads.account,
        Capability.COVERAGE: reads.coverages,
        Capability.MEDICATION_REQUESTS: reads.medication_requests,
        Capability.ORDERS: reads.orders,
        Capability.FORMS: reads.forms,
        Capability.FIND_SLOTS: trial.find,
        Capability.BOOK: trial.book,
        Capability.CONFIRM: trial.confirm,
        Capability.RESCHEDULE: trial.move,
        Capability.CANCEL: trial.cancel,
        Capability.WAITLIST: trial.wait,
        Capability.POST_MESSAGE: _trace,
        Capability.WRITE_TASKS: _trace,
        Capability.WRITE_AUDIT: _trace,
        Capability.WEBHOOKS: reads.webhook,
        Capability.POLL: reads.changes,
    }


async def _trace() -> str:
    raise Untried(LEAVES_A_TRACE)


class Reads:
    """What changes nothing; every answer must be the patient's own. Counts are all that is said."""

    def __init__(self, ehr: Ehr, patient_id: PatientId, clock: Clock) -> None:
        self._ehr = ehr
        self._patient_id = patient_id
        self._clock = clock

    async def patient(self) -> str:
        found = await self._ehr.patient(self._patient_id)
        expect(found is not None, "no patient has this id")
        expect(found is None or found.id == self._patient_id, "it is another patient")
        return "found"

    async def directory(self) -> str:
        people = await self._ehr.practitioners()
        places = await self._ehr.locations()
        services = await self._ehr.service_types()
        expect(bool(people), "there are no practitioners")
        expect(bool(services), "there are no service types")
        return f"{len(people)} practitioners, {len(places)} locations, {len(services)} services"

    async def appointments(self) -> str:
        words = self._own(await self._ehr.appointments(self._patient_id))
        if not isinstance(self._ehr, Mirrored):
            return words
        hours = (self._clock.now() - self._ehr.as_of).total_seconds() / 3600
        return f"{words}, from a copy that is {hours:.1f} hours old"

    async def account(self) -> str:
        found = await self._ehr.account(self._patient_id)
        return self._own(() if found is None else (found,))

    async def coverages(self) -> str:
        return self._own(await self._ehr.coverages(self._patient_id))

    async def medication_requests(self) -> str:
        return self._own(await self._ehr.medication_requests(self._patient_id))

    async def orders(self) -> str:
        return self._own(await self._ehr.orders(self._patient_id))

    async def forms(self) -> str:
        return self._own(await self._ehr.forms(self._patient_id))

    async def webhook(self) -> str:
        """Without a request of the EHR's own only this can be seen: nonsense brings no events."""
        try:
            events = cast(Webhooks, self._ehr).read_webhook(b"?", {}, self._clock.now())
        except Unreadable:
            return "refuses nonsense; a real one has to be sent from the EHR"
        expect(not events, "nonsense was taken for an event")
        return "takes nonsense for nothing; a real one has to be sent from the EHR"

    async def changes(self) -> str:
        events, cursor = await cast(Polled, self._ehr).changes(None)
        expect(not events, "the first poll has to bring a cursor and no events")
        expect(bool(cursor), "the first poll brought no cursor")
        await cast(Polled, self._ehr).changes(cursor)
        return "a cursor, and on from it"

    def _own(self, found: Sequence[Owned]) -> str:
        own = all(one.patient_id == self._patient_id for one in found)
        expect(own, "another patient's record came back")
        return f"{len(found)} read"
