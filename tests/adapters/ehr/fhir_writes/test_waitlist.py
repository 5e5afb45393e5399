"""The waitlist on a real FHIR server."""

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.extensions import PREFERENCES
from agent.domain.booking import WaitlistEntry
from agent.domain.ids import IdempotencyKey, PatientId, PractitionerId, ServiceTypeId
from agent.ports import NotFound
from tests.adapters.ehr.fhir_writes.practice import MARI, NOW, SAM, Practice, Wire

WISH = WaitlistEntry("", MARI, ServiceTypeId("therapy"), PractitionerId("park"), "mornings, please")
KEY = IdempotencyKey("m1:waitlist")


async def test_a_wish_is_an_appointment_without_a_time(practice: Practice, ehr: FhirEhr) -> None:
    entry = await ehr.join_waitlist(WISH, KEY)
    (stands,) = practice.all("Appointment")
    assert stands["id"] == entry.id
    assert stands["status"] == "waitlist"
    assert "start" not in stands
    assert stands["requestedPeriod"] == [{"start": "2026-06-01T16:00:00Z"}]
    assert stands["extension"] == [{"url": PREFERENCES, "valueString": "mornings, please"}]
    assert [label["code"] for label in stands["meta"]["security"]] == ["AIAST"]
    assert [tag["code"] for tag in stands["meta"]["tag"]] == [KEY]
    assert entry.created is not None
    assert abs(entry.created - NOW).total_seconds() < 60
    assert await ehr.appointments(MARI) == ()


async def test_the_same_key_joins_once_also_after_leaving(practice: Practice, ehr: FhirEhr) -> None:
    entry = await ehr.join_waitlist(WISH, KEY)
    assert await ehr.join_waitlist(WISH, KEY) == entry
    await ehr.leave_waitlist(MARI, entry.id)
    assert (await ehr.join_waitlist(WISH, KEY)).id == entry.id
    assert await ehr.waitlist(MARI) == ()
    assert len(practice.all("Appointment")) == 1


async def test_a_wish_for_anybody_names_nobody(practice: Practice, ehr: FhirEhr) -> None:
    wish = WaitlistEntry("", MARI, ServiceTypeId("intake"))
    entry = await ehr.join_waitlist(wish, KEY)
    assert (entry.practitioner_id, entry.preferences) == (None, "")


@pytest.mark.parametrize(
    "wish",
    [
        WaitlistEntry("", PatientId("PT-404"), ServiceTypeId("therapy")),
        WaitlistEntry("", MARI, ServiceTypeId("dental")),
        WaitlistEntry("", MARI, ServiceTypeId("therapy"), PractitionerId("nobody")),
    ],
)
async def test_what_is_unknown_is_refused(
    practice: Practice, ehr: FhirEhr, wish: WaitlistEntry
) -> None:
    with pytest.raises(NotFound):
        await ehr.join_waitlist(wish, KEY)
    assert practice.all("Appointment") == []


async def test_another_patients_key_joins_nothing(practice: Practice, ehr: FhirEhr) -> None:
    await ehr.join_waitlist(WISH, KEY)
    with pytest.raises(NotFound):
        await ehr.join_waitlist(WaitlistEntry("", SAM, ServiceTypeId("therapy")), KEY)
    assert await ehr.waitlist(SAM) == ()


async def test_a_visit_cannot_be_left_as_a_wish(practice: Practice, ehr: FhirEhr) -> None:
    practice.appointment("AP-1", "2026-06-02 10:00")
    with pytest.raises(NotFound):
        await ehr.leave_waitlist(MARI, "AP-1")
    assert len(practice.open_appointments()) == 1


async def test_what_staff_wrote_meanwhile_is_kept_on_leaving(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    entry = await ehr.join_waitlist(WISH, KEY)
    noted: list[str] = []

    def note(request: httpx.Request) -> None:
        if request.method == "PUT" and not noted:
            noted.append("noted")
            practice.put({**practice.read("Appointment", entry.id), "comment": "called once"})

    wire.before = note
    await ehr.leave_waitlist(MARI, entry.id)
    stands = practice.read("Appointment", entry.id)
    assert (stands["status"], stands["comment"]) == ("cancelled", "called once")
