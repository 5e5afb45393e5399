"""`portico ehr check` finds what an adapter does wrong, and leaves nothing behind."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.adapters.ehr.demo.ehr import DemoEhr, open_demo_ehr
from agent.clock import RunningClock
from agent.domain.booking import Appointment, AppointmentStatus, Booking, Slot, SlotQuery
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.domain.incidents import Stranger
from agent.domain.people import Patient
from agent.domain.records import MedicationRequest
from agent.domain.terms import Capability
from agent.ehr_check.check import Heard, check
from agent.ehr_check.report import Report, State
from agent.ports import EhrUnavailable

WORLD = Path(__file__).parents[2] / "conformance" / "ehr_world.json"
MARI = PatientId("PT-1")


@pytest.fixture
async def ehr(tmp_path: Path) -> AsyncIterator[DemoEhr]:
    opened = await open_demo_ehr(
        WORLD,
        tmp_path / "ehr.db",
        clock=RunningClock(),
        timezone=ZoneInfo("America/Los_Angeles"),
    )
    yield opened
    await opened.close()


class Faulty:
    """The demo EHR with one verb replaced: whatever is not overridden is the demo's."""

    def __init__(self, ehr: DemoEhr) -> None:
        self.ehr = ehr
        self.forgotten = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.ehr, name)


class TellsOfOthers(Faulty):
    async def medication_requests(self, patient_id: PatientId) -> tuple[MedicationRequest, ...]:
        mine = await self.ehr.medication_requests(MARI)
        return tuple(replace(one, patient_id=PatientId("PT-2")) for one in mine)


class BooksEveryTime(Faulty):
    async def book(self, booking: Booking) -> Appointment:
        self.forgotten += 1
        key = IdempotencyKey(f"{booking.key}-{self.forgotten}")
        return await self.ehr.book(replace(booking, key=key))


class BooksAtAnotherTime(Faulty):
    async def book(self, booking: Booking) -> Appointment:
        booked = await self.ehr.book(booking)
        return replace(booked, start=booked.start + timedelta(hours=1))


class LosesTheAnswer(Faulty):
    async def book(self, booking: Booking) -> Appointment:
        await self.ehr.book(booking)
        raise EhrUnavailable("Maria Gonzalez")


class CancelsNothing(Faulty):
    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        mine = await self.ehr.appointments(patient_id)
        standing = next(one for one in mine if one.id == appointment_id)
        return replace(standing, status=AppointmentStatus.CANCELLED)


class KeepsTheOld(Faulty):
    async def book(self, booking: Booking) -> Appointment:
        return await self.ehr.book(replace(booking, replaces=None))


class ConfirmsWithABug(Faulty):
    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        raise KeyError("Maria Gonzalez")


class OffersTheLastFirst(Faulty):
    async def find_slots(self, query: SlotQuery) -> tuple[Slot, ...]:
        return (await self.ehr.find_slots(query))[::-1]


class ForgetsToLeave(Faulty):
    async def leave_waitlist(self, patient_id: PatientId, entry_id: str) -> None:
        self.forgotten += 1
        if self.forgotten > 1:
            await self.ehr.leave_waitlist(patient_id, entry_id)


class KnowsSomebodyElse(Faulty):
    async def patient(self, patient_id: PatientId) -> Patient | None:
        return await self.ehr.patient(PatientId("PT-2"))


async def checked(ehr: object) -> Report:
    return await check(ehr, MARI, RunningClock(), "r1", Heard())  # type: ignore[arg-type]


def states(report: Report) -> dict[str, State]:
    return {result.what: result.state for result in report.results}


async def standing(ehr: DemoEhr) -> set[str]:
    """Every appointment that stands and every entry on the waitlist, of anybody."""
    state = await ehr.export()
    left = {one["id"] for one in state["appointments"] if one["status"] in ("booked", "confirmed")}
    return left | {entry["id"] for entry in state["waitlist"]}


async def test_a_sound_adapter_works_and_is_left_as_it_was(ehr: DemoEhr) -> None:
    before = await standing(ehr)
    report = await checked(ehr)
    assert not report.fails
    assert {c for c in Capability if states(report)[c] is State.WORKS} == ehr.capabilities
    assert {states(report)[c] for c in set(Capability) - ehr.capabilities} == {State.UNDECLARED}
    assert await standing(ehr) == before
    again = await check(ehr, MARI, RunningClock(), "r2", Heard())
    assert not again.fails


@pytest.mark.parametrize(
    ("fault", "fails"),
    [
        (TellsOfOthers, Capability.MEDICATION_REQUESTS),
        (BooksEveryTime, Capability.BOOK),
        (BooksAtAnotherTime, Capability.BOOK),
        (LosesTheAnswer, Capability.BOOK),
        (KeepsTheOld, Capability.RESCHEDULE),
        (ConfirmsWithABug, Capability.CONFIRM),
        (OffersTheLastFirst, Capability.FIND_SLOTS),
        (ForgetsToLeave, Capability.WAITLIST),
    ],
)
async def test_what_is_wrong_is_named_and_what_was_done_is_taken_back(
    ehr: DemoEhr, fault: type[Faulty], fails: Capability
) -> None:
    before = await standing(ehr)
    report = await checked(fault(ehr))
    assert {what for what, state in states(report).items() if state is State.FAILS} == {fails}
    assert await standing(ehr) == before
    assert "Gonzalez" not in json.dumps([result.words for result in report.results])


async def test_what_cannot_be_taken_back_is_said_with_its_id(ehr: DemoEhr) -> None:
    before = await standing(ehr)
    report = await checked(CancelsNothing(ehr))
    (left,) = await standing(ehr) - before
    assert states(report)[Capability.CANCEL] is State.FAILS
    (clean_up,) = [result for result in report.results if result.what == "clean-up"]
    assert clean_up.state is State.FAILS
    assert left in clean_up.words


async def test_what_could_not_be_cancelled_is_not_booked(ehr: DemoEhr) -> None:
    class NoCancelling(Faulty):
        capabilities = ehr.capabilities - {Capability.CANCEL}

    report = await checked(NoCancelling(ehr))
    tried = states(report)
    assert tried[Capability.BOOK] is tried[Capability.RESCHEDULE] is State.UNTRIED
    assert tried[Capability.CANCEL] is State.UNDECLARED
    assert len((await ehr.export())["appointments"]) == 3


async def test_nothing_is_written_for_a_patient_who_is_not_the_one(ehr: DemoEhr) -> None:
    report = await checked(KnowsSomebodyElse(ehr))
    assert report.fails
    assert set(states(report)) == {"patient", "directory"}


async def test_dropped_strangers_fail_the_check(ehr: DemoEhr) -> None:
    heard = Heard()
    await heard.stranger(Stranger(MARI, "Appointment", "A-9", RunningClock().now()))
    report = await check(ehr, MARI, RunningClock(), "r1", heard)
    assert states(report)["other patients"] is State.FAILS


async def test_an_ehr_that_is_down_fails_at_the_first_step(ehr: DemoEhr) -> None:
    ehr.available = False
    report = await checked(ehr)
    assert set(states(report).values()) == {State.FAILS}


async def test_an_interrupted_check_takes_back_what_it_did(ehr: DemoEhr) -> None:
    reached = asyncio.Event()

    class NeverConfirms(Faulty):
        async def confirm(
            self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
        ) -> Appointment:
            reached.set()
            await asyncio.Event().wait()
            raise AssertionError

    before = await standing(ehr)
    checking = asyncio.create_task(checked(NeverConfirms(ehr)))
    await reached.wait()
    assert await standing(ehr) != before
    checking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking
    assert await standing(ehr) == before
