"""Bookings on a FHIR server: claimed, made, read back."""

from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.client import FhirClient
from agent.adapters.ehr.fhir_r4.options import Options
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.domain.booking import Appointment, Booking
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.ports import Clock, NotFound


class Booker:
    def __init__(
        self,
        client: FhirClient,
        options: Options,
        clock: Clock,
        timezone: ZoneInfo,
        strangers: Strangers,
    ) -> None:
        self._client = client

    async def book(self, booking: Booking) -> Appointment:
        raise NotFound("not built")

    async def cancel(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        raise NotFound("not built")

    async def confirm(
        self, patient_id: PatientId, appointment_id: AppointmentId, key: IdempotencyKey
    ) -> Appointment:
        raise NotFound("not built")
