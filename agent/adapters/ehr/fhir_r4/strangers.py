"""The check that a resource is the session patient's, whatever the search was asked for.

A server may ignore a parameter that it does not know (DOMAIN B.2.3), so this is what keeps patients
apart, and not the search.
"""

import re
from collections.abc import Iterable

import structlog

from agent.adapters.ehr.fhir_r4.client import Resource, of_type
from agent.adapters.ehr.fhir_r4.values import objects
from agent.domain.ids import PatientId
from agent.domain.incidents import Stranger
from agent.ports import Clock, Incidents

PATIENT_PATHS: dict[str, tuple[str, ...]] = {
    "Account": ("subject",),
    "Appointment": ("participant.actor",),
    "AppointmentResponse": ("actor",),
    "Communication": ("subject",),
    "Consent": ("patient",),
    "Coverage": ("beneficiary",),
    "DeviceRequest": ("subject",),
    "Invoice": ("subject",),
    "MedicationDispense": ("subject",),
    "MedicationRequest": ("subject",),
    "SupplyRequest": ("deliverTo",),
    "Task": ("for",),
    "VisionPrescription": ("patient",),
}
"""Where a resource says whose it is. A type that is not here is nobody's."""

MOST_REPORTED = 5
"""Of one answer; a server that ignores the parameter would bury the desk."""

_log = structlog.get_logger()


class Strangers:
    """Keeps a patient's resources; drops and reports the others."""

    def __init__(self, base_url: str, incidents: Incidents, clock: Clock) -> None:
        self._patient = re.compile(
            rf"(?:{re.escape(base_url)}/)?Patient/([A-Za-z0-9.\-]{{1,64}})(?:/_history/[^/]+)?"
        )
        self._incidents = incidents
        self._clock = clock

    async def matches(
        self, found: Iterable[Resource], resource_type: str, patient_id: PatientId
    ) -> tuple[Resource, ...]:
        """Of a search's answer, what is of that type and the patient's. Another patient's record
        that came along is reported whatever its type; a person or payer beside it is none."""
        personal = [one for one in found if one["resourceType"] in PATIENT_PATHS]
        return of_type(await self.own(personal, patient_id), resource_type)

    async def own(
        self, resources: Iterable[Resource], patient_id: PatientId
    ) -> tuple[Resource, ...]:
        kept: list[Resource] = []
        dropped: list[Resource] = []
        for resource in resources:
            (kept if self.is_of(resource, patient_id) else dropped).append(resource)
        if dropped:
            _log.error(
                "ehr.stranger_dropped", resource=dropped[0]["resourceType"], number=len(dropped)
            )
        for resource in dropped[:MOST_REPORTED]:
            await self._incidents.stranger(
                Stranger(patient_id, resource["resourceType"], resource["id"], self._clock.now())
            )
        return tuple(kept)

    def is_of(self, resource: Resource, patient_id: PatientId) -> bool:
        if resource["resourceType"] == "Patient":
            return bool(resource["id"] == patient_id)
        return any(
            self.refers_to(found, patient_id)
            for path in PATIENT_PATHS.get(resource["resourceType"], ())
            for found in _at(resource, path.split("."))
        )

    def refers_to(self, reference: object, patient_id: PatientId) -> bool:
        """Whether a FHIR Reference names the patient of this server."""
        text = reference.get("reference") if isinstance(reference, dict) else None
        match = self._patient.fullmatch(text) if isinstance(text, str) else None
        return match is not None and match[1] == patient_id


def _at(value: Resource, path: list[str]) -> list[Resource]:
    """The objects at `path`, through lists."""
    found = [value]
    for name in path:
        found = [one for holder in found for one in objects(holder.get(name))]
    return found
