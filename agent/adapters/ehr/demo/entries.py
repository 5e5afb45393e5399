"""Between the entries of `ehr.json` that writes can change and domain values."""

from agent.adapters.ehr.demo.shape import AppointmentShape, WaitlistShape
from agent.domain.booking import Appointment, WaitlistEntry
from agent.domain.ids import (
    AppointmentId,
    LocationId,
    PatientId,
    PractitionerId,
    ServiceTypeId,
)


def appointment_entry(shape: AppointmentShape) -> Appointment:
    return Appointment(
        id=AppointmentId(shape.id),
        patient_id=PatientId(shape.patient_id),
        practitioner_id=PractitionerId(shape.practitioner_id),
        service_type=ServiceTypeId(shape.service_type),
        start=shape.start,
        status=shape.status,
        modality=shape.modality,
        telehealth_url=shape.telehealth_url,
        location_id=LocationId(shape.location_id) if shape.location_id else None,
        replaces=AppointmentId(shape.replaces) if shape.replaces else None,
    )


def appointment_shape(appointment: Appointment) -> AppointmentShape:
    return AppointmentShape(
        id=appointment.id,
        patient_id=appointment.patient_id,
        practitioner_id=appointment.practitioner_id,
        service_type=appointment.service_type,
        start=appointment.start,
        status=appointment.status,
        modality=appointment.modality,
        telehealth_url=appointment.telehealth_url,
        location_id=appointment.location_id,
        replaces=appointment.replaces,
    )


def waitlist_entry(shape: WaitlistShape) -> WaitlistEntry:
    return WaitlistEntry(
        id=shape.id,
        patient_id=PatientId(shape.patient_id),
        service_type=ServiceTypeId(shape.service_type),
        practitioner_id=PractitionerId(shape.practitioner_id) if shape.practitioner_id else None,
        preferences=shape.preferences,
        created=shape.created,
    )


def waitlist_shape(entry: WaitlistEntry) -> WaitlistShape:
    return WaitlistShape(
        id=entry.id,
        patient_id=entry.patient_id,
        service_type=entry.service_type,
        practitioner_id=entry.practitioner_id,
        preferences=entry.preferences,
        created=entry.created,
    )
