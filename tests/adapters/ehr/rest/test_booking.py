"""Writes: once, read back, and never told as done when they do not stand as asked."""

from datetime import timedelta

import pytest

from agent.adapters.ehr.demo.shape import AppointmentShape
from agent.domain.booking import AppointmentStatus, Booking, Slot, SlotQuery
from agent.domain.ids import (
    AppointmentId,
    IdempotencyKey,
    PatientId,
    PractitionerId,
    ServiceTypeId,
)
from agent.ports import EhrUnavailable, NotFound, SlotTaken, Unconfirmed
from tests.adapters.ehr.rest.conftest import NOW, Open
from tests.ehr_stubs.serving import Opened
from tests.ehr_stubs.stub import Stub, Trouble

MARI, SAM = PatientId("PT-1"), PatientId("PT-2")
POST = "POST /appointments"


async def a_slot(opened: Opened) -> Slot:
    query = SlotQuery(
        ServiceTypeId("therapy"), NOW, NOW + timedelta(days=7), (PractitionerId("DR-PARK"),)
    )
    return (await opened.ehr.find_slots(query))[0]


def booking(slot: Slot, key: str = "k1") -> Booking:
    return Booking(SAM, slot.id, "telehealth", IdempotencyKey(key))


def posts(opened: Opened) -> int:
    return sum(said.startswith("POST") for said in opened.stub.requests)


async def test_a_409_is_a_taken_slot(opening: Open) -> None:
    async with opening("therapynotes") as opened:
        opened.stub.troubles = [(POST, Trouble(409))]
        with pytest.raises(SlotTaken):
            await opened.ehr.book(booking(await a_slot(opened)))


@pytest.mark.parametrize("status", [400, 401, 403, 422, 429])
async def test_a_refusal_books_nothing_and_is_not_sent_again(opening: Open, status: int) -> None:
    async with opening("therapynotes") as opened:
        opened.stub.troubles = [(POST, Trouble(status))]
        with pytest.raises(EhrUnavailable):
            await opened.ehr.book(booking(await a_slot(opened)))
        assert posts(opened) == 1
        assert len(opened.stub.appointments) == 3


@pytest.mark.parametrize(
    "lost", [Trouble(500, after_work=True), Trouble(body=b"<html>", after_work=True)]
)
async def test_a_lost_answer_is_found_again_by_its_key(opening: Open, lost: Trouble) -> None:
    async with opening("therapynotes") as opened:
        opened.stub.troubles = [(POST, lost)]
        slot = await a_slot(opened)
        made = await opened.ehr.book(booking(slot))
        assert made.start == slot.start
        assert await opened.ehr.book(booking(slot)) == made
        assert posts(opened) == 1


async def test_a_failure_that_booked_nothing_is_unconfirmed(opening: Open) -> None:
    async with opening("therapynotes") as opened:
        opened.stub.troubles = [(POST, Trouble(500))]
        with pytest.raises(Unconfirmed):
            await opened.ehr.book(booking(await a_slot(opened)))
        assert posts(opened) == 1


async def test_a_booking_that_cannot_be_read_back_is_unconfirmed(opening: Open) -> None:
    async with opening("therapynotes") as opened:
        opened.stub.troubles = [("GET /appointments/TN", Trouble(500))] * 3
        with pytest.raises(Unconfirmed):
            await opened.ehr.book(booking(await a_slot(opened)))


@pytest.mark.parametrize("lost", ["key", "modality"])
async def test_a_booking_that_lost_something_is_unconfirmed(opening: Open, lost: str) -> None:
    async with opening("therapynotes") as opened:
        opened.stub.deaf = frozenset({lost})
        with pytest.raises(Unconfirmed):
            await opened.ehr.book(booking(await a_slot(opened)))


async def test_somebody_who_books_between_our_look_and_our_write_makes_it_unconfirmed(
    opening: Open,
) -> None:
    async with opening("therapynotes") as opened:
        slot = await a_slot(opened)

        def rival(stub: Stub) -> None:
            stub.appointments.append(
                AppointmentShape(
                    id="RIVAL",
                    patient_id="PT-7",
                    practitioner_id=slot.practitioner_id,
                    service_type="therapy",
                    start=slot.start + timedelta(minutes=30),
                )
            )

        opened.stub.rival = rival
        with pytest.raises(Unconfirmed, match="alone"):
            await opened.ehr.book(booking(slot))
        assert opened.incidents.found == []


async def test_a_calendar_with_an_unreadable_row_offers_and_books_nothing(opening: Open) -> None:
    async with opening("therapynotes") as opened:
        slot = await a_slot(opened)
        opened.stub.garbage = True
        with pytest.raises(EhrUnavailable):
            await a_slot(opened)
        with pytest.raises(EhrUnavailable):
            await opened.ehr.book(booking(slot))
        assert posts(opened) == 0


async def test_a_confirmation_is_a_note_on_the_patients_own_open_visit(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        confirm = opened.ehr.confirm
        done = await confirm(MARI, AppointmentId("AP-1"), IdempotencyKey("k1"))
        assert done.status is AppointmentStatus.CONFIRMED
        assert await confirm(MARI, AppointmentId("AP-1"), IdempotencyKey("k2")) == done
        assert opened.stub.requests.count("POST /api/appointments/AP-1/notes") == 1
        for other in ("AP-2", "AP-OLD", "AP-404"):
            with pytest.raises(NotFound):
                await confirm(MARI, AppointmentId(other), IdempotencyKey("k3"))
        assert posts(opened) == 1


async def test_a_confirmation_that_does_not_show_is_unconfirmed(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        opened.stub.deaf = frozenset({"note"})
        with pytest.raises(Unconfirmed):
            await opened.ehr.confirm(MARI, AppointmentId("AP-1"), IdempotencyKey("k1"))
