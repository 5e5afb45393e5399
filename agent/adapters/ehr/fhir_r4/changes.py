"""What becomes of an appointment that stands: cancelled, confirmed, or withdrawn as our error."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.appointments import ACCEPTED, appointment_of
from agent.adapters.ehr.fhir_r4.client import FhirClient, Refused, Resource, Stale, reference
from agent.adapters.ehr.fhir_r4.holds import BUSY, Holds
from agent.adapters.ehr.fhir_r4.marks import fingerprint, identifier, marked, query
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import Unmapped, objects, referenced
from agent.domain.booking import Appointment, AppointmentStatus
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.ports import EhrUnavailable, NotFound, PortError, Unconfirmed

TRIES = 5
"""Against somebody else who writes the same resource at the same time."""

BY_PATIENT = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason",
            "code": "pat",
            "display": "Patient",
        }
    ]
}


@dataclass(frozen=True, slots=True)
class Changes:
    """Every call reads first, so saying it twice changes nothing. Raises `NotFound` for what is not
    the patient's or not an appointment, and `EhrUnavailable`."""

    client: FhirClient
    holds: Holds
    strangers: Strangers
    timezone: ZoneInfo

    async def standing(
        self, patient_id: PatientId, appointment_id: str
    ) -> tuple[Resource, Appointment]:
        resource = await self.client.read("Appointment", appointment_id)
        if resource is None or not self.strangers.is_of(resource, patient_id):
            raise NotFound("no such appointment")
        try:
            appointment = appointment_of(resource, patient_id, self.strangers, self.timezone)
        except Unmapped:
            appointment = None
        if appointment is None:
            raise NotFound("no such appointment")
        return resource, appointment

    async def open_one(
        self, patient_id: PatientId, appointment_id: str
    ) -> tuple[Resource, Appointment]:
        resource, appointment = await self.standing(patient_id, appointment_id)
        if not appointment.is_open:
            raise NotFound("no such open appointment")
        return resource, appointment

    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        """Its slot is held while the appointment ends, so that a sweep can finish the work."""
        resource, appointment = await self.standing(patient_id, appointment_id)
        cancelled = appointment.status is AppointmentStatus.CANCELLED
        if not (appointment.is_open or cancelled):
            raise NotFound("no such open appointment")
        owner = fingerprint("cancel", appointment_id)
        slots = referenced(resource.get("slot"), "Slot")
        if not cancelled:
            await self._hold(slots, owner)
            try:
                await self._change(patient_id, appointment_id, key, _cancelled)
            except EhrUnavailable as error:
                # It may yet come to stand, so the hold is left to run out.
                raise Unconfirmed("the EHR did not say whether it cancelled") from error
            except PortError:
                await self.holds.settle_held(slots, owner)
                raise
        await self.holds.settle_held(slots, owner)
        return (await self.standing(patient_id, appointment_id))[1]

    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        _, appointment = await self.open_one(patient_id, appointment_id)
        if appointment.status is not AppointmentStatus.CONFIRMED:
            await self._respond(patient_id, appointment_id, key)
            await self._change(
                patient_id, appointment_id, key, lambda one: self._accepted(one, patient_id)
            )
            _, appointment = await self.standing(patient_id, appointment_id)
        if appointment.status is not AppointmentStatus.CONFIRMED:
            raise Unconfirmed("the EHR does not show the appointment as confirmed")
        return appointment

    async def withdraw(self, made: Resource, key: str) -> None:
        """An appointment that we made and that cannot stand was never one."""
        for _ in range(TRIES):
            if made.get("status") == "entered-in-error":
                return
            with suppress(Stale):
                await self.client.update(marked({**made, "status": "entered-in-error"}, key))
                return
            made = await self.client.read("Appointment", made["id"]) or made
        raise EhrUnavailable("the EHR keeps an appointment that cannot stand")

    async def _hold(self, slots: Iterable[str], owner: str) -> None:
        for slot_id in slots:
            slot = await self.client.read("Slot", slot_id)
            if slot is not None and slot.get("status") == BUSY:
                with suppress(Stale):  # then somebody else looks after it
                    await self.holds.take(slot, owner)

    async def _change(
        self,
        patient_id: PatientId,
        appointment_id: str,
        key: IdempotencyKey,
        change: Callable[[Resource], Resource],
    ) -> None:
        for _ in range(TRIES):
            resource, _ = await self.open_one(patient_id, appointment_id)
            with suppress(Stale):
                await self.client.update(marked(change(resource), key))
                return
        raise EhrUnavailable("the EHR keeps changing the appointment")

    async def _respond(
        self, patient_id: PatientId, appointment_id: str, key: IdempotencyKey
    ) -> None:
        """The patient's answer as a record of its own, where the EHR keeps such records."""
        name = identifier("confirm", key)
        response = {
            "resourceType": "AppointmentResponse",
            "identifier": [name],
            "appointment": {"reference": reference("Appointment", appointment_id)},
            "actor": {"reference": reference("Patient", patient_id)},
            "participantStatus": ACCEPTED,
        }
        with suppress(Refused):
            await self.client.create(
                marked(response, key), if_none_exist=f"identifier={query(name)}"
            )

    def _accepted(self, resource: Resource, patient_id: PatientId) -> Resource:
        participants = [
            {**one, "status": ACCEPTED}
            if self.strangers.refers_to(one.get("actor"), patient_id)
            else one
            for one in objects(resource.get("participant"))
        ]
        return {**resource, "participant": participants}


def _cancelled(resource: Resource) -> Resource:
    return {**resource, "status": "cancelled", "cancelationReason": BY_PATIENT}
