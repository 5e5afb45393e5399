"""The waitlist as appointments of status `waitlist`."""

from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.client import FhirClient
from agent.adapters.ehr.fhir_r4.options import Options
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.domain.booking import WaitlistEntry
from agent.domain.ids import IdempotencyKey, PatientId
from agent.ports import Clock, NotFound


class Waitlist:
    def __init__(
        self,
        client: FhirClient,
        options: Options,
        clock: Clock,
        timezone: ZoneInfo,
        strangers: Strangers,
    ) -> None:
        self._client = client

    async def of_patient(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        raise NotFound("not built")

    async def join(self, entry: WaitlistEntry, key: IdempotencyKey) -> WaitlistEntry:
        raise NotFound("not built")

    async def leave(self, patient_id: PatientId, entry_id: str) -> None:
        raise NotFound("not built")
