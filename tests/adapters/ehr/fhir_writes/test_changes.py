"""Cancelling and confirming on a real FHIR server."""

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.clock import RunningClock
from agent.domain.booking import AppointmentStatus
from agent.domain.ids import AppointmentId, IdempotencyKey
from agent.ports import EhrUnavailable, NotFound, Unconfirmed
from tests.adapters.ehr.fhir_writes.practice import AFTER_HOLDS, MARI, SAM, Practice, Wire

VISIT = AppointmentId("AP-1")
KEY = IdempotencyKey("m1:write")


@pytest.fixture
def visit(practice: Practice) -> None:
    practice.slot("S1", "2026-06-02 10:00", status="busy")
    here = [{"reference": "Slot/S1"}]
    practice.appointment(VISIT, "2026-06-02 10:00", slot=here, comment="first visit")


def notes_on_first_write(practice: Practice, wire: Wire) -> None:
    """Staff write into the appointment just before our first write of it."""
    noted: list[str] = []

    def note(request: httpx.Request) -> None:
        if request.method == "PUT" and "/Appointment/" in request.url.path and not noted:
            noted.append("noted")
            practice.put({**practice.read("Appointment", VISIT), "comment": "bring cards"})

    wire.before = note


@pytest.mark.usefixtures("visit")
async def test_a_cancelled_visit_says_by_whom_and_frees_its_slot(
    practice: Practice, ehr: FhirEhr
) -> None:
    gone = await ehr.cancel(MARI, VISIT, KEY)
    assert gone.status is AppointmentStatus.CANCELLED
    stands = practice.read("Appointment", VISIT)
    assert stands["cancelationReason"]["coding"][0]["code"] == "pat"
    assert [label["code"] for label in stands["meta"]["security"]] == ["AIAST"]
    assert [tag["code"] for tag in stands["meta"]["tag"]] == [KEY]
    assert stands["comment"] == "first visit"
    assert practice.faults() == []


@pytest.mark.usefixtures("visit")
async def test_a_visit_whose_slot_is_gone_is_cancelled_all_the_same(
    practice: Practice, ehr: FhirEhr
) -> None:
    practice.delete("Slot", "S1")
    gone = await ehr.cancel(MARI, VISIT, KEY)
    assert gone.status is AppointmentStatus.CANCELLED


@pytest.mark.usefixtures("visit")
async def test_a_slot_that_another_visit_stands_on_stays_busy(
    practice: Practice, ehr: FhirEhr
) -> None:
    practice.appointment("AP-2", "2026-06-02 10:00", SAM, slot=[{"reference": "Slot/S1"}])
    await ehr.cancel(MARI, VISIT, KEY)
    assert practice.faults() == []
    assert practice.read("Slot", "S1")["status"] == "busy"


@pytest.mark.usefixtures("visit")
async def test_a_slot_that_was_given_away_since_is_not_freed_by_saying_it_again(
    practice: Practice, ehr: FhirEhr
) -> None:
    await ehr.cancel(MARI, VISIT, KEY)
    practice.slot("S1", "2026-06-02 10:00", status="busy", comment="team meeting")
    await ehr.cancel(MARI, VISIT, KEY)
    assert practice.read("Slot", "S1")["status"] == "busy"


@pytest.mark.usefixtures("visit")
async def test_what_staff_wrote_meanwhile_is_kept(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    notes_on_first_write(practice, wire)
    await ehr.cancel(MARI, VISIT, KEY)
    stands = practice.read("Appointment", VISIT)
    assert (stands["status"], stands["comment"]) == ("cancelled", "bring cards")
    assert practice.faults() == []


@pytest.mark.usefixtures("visit")
async def test_a_cancellation_that_the_server_refuses_leaves_the_visit_and_its_slot(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    wire.before = lambda request: (
        httpx.Response(422)
        if request.method == "PUT" and "/Appointment/" in request.url.path
        else None
    )
    with pytest.raises(EhrUnavailable):
        await ehr.cancel(MARI, VISIT, KEY)
    assert len(practice.open_appointments()) == 1
    assert practice.faults() == []


@pytest.mark.usefixtures("visit")
@pytest.mark.parametrize("arrives", [True, False])
async def test_a_cancellation_without_an_answer_is_settled_by_what_came_of_it(
    practice: Practice, ehr: FhirEhr, wire: Wire, clock: RunningClock, arrives: bool
) -> None:
    def loses(request: httpx.Request) -> None:
        if request.method == "PUT" and "/Appointment/" in request.url.path:
            raise httpx.ReadError("lost")

    if arrives:
        wire.after = loses
    else:
        wire.before = loses
    with pytest.raises(Unconfirmed):
        await ehr.cancel(MARI, VISIT, KEY)
    assert practice.read("Slot", "S1")["status"] == "busy-tentative"
    clock.advance(AFTER_HOLDS)
    await ehr.sweeper.sweep()
    assert len(practice.open_appointments()) == (0 if arrives else 1)
    assert practice.faults() == []


@pytest.mark.usefixtures("visit")
async def test_a_confirmed_visit_has_the_patients_answer_once(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    notes_on_first_write(practice, wire)
    confirmed = await ehr.confirm(MARI, VISIT, KEY)
    assert confirmed.status is AppointmentStatus.CONFIRMED
    await ehr.confirm(MARI, VISIT, IdempotencyKey("m2:confirm"))
    (answer,) = practice.all("AppointmentResponse")
    assert answer["actor"]["reference"] == f"Patient/{MARI}"
    assert answer["participantStatus"] == "accepted"
    stands = practice.read("Appointment", VISIT)
    assert [one["status"] for one in stands["participant"]] == ["accepted", "accepted"]
    assert stands["comment"] == "bring cards"
    assert practice.faults() == []


@pytest.mark.usefixtures("visit")
async def test_a_server_without_appointment_responses_still_confirms(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    wire.before = lambda request: (
        httpx.Response(405) if request.url.path.endswith("/AppointmentResponse") else None
    )
    confirmed = await ehr.confirm(MARI, VISIT, KEY)
    assert confirmed.status is AppointmentStatus.CONFIRMED


async def test_what_is_not_read_back_as_confirmed_was_not_confirmed(
    practice: Practice, ehr: FhirEhr
) -> None:
    practice.appointment(VISIT, "2026-06-02 10:00", status="pending")
    with pytest.raises(Unconfirmed):
        await ehr.confirm(MARI, VISIT, KEY)


@pytest.mark.usefixtures("visit")
@pytest.mark.parametrize("verb", ["cancel", "confirm"])
async def test_another_patients_visit_is_not_found_and_not_touched(
    practice: Practice, ehr: FhirEhr, verb: str
) -> None:
    before = practice.read("Appointment", VISIT)["meta"]["versionId"]
    with pytest.raises(NotFound):
        await getattr(ehr, verb)(SAM, VISIT, KEY)
    assert practice.read("Appointment", VISIT)["meta"]["versionId"] == before
    assert practice.faults() == []
