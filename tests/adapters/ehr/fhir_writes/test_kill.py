"""What a process leaves that dies between two writes, a retry or a sweep mends."""

import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.clock import RunningClock
from agent.domain.booking import AppointmentStatus, Booking
from agent.domain.ids import AppointmentId, IdempotencyKey
from tests.adapters.ehr.fhir_writes.dying import book_and_die, cancel_and_die
from tests.adapters.ehr.fhir_writes.practice import AFTER_HOLDS, MARI, Practice, Resource, offer

CLAIMED, MADE, TAKEN, OLD_HELD, OLD_CANCELLED, OLD_FREED = range(1, 7)
"""What the last write before the death was."""
OLD = AppointmentId("AP-1")
BOOK = IdempotencyKey("m1:book")


def old_visit(practice: Practice) -> None:
    slot = practice.slot("S0", "2026-06-02 10:00", status="busy")
    here = [{"reference": f"Slot/{slot['id']}"}]
    practice.appointment(OLD, "2026-06-02 10:00", slot=here)


def move_to(slot: Resource) -> Booking:
    return Booking(MARI, offer(slot), "in_person", BOOK, OLD)


@pytest.mark.parametrize("swept_first", [False, True])
@pytest.mark.parametrize("last", [CLAIMED, MADE, TAKEN])
async def test_a_booking_is_finished_by_its_retry(
    practice: Practice, ehr: FhirEhr, clock: RunningClock, last: int, swept_first: bool
) -> None:
    booking = Booking(MARI, offer(practice.slot("S1", "2026-06-04 10:00")), "in_person", BOOK)
    book_and_die(practice.base_url, booking, last)
    if swept_first:
        clock.advance(AFTER_HOLDS)
        await ehr.sweeper.sweep()
        assert practice.faults() == []
    booked = await ehr.book(booking)
    assert booked.status is AppointmentStatus.BOOKED
    assert [one["id"] for one in practice.all("Appointment")] == [booked.id]
    assert practice.faults() == []
    assert await ehr.book(booking) == booked


@pytest.mark.parametrize("swept_first", [False, True])
@pytest.mark.parametrize("last", [CLAIMED, MADE, TAKEN, OLD_HELD, OLD_CANCELLED, OLD_FREED])
async def test_a_move_is_finished_by_its_retry(
    practice: Practice, ehr: FhirEhr, clock: RunningClock, last: int, swept_first: bool
) -> None:
    old_visit(practice)
    move = move_to(practice.slot("S1", "2026-06-04 10:00"))
    book_and_die(practice.base_url, move, last)
    if swept_first:
        clock.advance(AFTER_HOLDS)
        await ehr.sweeper.sweep()
        assert practice.faults() == []
    moved = await ehr.book(move)
    assert moved.replaces == OLD
    assert [one["id"] for one in practice.open_appointments()] == [moved.id]
    assert len(practice.all("Appointment")) == 2
    assert practice.faults() == []


@pytest.mark.parametrize("last", [MADE, TAKEN])
async def test_until_the_retry_the_patient_keeps_the_old_visit(
    practice: Practice, ehr: FhirEhr, last: int
) -> None:
    old_visit(practice)
    book_and_die(practice.base_url, move_to(practice.slot("S1", "2026-06-04 10:00")), last)
    assert OLD in {one.id for one in await ehr.appointments(MARI) if one.is_open}


@pytest.mark.parametrize("again", ["m1:cancel", "m2:cancel", "sweep"])
@pytest.mark.parametrize("last", [1, 2, 3])
async def test_a_cancellation_is_finished_by_a_retry_or_a_sweep(
    practice: Practice, ehr: FhirEhr, clock: RunningClock, last: int, again: str
) -> None:
    """Its writes: the slot is held, the appointment cancelled, the slot freed."""
    old_visit(practice)
    cancel_and_die(practice.base_url, MARI, OLD, "m1:cancel", last)
    if again == "sweep":
        clock.advance(AFTER_HOLDS)
        await ehr.sweeper.sweep()
    else:
        gone = await ehr.cancel(MARI, OLD, IdempotencyKey(again))
        assert gone.status is AppointmentStatus.CANCELLED
    assert practice.faults() == []
