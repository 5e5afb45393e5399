"""What the tests lay down is FHIR, and is read as the demo reads its seed."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B import get_fhir_model_class

from agent.adapters.ehr.demo.catalogue import catalogue_of
from agent.adapters.ehr.demo.entries import appointment_entry
from agent.domain.booking import AppointmentStatus
from agent.domain.ids import PatientId
from tests.adapters.ehr.fhir.wire import NOW, SEEDS, ZONE, Careless, ehr_of
from tests.fhir.world import World, seeded


@pytest.fixture(params=SEEDS)
def world(request: pytest.FixtureRequest) -> World:
    return seeded(SEEDS[request.param], NOW, ZONE)


def test_every_resource_is_valid_and_there_once(world: World) -> None:
    resources = world.resources()
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    places = [(one["resourceType"], one["id"]) for one in resources]
    assert len(places) == len(set(places))


async def test_people_and_places_are_read_as_they_were_laid_down(world: World) -> None:
    ehr, told = ehr_of(Careless(world.resources())), catalogue_of(world.seed)
    for patient_id, patient in told.patients.items():
        assert await ehr.patient(patient_id) == patient
    assert await ehr.practitioners() == tuple(told.practitioners.values())
    assert await ehr.locations() == told.locations
    assert await ehr.service_types() == tuple(told.service_types.values())


async def test_records_are_read_as_they_were_laid_down(world: World) -> None:
    ehr, told = ehr_of(Careless(world.resources())), catalogue_of(world.seed)
    for patient_id in told.patients:
        assert await ehr.account(patient_id) == told.accounts.get(patient_id)
        for read, all_of_them in (
            (await ehr.coverages(patient_id), told.coverages),
            (await ehr.medication_requests(patient_id), told.medication_requests),
            (await ehr.orders(patient_id), told.orders),
            (await ehr.forms(patient_id), told.forms),
        ):
            assert read == tuple(one for one in all_of_them if one.patient_id == patient_id)


async def test_appointments_are_read_as_they_were_laid_down(world: World) -> None:
    ehr = ehr_of(Careless(world.resources()))
    for patient in world.seed.patients:
        laid = [one for one in world.seed.appointments if one.patient_id == patient.id]
        entries = sorted(map(appointment_entry, laid), key=lambda one: (one.start, one.id))
        read = await ehr.appointments(PatientId(patient.id))
        assert [replace(one, location_id=None) for one in read] == [
            replace(one, location_id=None) for one in entries
        ]
        assert AppointmentStatus.WAITLIST not in {one.status for one in read}


def test_a_world_stands_on_the_day_the_clocks_change() -> None:
    """In Los Angeles 02:30 on 8 March 2026 is skipped; every slot still has its whole length."""
    now = NOW.replace(month=3, day=6)
    for slot in seeded(SEEDS["conformance"], now, ZoneInfo("America/Los_Angeles")).resources():
        if slot["resourceType"] == "Slot":
            assert slot["start"][:10] == slot["end"][:10]
            assert slot["start"][-6:] in ("-08:00", "-07:00")


def test_the_seeds_are_there() -> None:
    assert all(Path(seed).is_file() for seed in SEEDS.values())
