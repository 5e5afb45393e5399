"""Bookings that hold without transactions: the slot is claimed, the appointment made, both read.

A booking goes through these states, and each is one write that names the version it changes:

    slot free -> slot held by us -> appointment made -> slot busy [-> old appointment cancelled]

A booking that stopped anywhere goes on from there when it is made again with the same key; one that
nobody makes again is ended by the sweeper (DOMAIN C.3). Where a write is known to have failed, the
hold is given back at once. Where the EHR did not answer, the write may yet come to stand, so the
hold is left to run out.
"""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.changes import TRIES, Changes
from agent.adapters.ehr.fhir_r4.client import (
    FhirClient,
    Refused,
    Resource,
    Stale,
    of_type,
    reference,
)
from agent.adapters.ehr.fhir_r4.extensions import MODALITY, REPLACES, SERVICE_TYPE, TELEHEALTH_URL
from agent.adapters.ehr.fhir_r4.holds import BUSY, FREE, Holds, hold_of, takes_time
from agent.adapters.ehr.fhir_r4.marks import fingerprint, identifier, marked, query
from agent.adapters.ehr.fhir_r4.options import Options
from agent.adapters.ehr.fhir_r4.people import People
from agent.adapters.ehr.fhir_r4.slots import LONGEST_VISIT, WORLD, Slots, slot_parts
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import codes, moment, objects, referenced
from agent.domain.booking import Appointment, Booking, Slot
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.domain.people import ServiceType
from agent.locks import Locks
from agent.ports import (
    Clock,
    EhrUnavailable,
    NotFound,
    Overlapping,
    PortError,
    SlotTaken,
    Unconfirmed,
)

TELEHEALTH = "telehealth"


