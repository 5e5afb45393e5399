"""Searches for the session patient's records; what is another patient's is dropped before it is
read."""

import asyncio
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.appointments import appointment_of
from agent.adapters.ehr.fhir_r4.client import (
    FhirClient,
    Refused,
    Resource,
    is_id,
    of_type,
    reference,
)
from agent.adapters.ehr.fhir_r4.extensions import FORM_TASK
from agent.adapters.ehr.fhir_r4.records import (
    account_of,
    coverage_of,
    form_of,
    medication_request_of,
    order_of,
    prescription_on_file,
)
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import Unmapped, mapped
from agent.domain.booking import Appointment
from agent.domain.ids import PatientId
from agent.domain.records import Account, Coverage, Form, MedicationRequest, Order
from agent.ports import Clock, EhrUnavailable


class Reading:
    def __init__(
        self, client: FhirClient, clock: Clock, timezone: ZoneInfo, strangers: Strangers
    ) -> None:
        self._client = client
        self._clock = clock
        self._timezone = timezone
        self._strangers = strangers

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        """All of them, by start."""
        found, _ = await self._of(patient_id, "Appointment", "patient")
        read = mapped(
            found, lambda one: appointment_of(one, patient_id, self._strangers, self._timezone)
        )
        return tuple(sorted(read, key=lambda one: (one.start.timestamp(), one.id)))

    async def account(self, patient_id: PatientId) -> Account | None:
        """Raises `EhrUnavailable` also when an account or invoice cannot be read."""
        (accounts, _), (invoices, _) = await asyncio.gather(
            self._of(patient_id, "Account", "subject", ("status", "active")),
            self._of(patient_id, "Invoice", "subject", ("status", "issued")),
        )
        try:
            return account_of(
                [one for one in accounts if one.get("status") == "active"],
                [one for one in invoices if one.get("status") == "issued"],
                patient_id,
                self._clock.now(),
                self._timezone,
            )
        except Unmapped as error:
            raise EhrUnavailable(f"an account of the EHR has no readable {error}") from None

    async def coverages(self, patient_id: PatientId) -> tuple[Coverage, ...]:
        found, payers = await self._with(patient_id, "Coverage", "beneficiary", "payor")
        now = self._clock.now()
        return mapped(found, lambda one: coverage_of(one, payers, patient_id, now, self._timezone))

    async def medication_requests(self, patient_id: PatientId) -> tuple[MedicationRequest, ...]:
        found, medications = await self._with(
            patient_id, "MedicationRequest", "patient", "medication"
        )
        now = self._clock.now()
        return mapped(
            found,
            lambda one: medication_request_of(one, medications, patient_id, now, self._timezone),
        )

    async def orders(
        self, patient_id: PatientId, *, supplies: bool, prescriptions: bool
    ) -> tuple[Order, ...]:
        """`supplies`, `prescriptions`: the server has SupplyRequest, VisionPrescription too."""
        searches = [self._of(patient_id, "DeviceRequest", "patient")]
        if supplies:
            searches.append(self._of(patient_id, "SupplyRequest", "subject"))
        if prescriptions:
            searches.append(self._of(patient_id, "VisionPrescription", "patient"))
        found = [one for matches, _ in await asyncio.gather(*searches) for one in matches]
        written = mapped(
            of_type(found, "VisionPrescription"),
            lambda one: prescription_on_file(one, self._timezone),
        )
        on_file = max(written)[1] if written else ""
        ordered = [one for one in found if one["resourceType"] != "VisionPrescription"]
        return mapped(ordered, lambda one: order_of(one, patient_id, self._timezone, on_file))

    async def forms(self, patient_id: PatientId) -> tuple[Form, ...]:
        found, _ = await self._of(patient_id, "Task", "patient", ("code", FORM_TASK))
        return mapped(found, lambda one: form_of(one, patient_id, self._timezone))

    async def _with(
        self, patient_id: PatientId, resource_type: str, param: str, included: str
    ) -> tuple[tuple[Resource, ...], dict[str, Resource]]:
        """With what the references called `included` point to, where the server knows that."""
        try:
            return await self._of(
                patient_id, resource_type, param, ("_include", f"{resource_type}:{included}")
            )
        except Refused:
            return await self._of(patient_id, resource_type, param)

    async def _of(
        self, patient_id: PatientId, resource_type: str, param: str, *more: tuple[str, str]
    ) -> tuple[tuple[Resource, ...], dict[str, Resource]]:
        """The patient's resources of a type, and by reference what other types came with them:
        nothing of those may be shown unless one of the patient's own refers to it."""
        if not is_id(patient_id):
            return (), {}
        found = await self._client.search(
            resource_type, [(param, reference("Patient", patient_id)), *more]
        )
        own = await self._strangers.matches(found, resource_type, patient_id)
        beside = {
            reference(one["resourceType"], one["id"]): one
            for one in found
            if one["resourceType"] != resource_type
        }
        return own, beside
