"""Nobody's resource but the session patient's ever comes through, whatever the server answers."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from agent.adapters.ehr.fhir_r4.client import FhirClient
from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.strangers import MOST_REPORTED, PATIENT_PATHS, Strangers
from agent.clock import RunningClock
from agent.domain.ids import PatientId
from tests.adapters.ehr.fhir.wire import BASE, NOW, SEEDS, ZONE, Careless, Resource, ehr_of
from tests.fhir.opened import Heard
from tests.fhir.servers import STARTS, lent
from tests.fhir.world import lay_down, seeded

MARI, SAM = PatientId("PT-1"), PatientId("PT-2")
READS: dict[str, Callable[[FhirEhr, PatientId], Awaitable[Any]]] = {
    "Appointment": FhirEhr.appointments,
    "Account": FhirEhr.account,
    "Coverage": FhirEhr.coverages,
    "MedicationRequest": FhirEhr.medication_requests,
    "DeviceRequest": FhirEhr.orders,
    "Task": FhirEhr.forms,
    "Consent": FhirEhr.patient,
}


def world() -> list[Resource]:
    return seeded(SEEDS["conformance"], NOW, ZONE, days=1).resources()


def strangers(heard: Heard) -> Strangers:
    return Strangers(BASE, heard, RunningClock(NOW))


def resource(kind: str, reference: object) -> Resource:
    """A resource of that type that says it belongs to `reference`."""
    made: Resource = {"resourceType": kind, "id": "R-1"}
    holder = made
    *path, last = PATIENT_PATHS[kind][0].split(".")
    for name in path:
        holder[name] = [{}]
        holder = holder[name][0]
    holder[last] = {"reference": reference}
    return made


@pytest.mark.parametrize("kind", PATIENT_PATHS)
async def test_one_s_own_is_kept_and_another_s_is_dropped_and_reported(kind: str) -> None:
    heard = Heard()
    hers, his = resource(kind, "Patient/PT-1"), resource(kind, "Patient/PT-2")
    assert await strangers(heard).own([hers, his], MARI) == (hers,)
    (found,) = heard.strangers
    assert (found.patient_id, found.resource_type, found.resource_id) == (MARI, kind, "R-1")


async def test_what_came_along_is_reported_whatever_its_type() -> None:
    heard = Heard()
    hers, payer = resource("Coverage", "Patient/PT-1"), {"resourceType": "Organization", "id": "O"}
    her_task, his = resource("Task", "Patient/PT-1"), resource("VisionPrescription", "Patient/PT-2")
    answer = [hers, payer, her_task, his]
    assert await strangers(heard).matches(answer, "Coverage", MARI) == (hers,)
    assert [found.resource_type for found in heard.strangers] == ["VisionPrescription"]


async def test_a_flood_of_strangers_does_not_bury_the_desk() -> None:
    heard = Heard()
    his = [resource("Coverage", "Patient/PT-2") for _ in range(500)]
    with capture_logs() as logs:
        assert await strangers(heard).own(his, MARI) == ()
    assert len(heard.strangers) == MOST_REPORTED
    assert [log["number"] for log in logs] == [500]


@pytest.mark.parametrize(
    "reference", ["Patient/PT-1", f"{BASE}/Patient/PT-1", "Patient/PT-1/_history/4"]
)
def test_a_reference_may_be_written_in_full(reference: str) -> None:
    assert strangers(Heard()).is_of(resource("Coverage", reference), MARI)


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/PT-2",
        "Patient/PT-11",
        "Patient/pt-1",
        "PT-1",
        "#PT-1",
        "Practitioner/PT-1",
        "https://elsewhere.test/fhir/Patient/PT-1",
        "Patient/PT-2/../PT-1",
        "Patient/PT-1\n",
        " Patient/PT-1",
        "",
        None,
        7,
        ["Patient/PT-1"],
    ],
)
def test_what_does_not_name_the_patient_is_a_stranger_s(reference: object) -> None:
    assert not strangers(Heard()).is_of(resource("Coverage", reference), MARI)


def test_a_type_that_nobody_knows_is_nobody_s() -> None:
    basic = {"resourceType": "Basic", "id": "b", "subject": {"reference": "Patient/PT-1"}}
    assert not strangers(Heard()).is_of(basic, MARI)


@pytest.mark.parametrize("kind", READS)
async def test_a_server_that_ignores_the_patient_shows_nobody_else(kind: str) -> None:
    """DOMAIN B.2.3: each search answers every patient's; Sam's are copied from Mari's."""
    resources = world()
    for one in [one for one in resources if one["resourceType"] == kind]:
        if strangers(Heard()).is_of(one, MARI):
            copy = json.loads(json.dumps(one).replace("Patient/PT-1", "Patient/PT-2"))
            resources.append({**copy, "id": "HIS"})
    heard = Heard()
    mine = await READS[kind](ehr_of(Careless(world()), Heard()), MARI)
    with capture_logs() as logs:
        assert await READS[kind](ehr_of(Careless(resources), heard), MARI) == mine
    assert "HIS" in {found.resource_id for found in heard.strangers}
    assert {found.patient_id for found in heard.strangers} == {MARI}
    assert "ehr.stranger_dropped" in {log["event"] for log in logs}


async def test_another_s_consent_is_not_one_s_own() -> None:
    resources = world()
    for one in resources:
        if one["resourceType"] == "Consent":
            one["patient"] = {"reference": "Patient/PT-2"}
    mari = await ehr_of(Careless(resources)).patient(MARI)
    assert mari is not None
    assert not mari.ai_chat_consent


async def test_another_patient_s_record_is_not_the_patient() -> None:
    sam = next(one for one in world() if one["id"] == SAM)

    def swapped(request: Any) -> Any:
        return Careless([{**sam, "id": MARI}] if "Consent" in request.url.path else [sam])(request)

    assert await ehr_of(swapped).patient(MARI) is None


references = st.recursive(
    st.none() | st.integers() | st.text() | st.just("Patient/PT-2") | st.just({"reference": "x"}),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["actor", "reference"]), inner),
)


@given(st.sampled_from(sorted(PATIENT_PATHS)), references)
def test_no_shape_makes_another_s_resource_one_s_own(kind: str, value: object) -> None:
    first = PATIENT_PATHS[kind][0].split(".")[0]
    odd = {"resourceType": kind, "id": "R-1", first: value}
    assert not strangers(Heard()).is_of(odd, MARI)


@pytest.mark.parametrize("name", STARTS)
async def test_on_a_real_server_a_search_without_its_patient_finds_strangers(name: str) -> None:
    """The trap that the check is for: the parameter is gone, and everybody's are answered."""
    with lent(name) as server:
        lay_down(server.base_url, world())
        heard = Heard()
        checked = Strangers(server.base_url, heard, RunningClock(NOW))
        async with FhirClient(server.base_url, deadline=30) as client:
            found = await client.search("Appointment", [])
            mine = await checked.own(found, MARI)
    assert {one["id"] for one in mine} == {"AP-1", "AP-OLD"}
    assert [one.resource_id for one in heard.strangers] == ["AP-2"]
