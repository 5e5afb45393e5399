"""What the demo EHR adds to the conformance spec: seeding, restarts, export."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.adapters.ehr.demo.ehr import DemoEhr, open_demo_ehr
from agent.clock import RunningClock
from agent.domain.booking import Booking, SlotQuery, WaitlistEntry
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId, ServiceTypeId
from agent.domain.terms import Capability

NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # Monday, 09:00 in Los Angeles
ZONE = ZoneInfo("America/Los_Angeles")
PATIENT = PatientId("PT-1")
VISIT = ServiceTypeId("visit")


@pytest.fixture
def seed() -> dict[str, Any]:
    return {
        "patients": [
            {"id": "PT-1", "first_name": "Ann", "last_name": "Lee", "birth_date": "1980-01-01"}
        ],
        "practitioners": [{"id": "DR-A", "name": "Dr. A", "service_types": ["visit"]}],
        "service_types": [{"id": "visit", "name": "Visit", "duration_minutes": 30}],
        "appointments": [
            {
                "id": "AP-1",
                "patient_id": "PT-1",
                "practitioner_id": "DR-A",
                "service_type": "visit",
                "start": "+1d 10:00",
            }
        ],
        "schedules": [
            {
                "practitioner_id": "DR-A",
                "service_type": "visit",
                "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                "from": "09:00",
                "to": "11:00",
                "every_minutes": 30,
            }
        ],
    }


async def opened(
    folder: Path, seed: dict[str, Any], now: datetime = NOW, closed: tuple[date, ...] = ()
) -> DemoEhr:
    path = folder / "ehr.json"
    path.write_text(json.dumps(seed), encoding="utf-8")
    return await open_demo_ehr(
        path, folder / "ehr.db", clock=RunningClock(now), timezone=ZONE, closed=closed
    )


async def test_writes_and_the_first_start_survive_a_restart(
    tmp_path: Path, seed: dict[str, Any]
) -> None:
    first = await opened(tmp_path, seed)
    slot = (await first.find_slots(SlotQuery(VISIT, NOW, NOW + timedelta(days=7))))[0]
    booked = await first.book(Booking(PATIENT, slot.id, "in_person", IdempotencyKey("k")))
    await first.cancel(PATIENT, AppointmentId("AP-1"), IdempotencyKey("k"))
    await first.join_waitlist(WaitlistEntry("", PATIENT, VISIT), IdempotencyKey("k"))
    before = await first.export()
    await first.close()

    again = await opened(tmp_path, seed, now=NOW + timedelta(days=30))
    assert await again.export() == before
    retried = await again.book(Booking(PATIENT, slot.id, "in_person", IdempotencyKey("k")))
    assert retried == booked
    await again.close()


async def test_the_export_is_a_seed_again(tmp_path: Path, seed: dict[str, Any]) -> None:
    first = await opened(tmp_path, seed)
    exported = await first.export()
    await first.close()
    assert exported["appointments"][0]["start"] == "2026-06-02T10:00:00-07:00"
    assert exported["schedules"][0]["from"] == "09:00"

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    second = await opened(elsewhere, exported, now=NOW + timedelta(days=3))
    assert await second.export() == exported
    await second.close()


async def test_closed_days_offer_nothing(tmp_path: Path, seed: dict[str, Any]) -> None:
    ehr = await opened(tmp_path, seed, closed=(date(2026, 6, 2),))
    found = await ehr.find_slots(SlotQuery(VISIT, NOW, NOW + timedelta(days=2, hours=1)))
    assert {slot.start.astimezone(ZONE).date() for slot in found} == {
        date(2026, 6, 1),
        date(2026, 6, 3),
    }
    await ehr.close()


async def test_slots_keep_wall_clock_time_over_a_daylight_saving_change(
    tmp_path: Path, seed: dict[str, Any]
) -> None:
    seed["schedules"][0] |= {"from": "01:30", "to": "04:00"}
    saturday = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
    ehr = await opened(tmp_path, seed, now=saturday)
    found = await ehr.find_slots(SlotQuery(VISIT, saturday, saturday + timedelta(hours=20)))
    # 02:00 and 02:30 do not exist in Los Angeles on 8 March 2026.
    assert [slot.start.astimezone(ZONE).strftime("%H:%M") for slot in found] == [
        "01:30",
        "03:00",
        "03:30",
    ]
    await ehr.close()


async def test_a_booking_at_a_time_that_is_over_by_now_is_not_offered(
    tmp_path: Path, seed: dict[str, Any]
) -> None:
    ehr = await opened(tmp_path, seed)
    starts = [s.start for s in await ehr.find_slots(SlotQuery(VISIT, NOW - timedelta(days=9), NOW))]
    assert starts == []
    await ehr.close()


async def test_the_payment_link_is_left_to_the_practice(
    tmp_path: Path, seed: dict[str, Any]
) -> None:
    ehr = await opened(tmp_path, seed)
    assert "payment_link" not in {capability.value for capability in ehr.capabilities}
    assert ehr.capabilities >= {Capability.BALANCE, Capability.BOOK, Capability.FORMS}
    await ehr.close()


async def test_every_list_may_be_absent(tmp_path: Path) -> None:
    ehr = await opened(tmp_path, {})
    assert (await ehr.export())["patients"] == []
    assert await ehr.find_slots(SlotQuery(VISIT, NOW, NOW + timedelta(days=7))) == ()
    await ehr.close()
