"""Which slots are offered, for what and how long."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.adapters.ehr.fhir_r4 import extensions as x
from agent.clock import RunningClock
from agent.domain.booking import Slot, SlotQuery
from agent.domain.ids import PractitionerId, ServiceTypeId
from tests.adapters.ehr.fhir.wire import NOW, Careless, Resource, ehr_of

DAY = NOW + timedelta(days=1)
THERAPY, INTAKE = ("therapy", "intake")


def typed(*codes: str) -> list[Resource]:
    return [{"coding": [{"code": code}]} for code in codes]


def service(code: str, minutes: int) -> Resource:
    return {
        "resourceType": "HealthcareService",
        "id": f"HS-{code}",
        "name": code.title(),
        "type": typed(code),
        "extension": [{"url": x.DURATION, "valuePositiveInt": minutes}],
    }


def schedule(schedule_id: str, person: str, *codes: str, **elements: Any) -> Resource:
    actors = [{"reference": f"Practitioner/{person}"}, {"reference": "Location/L-1"}]
    return {
        "resourceType": "Schedule",
        "id": schedule_id,
        "active": True,
        "actor": actors,
        "serviceType": typed(*codes),
        **elements,
    }


def slot(
    slot_id: str,
    schedule_id: str,
    start: datetime,
    minutes: int,
    *codes: str,
    status: str = "free",
) -> Resource:
    return {
        "resourceType": "Slot",
        "id": slot_id,
        "schedule": {"reference": f"Schedule/{schedule_id}"},
        "status": status,
        "start": start.isoformat(),
        "end": (start.astimezone(UTC) + timedelta(minutes=minutes)).isoformat(),
        "serviceType": typed(*codes),
    }


SERVICES = [service(THERAPY, 50), service(INTAKE, 90)]


async def found(
    *resources: Resource, service_type: str = THERAPY, now: datetime = NOW, **query: Any
) -> list[Slot]:
    asked = SlotQuery(
        ServiceTypeId(service_type),
        query.pop("earliest", now),
        query.pop("latest", now + timedelta(days=7)),
        **query,
    )
    ehr = ehr_of(Careless([*SERVICES, *resources]), clock=RunningClock(now))
    return list(await ehr.find_slots(asked))


async def names(*resources: Resource, **query: Any) -> list[str]:
    return [one.id.partition(":")[0] for one in await found(*resources, **query)]


PARK = schedule("S-1", "PARK", THERAPY)


async def test_a_slot_lasts_as_long_as_the_service_where_the_schedule_is() -> None:
    (one,) = await found(PARK, slot("A", "S-1", DAY, 60))
    assert one.end - one.start == timedelta(minutes=50)
    assert (one.practitioner_id, one.location_id, one.service_type) == ("PARK", "L-1", THERAPY)


async def test_a_slot_that_is_too_short_is_not_offered() -> None:
    assert await names(PARK, slot("A", "S-1", DAY, 49), slot("B", "S-1", DAY, 50)) == ["B"]


@pytest.mark.parametrize(
    ("of_schedule", "of_slot", "offered"),
    [
        ((THERAPY,), (), True),
        ((), (THERAPY,), True),
        ((THERAPY, INTAKE), (THERAPY,), True),
        ((THERAPY, INTAKE), (INTAKE,), False),
        ((INTAKE,), (), False),
        ((), (), False),
    ],
)
async def test_what_a_slot_names_goes_before_what_its_schedule_names(
    of_schedule: tuple[str, ...], of_slot: tuple[str, ...], offered: bool
) -> None:
    calendar = schedule("S-1", "PARK", *of_schedule)
    assert await names(calendar, slot("A", "S-1", DAY, 50, *of_slot)) == (["A"] if offered else [])


@pytest.mark.parametrize("status", ["busy", "busy-tentative", "busy-unavailable"])
async def test_what_overlaps_a_busy_slot_of_the_same_person_is_not_free(status: str) -> None:
    intakes = schedule("S-2", "PARK", INTAKE)
    taken = slot("X", "S-2", DAY + timedelta(minutes=45), 90, status=status)
    hour = timedelta(minutes=60)
    slots = [slot(str(at), "S-1", DAY + at * hour, 50) for at in range(4)]
    lins = schedule("S-3", "LIN", THERAPY)
    assert await names(PARK, intakes, taken, *slots) == ["3"]
    assert await names(PARK, intakes, lins, taken, slot("L", "S-3", DAY, 50)) == ["L"]


async def test_another_status_is_not_free() -> None:
    assert await names(PARK, slot("A", "S-1", DAY, 50, status="entered-in-error")) == []


async def test_past_times_and_times_outside_of_the_window_are_not_offered() -> None:
    slots = [slot(str(hours), "S-1", NOW + timedelta(hours=hours), 50) for hours in (-1, 0, 1, 2)]
    assert await names(PARK, *slots) == ["1", "2"]
    assert await names(PARK, *slots, latest=NOW + timedelta(hours=2)) == ["1"]
    assert await names(PARK, *slots, earliest=NOW + timedelta(hours=2)) == ["2"]
    assert await names(PARK, *slots, limit=1) == ["1"]


async def test_only_the_practitioners_that_were_asked_for() -> None:
    lins = schedule("S-3", "LIN", THERAPY)
    slots = [slot("A", "S-1", DAY, 50), slot("L", "S-3", DAY, 50)]
    assert await names(PARK, lins, *slots, practitioner_ids=(PractitionerId("LIN"),)) == ["L"]


@pytest.mark.parametrize(
    "change",
    [
        {"active": False},
        {"actor": [{"reference": "Location/L-1"}]},
        {"actor": [{"reference": "Practitioner/A"}, {"reference": "Practitioner/B"}]},
        {"actor": "Practitioner/A"},
    ],
)
async def test_a_schedule_that_is_no_one_person_s_offers_nothing(change: Resource) -> None:
    calendar = schedule("S-1", "PARK", THERAPY, **change)
    assert await names(calendar, slot("A", "S-1", DAY, 50)) == []


async def test_the_hour_that_the_clocks_repeat_is_two_hours() -> None:
    """In Los Angeles 01:00-02:00 comes twice on 1 November 2026."""
    first = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    second = first + timedelta(hours=1)
    now = first - timedelta(hours=2)
    taken = slot("X", "S-1", first, 60, status="busy")
    slots = [slot("A", "S-1", first, 60), slot("B", "S-1", second, 60)]
    (one,) = await found(PARK, taken, *slots, now=now)
    assert one.start.isoformat() == "2026-11-01T01:00:00-08:00"
    assert one.end.isoformat() == "2026-11-01T01:50:00-08:00"


async def test_a_slot_across_the_skipped_hour_has_its_real_length() -> None:
    """01:30 to 03:20 in Los Angeles on 8 March 2026 is 50 minutes, not 110."""
    start = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)
    now = start - timedelta(hours=1)
    assert await names(PARK, slot("A", "S-1", start, 49), now=now) == []
    (one,) = await found(PARK, slot("A", "S-1", start, 50), now=now)
    assert one.end.isoformat() == "2026-03-08T03:20:00-07:00"


async def test_a_service_that_nobody_knows_has_no_times() -> None:
    assert await names(PARK, slot("A", "S-1", DAY, 50, "dental"), service_type="dental") == []


async def test_services_may_stand_in_practice_toml() -> None:
    ehr = ehr_of(
        Careless([PARK, slot("A", "S-1", DAY, 50)]),
        service_types=[{"id": THERAPY, "name": "Therapy", "duration_minutes": 30}],
    )
    query = SlotQuery(ServiceTypeId(THERAPY), NOW, NOW + timedelta(days=7))
    (one,) = await ehr.find_slots(query)
    assert one.end - one.start == timedelta(minutes=30)
    assert [known.id for known in await ehr.service_types()] == [THERAPY]
