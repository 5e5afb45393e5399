"""Holds that nobody came back for, on a real FHIR server."""

import asyncio

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.extensions import HOLD
from agent.clock import RunningClock
from agent.ports import EhrUnavailable
from tests.adapters.ehr.fhir_writes.practice import AFTER_HOLDS, Practice, Resource, Wire

WITHIN = 60.0


def held(practice: Practice, slot_id: str = "S1", until: str = "2026-06-01T16:00:00Z") -> Resource:
    parts = [
        {"url": "owner", "valueString": "a dead process"},
        {"url": "until", "valueInstant": until},
    ]
    return practice.slot(
        slot_id,
        "2026-06-02 10:00",
        status="busy-tentative",
        extension=[{"url": HOLD, "extension": parts}],
    )


async def test_a_hold_without_an_appointment_is_freed(practice: Practice, ehr: FhirEhr) -> None:
    held(practice)
    assert await ehr.sweeper.sweep() == 1
    assert practice.faults() == []
    assert await ehr.sweeper.sweep() == 0


async def test_a_hold_with_an_appointment_becomes_busy(practice: Practice, ehr: FhirEhr) -> None:
    held(practice)
    practice.appointment("AP-1", "2026-06-02 10:00", slot=[{"reference": "Slot/S1"}])
    assert await ehr.sweeper.sweep() == 1
    assert practice.faults() == []
    assert practice.read("Slot", "S1")["status"] == "busy"


async def test_a_cancelled_appointment_keeps_no_slot(practice: Practice, ehr: FhirEhr) -> None:
    held(practice)
    here = [{"reference": "Slot/S1"}]
    practice.appointment("AP-1", "2026-06-02 10:00", slot=here, status="cancelled")
    await ehr.sweeper.sweep()
    assert practice.faults() == []


async def test_a_hold_that_lasts_is_left(
    practice: Practice, ehr: FhirEhr, clock: RunningClock
) -> None:
    slot = held(practice, until="2026-06-01T16:04:00Z")
    assert await ehr.sweeper.sweep() == 0
    assert practice.read("Slot", "S1")["meta"]["versionId"] == slot["meta"]["versionId"]
    clock.advance(AFTER_HOLDS)
    assert await ehr.sweeper.sweep() == 1


async def test_another_systems_hold_is_left(practice: Practice, ehr: FhirEhr) -> None:
    practice.slot("S1", "2026-06-02 10:00", status="busy-tentative")
    assert await ehr.sweeper.sweep() == 0
    assert practice.read("Slot", "S1")["status"] == "busy-tentative"


async def test_what_somebody_else_ends_first_is_theirs(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    held(practice)

    def staff_is_faster(request: httpx.Request) -> None:
        if request.method == "PUT":
            practice.slot("S1", "2026-06-02 10:00", status="busy-unavailable")

    wire.before = staff_is_faster
    assert await ehr.sweeper.sweep() == 0
    assert practice.read("Slot", "S1")["status"] == "busy-unavailable"


async def test_many_holds_are_all_swept(practice: Practice, ehr: FhirEhr) -> None:
    for number in range(25):
        held(practice, f"S{number}")
    assert await ehr.sweeper.sweep() == 25
    assert practice.faults() == []


def bundle(*resources: Resource) -> httpx.Response:
    entries = [{"resource": one} for one in resources]
    return httpx.Response(
        200, json={"resourceType": "Bundle", "type": "searchset", "entry": entries}
    )


@pytest.mark.parametrize(
    "odd",
    [
        {"status": ["busy-tentative"]},
        {"extension": 5},
        {"extension": [{"url": HOLD, "extension": "mine"}]},
        {"extension": [{"url": HOLD, "extension": [{"url": "owner", "valueString": 5}]}]},
        {"meta": "old"},
    ],
)
async def test_a_slot_of_an_odd_form_stops_no_sweep(
    practice: Practice, ehr: FhirEhr, wire: Wire, odd: Resource
) -> None:
    good = held(practice)
    wire.before = lambda request: (
        bundle({**good, "id": "S9", **odd}, good) if request.url.path.endswith("/Slot") else None
    )
    assert await ehr.sweeper.sweep() == 1
    assert practice.faults() == []


@pytest.mark.parametrize("odd", [{"status": ["booked"]}, {"slot": "S1"}, {"slot": [5]}])
async def test_an_appointment_of_an_odd_form_stops_no_sweep(
    practice: Practice, ehr: FhirEhr, wire: Wire, odd: Resource
) -> None:
    held(practice)
    visit = practice.appointment("AP-1", "2026-06-02 10:00", slot=[{"reference": "Slot/S1"}])
    wire.before = lambda request: (
        bundle({**visit, "id": "AP-9", **odd}, visit)
        if request.url.path.endswith("/Appointment")
        else None
    )
    assert await ehr.sweeper.sweep() == 1
    assert practice.faults() == []


async def test_it_sweeps_at_the_start_and_outlives_a_server_that_is_down(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    held(practice)
    await ehr.discover()
    freed = asyncio.Event()
    wire.before = lambda request: httpx.Response(500)
    with pytest.raises(EhrUnavailable):
        await ehr.sweeper.sweep()
    async with ehr.sweeper.running():
        pass
    wire.before = lambda request: None
    wire.after = lambda request: freed.set() if request.method == "PUT" else None
    async with asyncio.timeout(WITHIN), ehr.sweeper.running():
        await freed.wait()
    assert practice.faults() == []
