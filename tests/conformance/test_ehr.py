"""One spec for every EHR adapter; a test skips only where the adapter declares no capability."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.adapters.ehr.demo.ehr import open_demo_ehr
from agent.adapters.ehr.rest.dialect import DIALECTS
from agent.clock import RunningClock
from agent.domain.booking import AppointmentStatus, Booking, Slot, SlotQuery, WaitlistEntry
from agent.domain.ids import (
    AppointmentId,
    IdempotencyKey,
    PatientId,
    PractitionerId,
    ServiceTypeId,
    SlotId,
)
from agent.domain.terms import Capability
from agent.ports import Ehr, EhrUnavailable, NotFound, Overlapping, SlotTaken
from tests.adapters.ehr.mirror.world import mirror_world
from tests.ehr_stubs.serving import opened_dialect
from tests.fhir.opened import fhir_world

WORLD = Path(__file__).with_name("ehr_world.json")
NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # Monday, 09:00 in Los Angeles
ZONE = ZoneInfo("America/Los_Angeles")
MARI, SAM = PatientId("PT-1"), PatientId("PT-2")
PARK = PractitionerId("DR-PARK")
THERAPY = ServiceTypeId("therapy")
HERS = AppointmentId("AP-1")


@dataclass(frozen=True)
class Subject:
    """An adapter over the world of `ehr_world.json`, and how to take its system of record down."""

    ehr: Ehr
    take_down: Callable[[], None]


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[Subject]:
    ehr = await open_demo_ehr(WORLD, folder / "ehr.db", clock=RunningClock(NOW), timezone=ZONE)

    def take_down() -> None:
        ehr.available = False

    try:
        yield Subject(ehr, take_down)
    finally:
        await ehr.close()


def dialect(name: str) -> Callable[[Path], AbstractAsyncContextManager[Subject]]:
    """A REST dialect over its stub, over HTTP."""

    @asynccontextmanager
    async def opened(folder: Path) -> AsyncIterator[Subject]:
        async with opened_dialect(name, folder, NOW) as stubbed:
            yield Subject(stubbed.ehr, stubbed.take_down)

    return opened


def fhir(server: str) -> Callable[[Path], AbstractAsyncContextManager[Subject]]:
    """`fhir_r4` over a real server, over HTTP."""

    @asynccontextmanager
    async def opened(folder: Path) -> AsyncIterator[Subject]:
        async with fhir_world(server, folder, WORLD, NOW, ZONE) as world:
            yield Subject(world.ehr, world.server.stop)

    return opened


@asynccontextmanager
async def mirror(folder: Path) -> AsyncIterator[Subject]:
    """An export folder that holds the world; it cannot go down, but it is closed."""
    async with mirror_world(folder, WORLD, NOW, ZONE) as ehr:
        yield Subject(ehr, ehr.close)


ADAPTERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Subject]]] = {
    "demo": demo,
    "mirror": mirror,
    "fhir_sekmet": fhir("sekmet"),
    "fhir_medplum": fhir("medplum"),
    **{name: dialect(name) for name in DIALECTS},
}


@pytest.fixture(params=ADAPTERS)
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    async with ADAPTERS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def ehr(subject: Subject) -> Ehr:
    return subject.ehr


def needs(ehr: Ehr, *capabilities: Capability) -> None:
    missing = set(capabilities) - ehr.capabilities
    if missing:
        pytest.skip(f"declares no {', '.join(sorted(missing))}")


def key(text: str) -> IdempotencyKey:
    return IdempotencyKey(text)


async def slots(ehr: Ehr, *practitioners: PractitionerId, days: int = 7) -> tuple[Slot, ...]:
    return await ehr.find_slots(SlotQuery(THERAPY, NOW, NOW + timedelta(days=days), practitioners))


def local(slot: Slot) -> str:
    return slot.start.astimezone(ZONE).strftime("%a %H:%M")


async def test_a_patient_is_known_by_id_and_a_stranger_is_not(ehr: Ehr) -> None:
    mari = await ehr.patient(MARI)
    assert mari is not None
    assert (mari.display_name, mari.ai_chat_consent, mari.practitioner_ids) == (
        "Mari",
        True,
        (PARK,),
    )
    sam = await ehr.patient(SAM)
    assert sam is not None
    assert (sam.display_name, sam.ai_chat_consent, sam.language) == ("Samuel", False, "es")
    assert await ehr.patient(PatientId("PT-404")) is None


async def test_the_practice_is_described(ehr: Ehr) -> None:
    assert {person.id for person in await ehr.practitioners()} == {"DR-PARK", "DR-LIN"}
    assert [place.address for place in await ehr.locations()] == ["12 Harbor St"]
    durations = {service.id: service.duration_minutes for service in await ehr.service_types()}
    assert durations == {"therapy": 50, "intake": 90}


async def test_appointments_are_the_patients_own_in_order_of_start(ehr: Ehr) -> None:
    needs(ehr, Capability.LIST_APPOINTMENTS)
    mine = await ehr.appointments(MARI)
    assert [(one.id, one.status) for one in mine] == [
        ("AP-OLD", AppointmentStatus.COMPLETED),
        ("AP-1", AppointmentStatus.BOOKED),
    ]
    assert mine[1].start == datetime(2026, 6, 3, 22, 0, tzinfo=UTC)
    assert mine[1].telehealth_url == "https://video.example.test/ap-1"
    assert await ehr.appointments(PatientId("PT-404")) == ()


async def test_slots_are_free_future_times_soonest_first(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS)
    parks = await slots(ehr, PARK, days=3)
    times = [local(slot) for slot in parks]
    assert times[0] == "Mon 10:00"  # 09:00 is now
    assert "Wed 14:00" in times
    assert "Wed 15:00" not in times  # taken by AP-1
    assert [slot.start for slot in parks] == sorted(slot.start for slot in parks)
    assert {slot.end - slot.start for slot in parks} == {timedelta(minutes=50)}
    assert {slot.location_id for slot in parks} == {"LOC-1"}


async def test_a_longer_visit_needs_the_whole_stretch_free(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS)
    found = await ehr.find_slots(
        SlotQuery(ServiceTypeId("intake"), NOW, NOW + timedelta(days=2, hours=12))
    )
    # On Tuesday AP-2 takes 10:00-10:50; 90 minutes fit nowhere before or after it.
    assert [local(slot) for slot in found] == ["Wed 09:00", "Wed 09:30", "Wed 10:00", "Wed 10:30"]


async def test_slots_keep_to_practitioner_window_and_limit(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS)
    lins = await slots(ehr, PractitionerId("DR-LIN"))
    assert [local(slot) for slot in lins] == ["Tue 09:00", "Tue 11:00"]
    query = SlotQuery(THERAPY, NOW, NOW + timedelta(days=7), limit=2)
    assert len(await ehr.find_slots(query)) == 2
    start = lins[0].start
    assert await ehr.find_slots(SlotQuery(THERAPY, start - timedelta(hours=1), start)) == ()
    unknown = SlotQuery(ServiceTypeId("dental"), NOW, NOW + timedelta(days=7))
    assert await ehr.find_slots(unknown) == ()


async def test_a_booking_stands_and_takes_its_slot(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.BOOK)
    slot = (await slots(ehr, PARK))[0]
    booked = await ehr.book(Booking(SAM, slot.id, "telehealth", key("k1")))
    assert (booked.patient_id, booked.start, booked.status) == (
        SAM,
        slot.start,
        AppointmentStatus.BOOKED,
    )
    assert booked.telehealth_url is not None
    assert booked in await ehr.appointments(SAM)
    assert slot.id not in {other.id for other in await slots(ehr, PARK)}


async def test_the_same_key_books_once(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.BOOK)
    slot = (await slots(ehr, PARK))[0]
    booking = Booking(SAM, slot.id, "in_person", key("k1"))
    assert (await ehr.book(booking)).id == (await ehr.book(booking)).id
    assert len(await ehr.appointments(SAM)) == 2


async def test_a_taken_slot_is_refused(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.BOOK)
    slot = (await slots(ehr, PARK))[0]
    await ehr.book(Booking(SAM, slot.id, "in_person", key("k1")))
    with pytest.raises(SlotTaken):
        await ehr.book(Booking(MARI, slot.id, "in_person", key("k2")))
    assert len(await ehr.appointments(MARI)) == 2


@pytest.mark.parametrize("slot_id", ["", "SL-nonsense", "SL-RFItUEFSSx90aGVyYXB5HzE"])
async def test_a_slot_that_never_was_is_refused(ehr: Ehr, slot_id: str) -> None:
    needs(ehr, Capability.BOOK)
    with pytest.raises(SlotTaken):
        await ehr.book(Booking(SAM, SlotId(slot_id), "in_person", key("k1")))


async def test_a_patient_cannot_be_in_two_places(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.BOOK)
    tuesday_nine = [s for s in await slots(ehr) if local(s) == "Tue 09:00"]
    first, second = tuesday_nine
    await ehr.book(Booking(MARI, first.id, "in_person", key("k1")))
    with pytest.raises(Overlapping):
        await ehr.book(Booking(MARI, second.id, "in_person", key("k2")))


async def test_an_unknown_modality_or_patient_is_refused(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.BOOK)
    slot = (await slots(ehr, PARK))[0]
    with pytest.raises(NotFound):
        await ehr.book(Booking(SAM, slot.id, "hologram", key("k1")))
    with pytest.raises(NotFound):
        await ehr.book(Booking(PatientId("PT-404"), slot.id, "in_person", key("k2")))


async def test_a_move_cancels_the_old_one_and_says_what_it_replaces(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.RESCHEDULE)
    slot = (await slots(ehr, PARK))[0]
    moved = await ehr.book(Booking(MARI, slot.id, "telehealth", key("k1"), replaces=HERS))
    assert moved.replaces == HERS
    statuses = {one.id: one.status for one in await ehr.appointments(MARI)}
    assert statuses[HERS] is AppointmentStatus.CANCELLED
    assert statuses[moved.id] is AppointmentStatus.BOOKED
    assert "Wed 15:00" in [local(free) for free in await slots(ehr, PARK)]


async def test_a_move_that_fails_keeps_the_old_one(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.RESCHEDULE)
    slot = (await slots(ehr, PARK))[0]
    await ehr.book(Booking(SAM, slot.id, "in_person", key("k1")))
    with pytest.raises(SlotTaken):
        await ehr.book(Booking(MARI, slot.id, "in_person", key("k2"), replaces=HERS))
    assert (await ehr.appointments(MARI))[-1].status is AppointmentStatus.BOOKED


@pytest.mark.parametrize("replaced", ["AP-2", "AP-OLD", "AP-404"])
async def test_only_the_patients_own_open_appointment_can_be_moved(ehr: Ehr, replaced: str) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.RESCHEDULE)
    slot = (await slots(ehr, PARK))[0]
    with pytest.raises(NotFound):
        await ehr.book(
            Booking(MARI, slot.id, "in_person", key("k1"), replaces=AppointmentId(replaced))
        )
    assert (await ehr.appointments(SAM))[0].status is AppointmentStatus.CONFIRMED
    assert slot.id in {free.id for free in await slots(ehr, PARK)}


async def test_cancelling_frees_the_time_and_may_be_said_twice(ehr: Ehr) -> None:
    needs(ehr, Capability.CANCEL, Capability.FIND_SLOTS)
    first = await ehr.cancel(MARI, HERS, key("k1"))
    assert first.status is AppointmentStatus.CANCELLED
    assert await ehr.cancel(MARI, HERS, key("k1")) == first
    assert await ehr.cancel(MARI, HERS, key("k2")) == first
    assert "Wed 15:00" in [local(slot) for slot in await slots(ehr, PARK)]


async def test_confirming_may_be_said_twice(ehr: Ehr) -> None:
    needs(ehr, Capability.CONFIRM)
    assert (await ehr.confirm(MARI, HERS, key("k1"))).status is AppointmentStatus.CONFIRMED
    assert (await ehr.confirm(MARI, HERS, key("k2"))).status is AppointmentStatus.CONFIRMED


@pytest.mark.parametrize("appointment", ["AP-2", "AP-OLD", "AP-404"])
async def test_another_patients_past_or_unknown_appointment_is_not_found(
    ehr: Ehr, appointment: str
) -> None:
    needs(ehr, Capability.CANCEL, Capability.CONFIRM)
    with pytest.raises(NotFound):
        await ehr.cancel(MARI, AppointmentId(appointment), key("k1"))
    with pytest.raises(NotFound):
        await ehr.confirm(MARI, AppointmentId(appointment), key("k2"))
    assert (await ehr.appointments(SAM))[0].status is AppointmentStatus.CONFIRMED


async def test_another_patients_key_opens_nothing(ehr: Ehr) -> None:
    needs(ehr, Capability.CANCEL)
    await ehr.cancel(SAM, AppointmentId("AP-2"), key("k1"))
    with pytest.raises(NotFound):
        await ehr.cancel(MARI, AppointmentId("AP-2"), key("k1"))


async def test_the_waitlist_is_joined_once_and_left(ehr: Ehr) -> None:
    needs(ehr, Capability.WAITLIST)
    wish = WaitlistEntry("", MARI, THERAPY, PARK, "mornings")
    entry = await ehr.join_waitlist(wish, key("k1"))
    assert entry.id
    assert (await ehr.join_waitlist(wish, key("k1"))).id == entry.id
    assert [(e.practitioner_id, e.preferences) for e in await ehr.waitlist(MARI)] == [
        (PARK, "mornings")
    ]
    assert await ehr.waitlist(SAM) == ()
    with pytest.raises(NotFound):
        await ehr.leave_waitlist(SAM, entry.id)
    await ehr.leave_waitlist(MARI, entry.id)
    assert await ehr.waitlist(MARI) == ()


async def test_the_waitlist_refuses_what_it_does_not_know(ehr: Ehr) -> None:
    needs(ehr, Capability.WAITLIST)
    with pytest.raises(NotFound):
        await ehr.join_waitlist(WaitlistEntry("", MARI, ServiceTypeId("dental")), key("k1"))


async def test_records_are_the_patients_own(ehr: Ehr) -> None:
    needs(ehr, Capability.BALANCE, Capability.COVERAGE, Capability.MEDICATION_REQUESTS)
    account = await ehr.account(MARI)
    assert account is not None
    assert account.balance_cents == 14000
    assert sum(charge.amount_cents for charge in account.charges) == 15000
    assert await ehr.account(SAM) is None
    assert [coverage.payer for coverage in await ehr.coverages(MARI)] == ["Aetna"]
    assert [m.medication for m in await ehr.medication_requests(MARI)] == ["sertraline 50 mg"]
    assert await ehr.coverages(SAM) == ()
    assert await ehr.medication_requests(SAM) == ()


async def test_orders_and_forms_are_the_patients_own(ehr: Ehr) -> None:
    needs(ehr, Capability.ORDERS, Capability.FORMS)
    assert [order.status for order in await ehr.orders(MARI)] == ["at_lab"]
    assert [form.url for form in await ehr.forms(MARI)] == [
        "https://portal.example.test/forms/fm-1"
    ]
    assert await ehr.orders(SAM) == ()
    assert await ehr.forms(SAM) == ()


async def test_sixty_attempts_on_five_slots_make_five_appointments(ehr: Ehr) -> None:
    needs(ehr, Capability.FIND_SLOTS, Capability.BOOK)
    five = [s for s in await slots(ehr, PARK) if s.start > NOW + timedelta(days=2)][:5]

    async def attempt(number: int) -> str:
        slot = five[number % 5]
        patient = MARI if number % 2 else SAM
        try:
            booked = await ehr.book(Booking(patient, slot.id, "in_person", key(f"race-{number}")))
        except (SlotTaken, Overlapping):
            return "refused"
        return booked.id

    results = await asyncio.gather(*(attempt(number) for number in range(60)))
    booked = [result for result in results if result != "refused"]
    assert len(booked) == len(set(booked)) == 5
    standing = [*await ehr.appointments(MARI), *await ehr.appointments(SAM)]
    assert sorted(one.start for one in standing if one.id in booked) == [s.start for s in five]


async def test_a_system_that_is_down_is_unavailable(subject: Subject) -> None:
    subject.take_down()
    with pytest.raises(EhrUnavailable):
        await subject.ehr.patient(MARI)
    with pytest.raises(EhrUnavailable):
        await subject.ehr.appointments(MARI)
    with pytest.raises(EhrUnavailable):
        await subject.ehr.cancel(MARI, HERS, key("k1"))
