"""A FHIR Appointment as the `Ehr` port's."""

from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.client import Resource
from agent.adapters.ehr.fhir_r4.extensions import MODALITY, REPLACES, TELEHEALTH_URL
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import (
    codes,
    extension,
    link,
    moment,
    needed,
    objects,
    referenced,
    text,
)
from agent.domain.booking import Appointment, AppointmentStatus
from agent.domain.ids import (
    AppointmentId,
    LocationId,
    PatientId,
    PractitionerId,
    ServiceTypeId,
)

ACCEPTED = "accepted"
"""A patient's participation once the visit is confirmed; until then `needs-action`."""

_STATUS = {
    "pending": AppointmentStatus.BOOKED,
    "booked": AppointmentStatus.BOOKED,
    "arrived": AppointmentStatus.CONFIRMED,
    "checked-in": AppointmentStatus.CONFIRMED,
    "fulfilled": AppointmentStatus.COMPLETED,
    "cancelled": AppointmentStatus.CANCELLED,
    "noshow": AppointmentStatus.NO_SHOW,
    "waitlist": AppointmentStatus.WAITLIST,
}
"""`proposed` and `entered-in-error` are no appointments."""


def appointment_of(
    resource: Resource, patient_id: PatientId, strangers: Strangers, timezone: ZoneInfo
) -> Appointment | None:
    """None: no appointment in the port's sense (a proposal, an error, a wish for a time).

    Raises `Unmapped`.
    """
    status = _STATUS.get(text(resource.get("status")) or "")
    if status is None or (status is AppointmentStatus.WAITLIST and "start" not in resource):
        return None
    participants = objects(resource.get("participant"))
    if resource["status"] == "booked" and _accepted(participants, patient_id, strangers):
        status = AppointmentStatus.CONFIRMED
    actors = [participant.get("actor") for participant in participants]
    url = link(extension(resource, TELEHEALTH_URL, "valueUrl"))
    modality = text(extension(resource, MODALITY, "valueCode"))
    replaced = referenced(extension(resource, REPLACES, "valueReference"), "Appointment")
    places = referenced(actors, "Location")
    practitioners = referenced(actors, "Practitioner")
    services = codes(resource.get("serviceType"))
    return Appointment(
        id=AppointmentId(resource["id"]),
        patient_id=patient_id,
        # A visit without either is still a visit that the patient must hear of.
        practitioner_id=PractitionerId(practitioners[0] if practitioners else ""),
        service_type=ServiceTypeId(services[0] if services else ""),
        start=needed(moment(resource.get("start"), timezone), "start"),
        status=status,
        modality=modality or ("telehealth" if url else "in_person"),
        telehealth_url=url,
        location_id=LocationId(places[0]) if places else None,
        replaces=AppointmentId(replaced[0]) if replaced else None,
    )


def _accepted(participants: list[Resource], patient_id: PatientId, strangers: Strangers) -> bool:
    return any(
        participant.get("status") == ACCEPTED
        and strangers.refers_to(participant.get("actor"), patient_id)
        for participant in participants
    )
