"""Between the rows of the demo EHR's tables and domain values."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.ehr.demo.schema import appointments, waitlist
from agent.domain.booking import Appointment, AppointmentStatus, WaitlistEntry
from agent.domain.ids import (
    AppointmentId,
    LocationId,
    PatientId,
    PractitionerId,
    ServiceTypeId,
)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def appointment_of(row: RowMapping, timezone: ZoneInfo) -> Appointment:
    return Appointment(
        id=AppointmentId(row["id"]),
        patient_id=PatientId(row["patient_id"]),
        practitioner_id=PractitionerId(row["practitioner_id"]),
        service_type=ServiceTypeId(row["service_type"]),
        start=datetime.fromtimestamp(row["start"], timezone),
        status=AppointmentStatus(row["status"]),
        modality=row["modality"],
        telehealth_url=row["telehealth_url"],
        location_id=LocationId(row["location_id"]) if row["location_id"] else None,
        replaces=AppointmentId(row["replaces"]) if row["replaces"] else None,
    )


def appointment_values(appointment: Appointment, end: datetime) -> dict[str, Any]:
    return {
        "id": appointment.id,
        "patient_id": appointment.patient_id,
        "practitioner_id": appointment.practitioner_id,
        "service_type": appointment.service_type,
        "start": seconds(appointment.start),
        "end": seconds(end),
        "status": appointment.status.value,
        "modality": appointment.modality,
        "telehealth_url": appointment.telehealth_url,
        "location_id": appointment.location_id,
        "replaces": appointment.replaces,
    }


async def insert_appointment(
    connection: AsyncConnection, appointment: Appointment, end: datetime
) -> None:
    last = select(func.coalesce(func.max(appointments.c.position), 0) + 1).scalar_subquery()
    values = appointment_values(appointment, end)
    await connection.execute(insert(appointments).values(position=last, **values))


def waitlist_entry_of(row: RowMapping, timezone: ZoneInfo) -> WaitlistEntry:
    created = row["created"]
    return WaitlistEntry(
        id=row["id"],
        patient_id=PatientId(row["patient_id"]),
        service_type=ServiceTypeId(row["service_type"]),
        practitioner_id=PractitionerId(row["practitioner_id"]) if row["practitioner_id"] else None,
        preferences=row["preferences"],
        created=datetime.fromtimestamp(created, timezone) if created is not None else None,
    )


async def insert_waitlist_entry(connection: AsyncConnection, entry: WaitlistEntry) -> None:
    last = select(func.coalesce(func.max(waitlist.c.position), 0) + 1).scalar_subquery()
    await connection.execute(
        insert(waitlist).values(
            position=last,
            id=entry.id,
            patient_id=entry.patient_id,
            service_type=entry.service_type,
            practitioner_id=entry.practitioner_id,
            preferences=entry.preferences,
            created=seconds(entry.created) if entry.created else None,
        )
    )
