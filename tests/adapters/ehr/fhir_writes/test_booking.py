"""A booking on a real FHIR server: what stands afterwards, whatever happened on the way."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.extensions import CORRELATION, HOLD, IDENTIFIER
from agent.clock import RunningClock
from agent.domain.booking import AppointmentStatus, Booking, SlotQuery
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId, ServiceTypeId
from agent.ports import EhrUnavailable, NotFound, Overlapping, SlotTaken, Unconfirmed
from tests.adapters.ehr.fhir_writes.practice import (
    AFTER_HOLDS,
    MARI,
    NOW,
    SAM,
    Practice,
    Resource,
    Wire,
    at,
    ehr_on,
    offer,
)

OLD = AppointmentId("AP-1")


def booking(
    slot: Resource,
    patient: PatientId = MARI,
    key: str = "m1:book",
    modality: str = "in_person",
    replaces: AppointmentId | None = None,
) -> Booking:
    return Booking(patient, offer(slot), modality, IdempotencyKey(key), replaces)


def is_write(request: httpx.Request, method: str, resource_type: str) -> bool:
    return request.method == method and f"/{resource_type}" in request.url.path


async def test_a_booking_stands_marked_and_nothing_is_held(
    practice: Practice, ehr: FhirEhr
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    booked = await ehr.book(booking(slot, modality="telehealth"))
    assert booked.start == at("2026-06-02 10:00")
    assert booked.status is AppointmentStatus.BOOKED
    assert booked.telehealth_url is not None
    (made,) = practice.open_appointments()
    assert made["end"] == at("2026-06-02 10:50").isoformat()
    assert [one["system"] for one in made["identifier"]] == [IDENTIFIER]
    for written in (made, practice.read("Slot", "S1")):
        assert [label["code"] for label in written["meta"]["security"]] == ["AIAST"]
        assert [tag["system"] for tag in written["meta"]["tag"]] == [CORRELATION]
    assert practice.faults() == []


async def test_rooms_cannot_be_guessed(practice: Practice, ehr: FhirEhr) -> None:
    first = practice.slot("S1", "2026-06-02 10:00")
    second = practice.slot("S2", "2026-06-02 12:00")
    one = await ehr.book(booking(first, modality="telehealth"))
    other = await ehr.book(booking(second, key="m2:book", modality="telehealth"))
    assert one.telehealth_url != other.telehealth_url


async def test_the_same_key_books_once_and_is_nobody_elses(
    practice: Practice, ehr: FhirEhr
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    first = await ehr.book(booking(slot))
    assert await ehr.book(booking(slot)) == first
    with pytest.raises(NotFound):
        await ehr.book(booking(slot, SAM))
    assert len(practice.open_appointments()) == 1


async def test_another_patients_key_touches_nothing_of_theirs(
    practice: Practice, ehr: FhirEhr
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    booked = await ehr.book(booking(slot))
    practice.delete("Slot", "S1")
    with pytest.raises(NotFound):
        await ehr.book(booking(slot, SAM))
    assert [one["id"] for one in practice.open_appointments()] == [booked.id]


async def test_the_same_key_twice_at_once_books_once(practice: Practice, ehr: FhirEhr) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    first, second = await asyncio.gather(ehr.book(booking(slot)), ehr.book(booking(slot)))
    assert first == second
    assert len(practice.all("Appointment")) == 1
    assert practice.faults() == []


async def test_the_same_key_after_the_visit_was_cancelled_books_nothing(
    practice: Practice, ehr: FhirEhr
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    first = await ehr.book(booking(slot))
    await ehr.cancel(MARI, first.id, IdempotencyKey("m2:cancel"))
    again = await ehr.book(booking(slot))
    assert (again.id, again.status) == (first.id, AppointmentStatus.CANCELLED)
    assert practice.faults() == []


@pytest.mark.parametrize("status", ["busy", "busy-unavailable", "busy-tentative"])
async def test_a_slot_that_is_not_free_stays_as_it_is(
    practice: Practice, ehr: FhirEhr, status: str
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00", status=status)
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))
    assert practice.read("Slot", "S1")["meta"]["versionId"] == slot["meta"]["versionId"]
    assert practice.all("Appointment") == []


async def test_a_slot_that_vanished_is_taken(practice: Practice, ehr: FhirEhr) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    practice.delete("Slot", "S1")
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))
    assert practice.all("Appointment") == []


async def test_a_slot_that_was_moved_is_not_what_was_offered(
    practice: Practice, ehr: FhirEhr
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    practice.slot("S1", "2026-06-02 15:00")
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))
    assert practice.faults() == []


async def test_a_slot_that_is_past_is_taken(
    practice: Practice, ehr: FhirEhr, clock: RunningClock
) -> None:
    slot = practice.slot("S1", "2026-06-01 09:00")
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))
    assert practice.faults() == []


async def test_who_claims_between_our_reading_and_our_claim_has_it(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")

    def staff_is_faster(request: httpx.Request) -> None:
        if is_write(request, "PUT", "Slot"):
            practice.slot("S1", "2026-06-02 10:00", status="busy", comment="phone")

    wire.before = staff_is_faster
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))
    assert practice.read("Slot", "S1")["comment"] == "phone"
    assert practice.all("Appointment") == []


async def test_a_slot_that_vanishes_under_the_hold_leaves_no_appointment(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")

    def clinic_is_cancelled(request: httpx.Request) -> None:
        if is_write(request, "POST", "Appointment"):
            practice.delete("Slot", "S1")

    wire.after = clinic_is_cancelled
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))
    assert practice.open_appointments() == []
    assert await ehr.appointments(MARI) == ()
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))


async def test_a_slot_lost_under_the_hold_leaves_the_winners_appointment(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    here = [{"reference": "Slot/S1"}]

    def staff_overrides(request: httpx.Request) -> None:
        if is_write(request, "POST", "Appointment"):
            practice.slot("S1", "2026-06-02 10:00", status="busy")
            practice.appointment("AP-9", "2026-06-02 10:00", SAM, slot=here)

    wire.after = staff_overrides
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))
    assert [one["id"] for one in practice.open_appointments()] == ["AP-9"]
    assert practice.faults() == []


async def test_a_patient_cannot_be_in_two_places(practice: Practice, ehr: FhirEhr) -> None:
    await ehr.book(booking(practice.slot("S1", "2026-06-02 10:00")))
    late = practice.slot("S2", "2026-06-02 10:30", "lin-therapy")
    with pytest.raises(Overlapping):
        await ehr.book(booking(late, key="m2:book"))
    assert practice.faults() == []
    after = practice.slot("S3", "2026-06-02 10:50", "lin-therapy")
    await ehr.book(booking(after, key="m3:book"))
    assert practice.faults() == []


async def test_a_patient_who_asks_for_two_places_at_once_gets_one(
    practice: Practice, ehr: FhirEhr
) -> None:
    slots = [
        practice.slot("S1", "2026-06-02 10:00", "park-therapy"),
        practice.slot("S2", "2026-06-02 10:30", "lin-therapy"),
    ]
    results = await asyncio.gather(
        *(ehr.book(booking(slot, key=f"{slot['id']}:book")) for slot in slots),
        return_exceptions=True,
    )
    assert [type(one) for one in results if isinstance(one, Exception)] == [Overlapping]
    assert len(practice.open_appointments()) == 1
    assert practice.faults() == []


async def test_midnight_parts_no_visit(practice: Practice, ehr: FhirEhr) -> None:
    await ehr.book(booking(practice.slot("S1", "2026-06-02 23:30")))
    after_midnight = practice.slot("S2", "2026-06-03 00:00", "lin-therapy")
    with pytest.raises(Overlapping):
        await ehr.book(booking(after_midnight, key="m2:book"))
    intake = practice.slot("S3", "2026-06-03 00:10", "park-intake")
    with pytest.raises(SlotTaken):
        await ehr.book(booking(intake, SAM, key="m3:book"))
    assert practice.faults() == []


async def test_the_hour_that_daylight_saving_repeats_is_two_hours(
    practice: Practice, ehr: FhirEhr
) -> None:
    """On 2026-11-01 clocks in Los Angeles go from 02:00 back to 01:00."""
    first = practice.slot("S1", datetime(2026, 11, 1, 8, 30, tzinfo=UTC))
    second = practice.slot("S2", datetime(2026, 11, 1, 9, 30, tzinfo=UTC))
    booked = [
        await ehr.book(booking(first)),
        await ehr.book(booking(second, key="m2:book")),
    ]
    assert [one.start.strftime("%H:%M %Z") for one in booked] == ["01:30 PDT", "01:30 PST"]
    assert [datetime.fromisoformat(one["end"]) for one in practice.open_appointments()] == [
        datetime(2026, 11, 1, 9, 20, tzinfo=UTC),
        datetime(2026, 11, 1, 10, 20, tzinfo=UTC),
    ]
    assert practice.faults() == []


async def test_a_practitioner_cannot_be_in_two_places(practice: Practice, ehr: FhirEhr) -> None:
    therapy = practice.slot("S1", "2026-06-02 10:00", "park-therapy")
    intake = practice.slot("S2", "2026-06-02 09:00", "park-intake")
    await ehr.book(booking(therapy))
    with pytest.raises(SlotTaken):
        await ehr.book(booking(intake, SAM, key="m2:book"))
    assert practice.faults() == []


async def test_an_appointment_without_a_slot_takes_the_practitioners_time(
    practice: Practice, ehr: FhirEhr
) -> None:
    practice.appointment("AP-9", "2026-06-02 10:30", SAM)
    slot = practice.slot("S1", "2026-06-02 10:00")
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot))
    assert practice.faults() == []


async def test_two_processes_never_book_overlapping_slots_of_one_practitioner(
    practice: Practice, clock: RunningClock
) -> None:

    async def attempt(ehr: FhirEhr, slot: Resource, patient: PatientId) -> str:
        try:
            return (await ehr.book(booking(slot, patient, f"{slot['id']}:book"))).id
        except SlotTaken:
            return ""

    async with ehr_on(practice.base_url, clock) as here, ehr_on(practice.base_url, clock) as there:
        for day in range(2, 7):
            therapy = practice.slot(f"T{day}", f"2026-06-0{day} 10:00", "park-therapy")
            intake = practice.slot(f"I{day}", f"2026-06-0{day} 09:00", "park-intake")
            results = await asyncio.gather(
                attempt(here, therapy, MARI), attempt(there, intake, SAM)
            )
            assert "" in results
            assert practice.faults() == []


async def test_a_server_that_refuses_the_appointment_leaves_the_slot_free(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    wire.before = lambda request: (
        httpx.Response(422) if is_write(request, "POST", "Appointment") else None
    )
    with pytest.raises(EhrUnavailable):
        await ehr.book(booking(slot))
    assert practice.all("Appointment") == []
    assert practice.faults() == []


async def test_a_server_that_goes_silent_keeps_the_hold_until_it_runs_out(
    practice: Practice, ehr: FhirEhr, wire: Wire, clock: RunningClock
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")

    def silent(request: httpx.Request) -> None:
        if is_write(request, "POST", "Appointment"):
            raise httpx.ReadTimeout("silent")

    wire.before = silent
    with pytest.raises(Unconfirmed):
        await ehr.book(booking(slot))
    assert await ehr.sweeper.sweep() == 0
    with pytest.raises(SlotTaken):
        await ehr.book(booking(slot, SAM, "m2:book"))
    clock.advance(AFTER_HOLDS)
    assert await ehr.sweeper.sweep() == 1
    assert practice.faults() == []


async def test_a_hold_of_our_own_is_taken_up_again(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")

    def silent(request: httpx.Request) -> None:
        if is_write(request, "POST", "Appointment"):
            raise httpx.ReadTimeout("silent")

    wire.before = silent
    with pytest.raises(Unconfirmed):
        await ehr.book(booking(slot))
    assert practice.read("Slot", "S1")["extension"][0]["url"] == HOLD
    wire.before = lambda request: None
    await ehr.book(booking(slot))
    assert len(practice.open_appointments()) == 1
    assert practice.faults() == []


async def test_a_lost_answer_makes_no_second_appointment(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    """Also on a server that takes no heed of If-None-Exist."""
    slot = practice.slot("S1", "2026-06-02 10:00")
    lost: list[httpx.Request] = []

    def takes_no_heed(request: httpx.Request) -> None:
        request.headers.pop("If-None-Exist", None)

    def loses_the_first_answer(request: httpx.Request) -> None:
        if is_write(request, "POST", "Appointment") and not lost:
            lost.append(request)
            raise httpx.ReadError("lost")

    wire.before, wire.after = takes_no_heed, loses_the_first_answer
    booked = await ehr.book(booking(slot))
    assert [one["id"] for one in practice.open_appointments()] == [booked.id]
    assert len(practice.all("Appointment")) == 2
    assert [one.id for one in await ehr.appointments(MARI)] == [booked.id]
    assert practice.faults() == []


async def test_a_slot_that_keeps_changing_is_looked_at_anew(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    slot = practice.slot("S1", "2026-06-02 10:00")
    noted: list[Resource] = []

    def staff_notes_something(request: httpx.Request) -> None:
        if is_write(request, "POST", "Appointment") and not noted:
            noted.append(practice.put({**practice.read("Slot", "S1"), "comment": "room 2"}))

    wire.after = staff_notes_something
    await ehr.book(booking(slot))
    assert practice.read("Slot", "S1")["comment"] == "room 2"
    assert practice.faults() == []


async def test_a_visit_is_moved_by_half_an_hour(practice: Practice, ehr: FhirEhr) -> None:
    old = await ehr.book(booking(practice.slot("S1", "2026-06-02 10:00")))
    new = practice.slot("S2", "2026-06-02 10:30")
    moved = await ehr.book(booking(new, key="m2:move", replaces=old.id))
    assert moved.replaces == old.id
    statuses = {one.id: one.status for one in await ehr.appointments(MARI)}
    assert statuses == {
        old.id: AppointmentStatus.CANCELLED,
        moved.id: AppointmentStatus.BOOKED,
    }
    assert practice.faults() == []


async def test_a_move_whose_second_half_fails_keeps_both_and_is_finished_later(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    old = await ehr.book(booking(practice.slot("S1", "2026-06-02 10:00")))
    move = booking(practice.slot("S2", "2026-06-04 10:00"), key="m2:move", replaces=old.id)

    def refuses_to_cancel(request: httpx.Request) -> httpx.Response | None:
        if is_write(request, "PUT", "Appointment"):
            assert json.loads(request.content)["status"] == "cancelled"
            return httpx.Response(422)
        return None

    wire.before = refuses_to_cancel
    with pytest.raises(Unconfirmed):
        await ehr.book(move)
    assert len(practice.open_appointments()) == 2
    assert practice.faults() == []
    wire.before = lambda request: None
    moved = await ehr.book(move)
    assert [one["id"] for one in practice.open_appointments()] == [moved.id]
    assert practice.faults() == []


async def test_a_move_that_overlaps_a_third_visit_changes_nothing(
    practice: Practice, ehr: FhirEhr
) -> None:
    old = await ehr.book(booking(practice.slot("S1", "2026-06-02 10:00")))
    await ehr.book(booking(practice.slot("S2", "2026-06-04 10:00"), key="m2:book"))
    third = practice.slot("S3", "2026-06-04 10:30", "lin-therapy")
    with pytest.raises(Overlapping):
        await ehr.book(booking(third, key="m3:move", replaces=old.id))
    assert len(practice.open_appointments()) == 2
    assert practice.faults() == []


async def test_what_is_offered_can_be_booked(practice: Practice, ehr: FhirEhr) -> None:
    practice.slot("S1", "2026-06-02 10:00")
    query = SlotQuery(ServiceTypeId("therapy"), NOW, at("2026-06-30 00:00"))
    (found,) = await ehr.find_slots(query)
    booked = await ehr.book(Booking(MARI, found.id, "in_person", IdempotencyKey("m1:book")))
    assert booked.start == found.start
    assert await ehr.find_slots(query) == ()
