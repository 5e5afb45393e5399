"""Many patients, several processes' worth of adapters, few slots (DOMAIN C.3)."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.clock import RunningClock
from agent.domain.booking import Booking
from agent.domain.ids import IdempotencyKey, PatientId
from agent.ports import SlotTaken
from tests.adapters.ehr.fhir_writes.practice import Practice, Resource, ehr_on, offer

ATTEMPTS, SLOTS, ROUNDS, PROCESSES = 60, 5, 3, 4


async def test_sixty_attempts_on_five_slots_book_five_and_hold_none(
    practice: Practice, clock: RunningClock
) -> None:
    practice.patients(f"PT-{number}" for number in range(ATTEMPTS))

    async def attempt(ehr: FhirEhr, slot: Resource, number: int) -> str:
        key = IdempotencyKey(f"{slot['id']}-{number}:book")
        try:
            booking = Booking(PatientId(f"PT-{number}"), offer(slot), "in_person", key)
            return (await ehr.book(booking)).id
        except SlotTaken:
            return "taken"

    async with AsyncExitStack() as stack:
        ehrs = [
            await stack.enter_async_context(ehr_on(practice.base_url, clock))
            for _ in range(PROCESSES)
        ]
        for day in range(2, 2 + ROUNDS):
            slots = [
                practice.slot(f"S{day}-{hour}", f"2026-06-0{day} {hour}:00")
                for hour in range(10, 10 + SLOTS)
            ]
            results = await asyncio.gather(
                *(
                    attempt(ehrs[number % PROCESSES], slots[number % SLOTS], number)
                    for number in range(ATTEMPTS)
                )
            )
            counted = Counter(results)
            assert counted.pop("taken") == ATTEMPTS - SLOTS
            assert len(counted) == SLOTS
    assert len(practice.all("Appointment")) == SLOTS * ROUNDS
    assert {one["status"] for one in practice.all("Slot")} == {"busy"}
    assert practice.faults() == []