class Booker:
    """One write of a patient at a time; other patients and other processes are kept apart by the
    versions of the slots."""

    def __init__(
        self,
        client: FhirClient,
        options: Options,
        clock: Clock,
        timezone: ZoneInfo,
        strangers: Strangers,
        people: People,
        slots: Slots,
    ) -> None:
        self._client = client
        self._telehealth_url = options.telehealth_url
        self._clock = clock
        self._strangers = strangers
        self._people = people
        self._slots = slots
        self.holds = Holds(client, clock, timedelta(seconds=options.hold_seconds))
        self._changes = Changes(client, self.holds, strangers, timezone)
        self._patients = Locks()

    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        async with self._patients.of(patient_id):
            return await self._changes.cancel(patient_id, appointment_id, key)

    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        async with self._patients.of(patient_id):
            return await self._changes.confirm(patient_id, appointment_id, key)

    async def book(self, booking: Booking) -> Appointment:
        """`Unconfirmed` once something was sent of which the EHR does not say what came of it; of a
        move both appointments may stand then."""
        async with self._patients.of(booking.patient_id):
            made = await self._made_with(booking) or await self._make(booking)
            try:
                if takes_time(made):
                    await self._occupy(made, booking)
                    if booking.replaces is not None:
                        await self._end_replaced(booking, booking.replaces)
                return (await self._changes.standing(booking.patient_id, made["id"]))[1]
            except (EhrUnavailable, Refused) as error:
                raise Unconfirmed("the booking was made and not finished") from error

    async def _made_with(self, booking: Booking) -> Resource | None:
        """What this booking has made already; of two (a server without conditional create, asked
        again after its answer was lost) one is withdrawn."""
        name = identifier("book", booking.key)
        answered = await self._client.search("Appointment", [("identifier", query(name))])
        found = [
            one
            for one in of_type(answered, "Appointment")
            if name["value"] in [known.get("value") for known in objects(one.get("identifier"))]
        ]
        if not all(self._strangers.is_of(one, booking.patient_id) for one in found):
            raise NotFound("the key is another patient's")
        found.sort(key=lambda one: (not takes_time(one), one["id"]))
        for double in filter(takes_time, found[1:]):
            await self._changes.withdraw(double, booking.key)
        made = found[0] if found else None
        if made is not None and made.get("status") == "entered-in-error":
            raise SlotTaken("the time was lost to somebody else")
        return made

    async def _make(self, booking: Booking) -> Resource:
        if await self._people.patient(booking.patient_id) is None:
            raise NotFound("no such patient")
        owner = _owner(booking)
        slot, offer, service = await self._offered(booking, owner)
        replaced = None
        if booking.replaces is not None:
            replaced, _ = await self._changes.open_one(booking.patient_id, booking.replaces)
        slot = await self._claim(slot, owner)
        try:
            await self._check_free(booking, slot, offer, replaced)
        except PortError:
            await self.holds.settle_held([slot["id"]], owner)
            raise
        appointment = self._appointment(booking, slot, offer, service)
        try:
            made = await self._client.create(
                appointment, if_none_exist=f"identifier={query(appointment['identifier'][0])}"
            )
        except (Refused, Stale):
            await self.holds.settle_held([slot["id"]], owner)
            raise
        except EhrUnavailable as error:
            raise Unconfirmed("the EHR did not say whether it booked") from error
        return await self._made_with(booking) or made

    async def _offered(self, booking: Booking, owner: str) -> tuple[Resource, Slot, ServiceType]:
        """The slot as it is now; `SlotTaken` unless it is what the patient was offered."""
        slot_id, service_id = slot_parts(booking.slot_id)
        services, slot = await asyncio.gather(
            self._people.service_types(), self._client.read("Slot", slot_id)
        )
        service = next((one for one in services if one.id == service_id), None)
        if service is None or slot is None:
            raise SlotTaken("no such time")
        hold = hold_of(slot)
        if slot.get("status") != FREE and (hold is None or hold.owner != owner):
            raise SlotTaken("somebody else has this time")
        offer = await self._slots.offer(slot, service)
        if offer is None or offer.id != booking.slot_id or offer.start <= self._clock.now():
            raise SlotTaken("the time is no longer offered")
        if booking.modality not in service.modalities:
            raise NotFound(f"{service.id} is not offered as {booking.modality}")
        return slot, offer, service

    async def _claim(self, slot: Resource, owner: str) -> Resource:
        try:
            return await self.holds.take(slot, owner)
        except Stale:
            raise SlotTaken("somebody else was faster") from None
        except Refused:
            if await self._client.read("Slot", slot["id"]) is None:
                raise SlotTaken("the time is gone") from None
            raise

    async def _check_free(
        self, booking: Booking, slot: Resource, offer: Slot, replaced: Resource | None
    ) -> None:
        """Neither person is elsewhere at that time. It runs under the hold: of two bookings of
        overlapping slots, at least one sees the other."""
        ours = {slot["id"]}
        if replaced is not None:
            ours.update(referenced(replaced.get("slot"), "Slot"))
        hers, theirs, beside = await asyncio.gather(
            self._standing(offer, "patient", reference("Patient", booking.patient_id)),
            self._standing(offer, "practitioner", reference("Practitioner", offer.practitioner_id)),
            self._slots.is_taken_beside(offer, ours),
        )
        but = replaced["id"] if replaced is not None else None
        if beside or any(
            one["id"] != but
            and offer.practitioner_id in _people_in(one, "Practitioner")
            and _overlaps(one, offer)
            for one in theirs
        ):
            raise SlotTaken("the practitioner is not free")
        mine = await self._strangers.own(hers, booking.patient_id)
        if any(one["id"] != but and _overlaps(one, offer) for one in mine):
            raise Overlapping("the patient has an appointment at that time")

    async def _standing(self, offer: Slot, role: str, person: str) -> list[Resource]:
        """The person's appointments around the offer that take time."""
        earliest, latest = _utc(offer.start - LONGEST_VISIT), _utc(offer.end)
        found = await self._client.search(
            "Appointment", [(role, person), ("date", f"ge{earliest}"), ("date", f"lt{latest}")]
        )
        return [one for one in of_type(found, "Appointment") if takes_time(one)]

    def _appointment(
        self, booking: Booking, slot: Resource, offer: Slot, service: ServiceType
    ) -> Resource:
        extensions: list[Resource] = [{"url": MODALITY, "valueCode": booking.modality}]
        if booking.modality == TELEHEALTH and self._telehealth_url is not None:
            room = self._telehealth_url.replace("{id}", secrets.token_urlsafe(16))
            extensions.append({"url": TELEHEALTH_URL, "valueUrl": room})
        if booking.replaces is not None:
            old = {"reference": reference("Appointment", booking.replaces)}
            extensions.append({"url": REPLACES, "valueReference": old})
        people = [
            (reference("Patient", booking.patient_id), "needs-action"),
            (reference("Practitioner", offer.practitioner_id), "accepted"),
        ]
        if offer.location_id is not None:
            people.append((reference("Location", offer.location_id), "accepted"))
        kinds = [one for one in objects(slot.get("serviceType")) if service.id in codes(one)]
        named = {"coding": [{"system": SERVICE_TYPE, "code": service.id, "display": service.name}]}
        appointment = {
            "resourceType": "Appointment",
            "identifier": [identifier("book", booking.key)],
            "extension": extensions,
            "status": "booked",
            "serviceType": kinds[:1] or [named],
            "start": offer.start.isoformat(),
            "end": offer.end.isoformat(),
            "minutesDuration": service.duration_minutes,
            "slot": [{"reference": reference("Slot", slot["id"])}],
            "created": _utc(self._clock.now()),
            "participant": [
                {"actor": {"reference": actor}, "required": "required", "status": status}
                for actor, status in people
            ],
        }
        return marked(appointment, booking.key)

    async def _occupy(self, made: Resource, booking: Booking) -> None:
        """Returns once the slot was read as busy with this appointment and with no other."""
        owner = _owner(booking)
        for slot_id in referenced(made.get("slot"), "Slot")[:1]:
            for _ in range(TRIES):
                slot = await self._client.read("Slot", slot_id)
                if slot is None or await self._is_lost(slot, made, owner):
                    await self._changes.withdraw(made, booking.key)
                    raise SlotTaken("the time was lost to somebody else")
                if slot["status"] == BUSY:
                    return
                try:
                    await self.holds.occupy(slot, owner)
                except Stale:
                    continue
            raise EhrUnavailable("the EHR keeps changing the slot")

    async def _is_lost(self, slot: Resource, made: Resource, owner: str) -> bool:
        if slot.get("status") not in (FREE, BUSY):
            hold = hold_of(slot)
            return hold is None or hold.owner != owner
        return any(one["id"] != made["id"] for one in await self.holds.standing_on(slot))

    async def _end_replaced(self, booking: Booking, replaced: AppointmentId) -> None:
        try:
            await self._changes.cancel(booking.patient_id, replaced, booking.key)
        except NotFound:
            return  # it is over, or was ended meanwhile


def _owner(booking: Booking) -> str:
    """Who holds a slot for this booking; the same when it is made again."""
    return fingerprint("book", booking.key, booking.patient_id, booking.slot_id)


def _people_in(appointment: Resource, role: str) -> tuple[str, ...]:
    return referenced([one.get("actor") for one in objects(appointment.get("participant"))], role)


def _overlaps(appointment: Resource, offer: Slot) -> bool:
    start = moment(appointment.get("start"), WORLD)
    if start is None or start >= offer.end:
        return False
    end = moment(appointment.get("end"), WORLD)
    if end is None:  # as long as this visit
        end = start + (offer.end.astimezone(UTC) - offer.start.astimezone(UTC))
    return offer.start < end


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
