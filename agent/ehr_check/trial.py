"""Books, moves, cancels and waits in an invented patient's name, and takes all of it back."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agent.domain.booking import (
    Appointment,
    AppointmentStatus,
    Booking,
    Slot,
    SlotQuery,
    WaitlistEntry,
)
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.domain.people import ServiceType
from agent.domain.terms import Capability
from agent.ehr_check.report import Unmet, Untried, expect
from agent.ports import Clock, Ehr, Overlapping, SlotTaken

AHEAD = ((60, 120), (28, 60), (7, 28), (2, 7))
"""Days ahead in which free times are looked for, the farthest first: nobody else is in the way."""

MOMENT = timedelta(seconds=1)
WISH = "A check by Portico; it leaves again by itself."


@dataclass
class Trial:
    """`run` makes this run's keys its own; the same text twice would find the last run's writes."""

    ehr: Ehr
    patient_id: PatientId
    clock: Clock
    run: str
    pair: tuple[Slot, Slot] | None = None
    standing: Appointment | None = None
    _service: ServiceType | None = None
    _before: frozenset[AppointmentId] | None = None
    _waited: frozenset[str] | None = None
    _starts: set[datetime] = field(default_factory=set)
    _ids: set[AppointmentId] = field(default_factory=set)

    def key(self, name: str) -> IdempotencyKey:
        return IdempotencyKey(f"check-{self.run}-{name}")

    async def find(self) -> str:
        """Two free times of one service that do not touch what the patient has."""
        mine = await self._mine() if self._has(Capability.LIST_APPOINTMENTS) else ()
        days = {one.start.astimezone(UTC).date() for one in mine if one.is_open}
        now, found = self.clock.now(), 0
        for service in await self.ehr.service_types():
            for first, last in AHEAD:
                begins, ends = now + timedelta(days=first), now + timedelta(days=last)
                free = await self.ehr.find_slots(SlotQuery(service.id, begins, ends, limit=50))
                _check_slots(free, service, begins, ends)
                found += len(free)
                pair = _pair([s for s in free if s.start.astimezone(UTC).date() not in days])
                if pair is not None:
                    self.pair, self._service = pair, service
                    return f"{len(free)} free times, {(pair[0].start - now).days} days ahead"
        expect(found > 0, f"no service has a free time within {AHEAD[0][1]} days")
        return f"{found} free times, but not two to book and to move to"

    async def book(self) -> str:
        first, _ = self._pair_for(Capability.BOOK)
        made = await self._book(first, "book")
        self._check_stands(made, first)
        self.standing = made
        again = await self._book(first, "book")
        expect(again.id == made.id, "the same key booked a second appointment")
        await self._expect_listed(made.id)
        expect(not await self._is_free(first), "a time that was booked is still offered")
        try:
            await self._book(first, "book-second")
        except (SlotTaken, Overlapping):
            return "booked once, read back, the same time refused"
        raise Unmet("a time that was taken was booked again")

    async def confirm(self) -> str:
        current = self._standing()
        confirmed = await self.ehr.confirm(self.patient_id, current.id, self.key("confirm"))
        self._check_own(confirmed)
        expect(confirmed.status is AppointmentStatus.CONFIRMED, "it did not become confirmed")
        return "confirmed"

    async def move(self) -> str:
        current = self._standing()
        _, second = self._pair_for(Capability.RESCHEDULE)
        moved = await self._book(second, "move", replaces=current.id)
        self._check_stands(moved, second)
        self.standing = moved
        await self._expect_listed(moved.id)
        expect(current.id not in await self._open(), "the old appointment still stands")
        return "the new one stands, the old one is cancelled"

    async def cancel(self) -> str:
        current = self._standing()
        gone = await self.ehr.cancel(self.patient_id, current.id, self.key("cancel"))
        self._check_own(gone)
        expect(gone.status is AppointmentStatus.CANCELLED, "it did not become cancelled")
        again = await self.ehr.cancel(self.patient_id, current.id, self.key("cancel"))
        expect(again.id == gone.id, "cancelling twice is not the same as once")
        expect(current.id not in await self._open(), "what was cancelled still stands")
        if self.pair is not None:
            slot = next(slot for slot in self.pair if slot.start == current.start)
            expect(await self._is_free(slot), "the time of what was cancelled is not free again")
        self.standing = None
        return "cancelled, and the time is free again"

    async def wait(self) -> str:
        services = await self.ehr.service_types()
        if not services:
            raise Untried("the practice offers no service to wait for")
        self._waited = frozenset(e.id for e in await self.ehr.waitlist(self.patient_id))
        wish = WaitlistEntry("", self.patient_id, services[0].id, preferences=WISH)
        entry = await self.ehr.join_waitlist(wish, self.key("wait"))
        again = await self.ehr.join_waitlist(wish, self.key("wait"))
        expect(entry.patient_id == self.patient_id, "the entry is another patient's")
        expect(again.id == entry.id, "the same key joined twice")
        listed = await self.ehr.waitlist(self.patient_id)
        expect(entry.id in {e.id for e in listed}, "the entry is not on the waitlist")
        expect({e.patient_id for e in listed} == {self.patient_id}, "another patient's is on it")
        await self.ehr.leave_waitlist(self.patient_id, entry.id)
        left = {e.id for e in await self.ehr.waitlist(self.patient_id)}
        expect(entry.id not in left, "the entry is still there after leaving")
        return "joined once, listed, left"

    async def take_back(self) -> str:
        """Cancels and leaves whatever this run made, also what it never heard the end of."""
        for number, one in enumerate(sorted(await self._made())):
            await self.ehr.cancel(self.patient_id, one, self.key(f"back-{number}"))
        if self._waited is not None:
            for entry in await self.ehr.waitlist(self.patient_id):
                if entry.id not in self._waited:
                    await self.ehr.leave_waitlist(self.patient_id, entry.id)
        left = sorted(await self._made())
        expect(not left, f"a person has to cancel: {', '.join(left)}")
        return "nothing of this check is left"

    @property
    def wrote(self) -> bool:
        return bool(self._starts) or self._waited is not None

    def _has(self, capability: Capability) -> bool:
        return capability in self.ehr.capabilities

    def _pair_for(self, capability: Capability) -> tuple[Slot, Slot]:
        """Nothing is booked that could not be found and cancelled again."""
        if not (self._has(Capability.LIST_APPOINTMENTS) and self._has(Capability.CANCEL)):
            raise Untried("what it makes could not be taken back: no listing or no cancelling")
        if self.pair is None:
            raise Untried(f"no free times to try {capability} on")
        return self.pair

    def _standing(self) -> Appointment:
        if self.standing is None:
            raise Untried("needs an appointment that this check booked")
        return self.standing

    async def _book(
        self, slot: Slot, name: str, replaces: AppointmentId | None = None
    ) -> Appointment:
        if self._before is None:
            self._before = frozenset(one.id for one in await self._mine())
        assert self._service is not None
        self._starts.add(slot.start)
        booking = Booking(
            self.patient_id, slot.id, self._service.modalities[0], self.key(name), replaces
        )
        made = await self.ehr.book(booking)
        self._ids.add(made.id)
        return made

    def _check_stands(self, one: Appointment, slot: Slot) -> None:
        self._check_own(one)
        expect(one.start == slot.start, "it was booked at another time")
        expect(one.is_open, "what was booked does not stand")

    def _check_own(self, one: Appointment) -> None:
        expect(one.patient_id == self.patient_id, "the appointment is another patient's")

    async def _expect_listed(self, appointment_id: AppointmentId) -> None:
        expect(appointment_id in await self._open(), "it is not among the patient's appointments")

    async def _is_free(self, slot: Slot) -> bool:
        who = (slot.practitioner_id,)
        query = SlotQuery(slot.service_type, slot.start, slot.start + MOMENT, who)
        return any(free.start == slot.start for free in await self.ehr.find_slots(query))

    async def _mine(self) -> tuple[Appointment, ...]:
        mine = await self.ehr.appointments(self.patient_id)
        for one in mine:
            self._check_own(one)
        return mine

    async def _open(self) -> set[AppointmentId]:
        return {one.id for one in await self._mine() if one.is_open}

    async def _made(self) -> set[AppointmentId]:
        """What stands of this run, also where its answer was lost: an appointment at one of its
        times that was not there before."""
        if self._before is None:
            return set()
        return {
            one.id
            for one in await self._mine()
            if one.is_open
            and one.id not in self._before
            and (one.id in self._ids or one.start in self._starts)
        }


def _check_slots(
    free: tuple[Slot, ...], service: ServiceType, begins: datetime, ends: datetime
) -> None:
    expect(all(begins <= slot.start < ends for slot in free), "a time outside what was asked for")
    expect(all(slot.start < slot.end for slot in free), "a time that ends before it begins")
    expect(all(slot.service_type == service.id for slot in free), "a time for another service")
    starts = [slot.start for slot in free]
    expect(starts == sorted(starts), "the times are not soonest first")


def _pair(free: list[Slot]) -> tuple[Slot, Slot] | None:
    for first in free:
        for second in free:
            if second.start >= first.end:
                return first, second
    return None
