"""The five assumed contracts from the EHR's side: paths, rows and words, written from DOMAIN A.15
and not from the adapter's dialect files, so that a wrong mapping shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.adapters.ehr.demo.shape import (
    AccountShape,
    AppointmentShape,
    CoverageShape,
    FormShape,
    OrderShape,
    PatientShape,
    PrescriptionShape,
)

Json = dict[str, Any]
ZONE = ZoneInfo("America/Los_Angeles")
SERVICES = {"therapy": "INDIVIDUAL_THERAPY", "intake": "INTAKE", "medication": "MEDS"}
MINUTES = {"therapy": 50, "intake": 90, "medication": 30}


def zulu(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def wall(moment: datetime | None) -> str | None:
    return moment.astimezone(ZONE).replace(tzinfo=None).isoformat() if moment else None


def dollars(cents: int) -> str:
    return f"{cents / 100:.2f}"


@dataclass(frozen=True)
class Facts:
    """`lists`: path pattern -> the name of what it lists; `paging`: how lists come."""

    patient_path: str
    patient: Callable[[PatientShape], Json]
    lists: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Callable[[Any], Json]] = field(default_factory=dict)
    paging: str = "none"


# --- TherapyNotes ------------------------------------------------------------------------------

TN_STATUS = {"booked": "scheduled"}
TN_MODALITY = {"in_person": "office", "telehealth": "telehealth", "phone": "phone"}


def tn_client(p: PatientShape) -> Json:
    return {
        "id": p.id,
        "firstName": p.first_name,
        "lastName": p.last_name,
        "birthDate": p.birth_date.isoformat(),
        "preferredName": p.preferred_name,
        "phone": p.phone,
        "language": p.language,
        "aiChatConsent": p.consents.get("ai_chat", False),
        "providerIds": p.practitioner_ids,
        "riskFlags": ["not for the chat"],
    }


def tn_row(a: AppointmentShape, key: str | None) -> Json:
    """As `GET /appointments` lists it (S252)."""
    return {
        "id": a.id,
        "patient_id": a.patient_id,
        "provider_id": a.practitioner_id,
        "datetime": zulu(a.start),
        "duration": MINUTES[a.service_type],
        "type": SERVICES[a.service_type],
        "status": TN_STATUS.get(a.status, a.status),
        "modality": TN_MODALITY[a.modality],
        "telehealth_url": a.telehealth_url,
        "custom_fields": {"portico_key": key} if key else {},
    }


def tn_single(a: AppointmentShape, key: str | None) -> Json:
    """As `GET /appointments/{id}` answers (S256)."""
    return {
        "id": a.id,
        "clientId": a.patient_id,
        "providerId": a.practitioner_id,
        "date": zulu(a.start),
        "duration": MINUTES[a.service_type],
        "type": SERVICES[a.service_type],
        "status": TN_STATUS.get(a.status, a.status),
        "modality": TN_MODALITY[a.modality],
        "telehealthUrl": a.telehealth_url,
        "customFields": {"portico_key": key} if key else {},
        "notes": "not for the chat",
    }


# --- Crystal PM --------------------------------------------------------------------------------

CPM_STATUS = {
    "booked": "Scheduled",
    "confirmed": "Confirmed",
    "cancelled": "Cancelled",
    "completed": "Checked Out",
    "no_show": "No Show",
}
CPM_MODE = {"in_person": "Office", "telehealth": "Video", "phone": "Phone"}
CPM_LAB = {
    "ordered": "Ordered",
    "at_lab": "At Lab",
    "delayed": "Delayed",
    "ready": "Ready",
    "dispensed": "Dispensed",
}
CPM_RX = {"active": "Active", "expired": "Expired", "stopped": "Discontinued"}
CPM_FORM = {"assigned": "Not Started", "in_progress": "In Progress", "completed": "Complete"}


def cpm_patient(p: PatientShape) -> Json:
    return {
        "patientId": p.id,
        "firstName": p.first_name,
        "lastName": p.last_name,
        "preferredName": p.preferred_name,
        "dateOfBirth": p.birth_date.isoformat(),
        "cellPhone": p.phone,
        "language": p.language,
        "preferredChannel": p.preferred_channel,
        "aiOptIn": p.consents.get("ai_chat", False),
        "providerIds": p.practitioner_ids,
    }


def cpm_appointment(a: AppointmentShape) -> Json:
    return {
        "appointmentId": a.id,
        "patientId": a.patient_id,
        "providerId": a.practitioner_id,
        "visitType": SERVICES[a.service_type],
        "startTime": wall(a.start),
        "durationMinutes": MINUTES[a.service_type],
        "status": CPM_STATUS[a.status],
        "visitMode": CPM_MODE[a.modality],
        "videoUrl": a.telehealth_url,
    }


def cpm_account(a: AccountShape) -> Json:
    return {
        "patientId": a.patient_id,
        "balance": dollars(a.balance_cents),
        "asOf": wall(a.as_of),
        "charges": [
            {
                "chargeId": c.id,
                "serviceDate": wall(c.date),
                "description": c.description,
                "amount": dollars(c.amount_cents),
                "diagnosis": "not for the chat",
            }
            for c in a.charges
        ],
        "payments": [
            {"paymentDate": wall(p.date), "amount": dollars(p.amount_cents)} for p in a.payments
        ],
    }


def cpm_insurance(c: CoverageShape) -> Json:
    return {
        "patientId": c.patient_id,
        "insuranceName": c.payer,
        "planName": c.plan,
        "memberId": c.member_id,
        "copay": dollars(c.copay_cents) if c.copay_cents is not None else None,
        "status": c.status.title(),
        "visitsRemaining": c.sessions_remaining,
        "authorizationExpires": wall(c.authorization_expires),
    }


def cpm_prescription(p: PrescriptionShape) -> Json:
    return {
        "rxId": p.id,
        "patientId": p.patient_id,
        "drugName": p.medication,
        "status": CPM_RX[p.status],
        "refillsRemaining": p.refills_remaining,
        "providerId": p.prescriber_id,
        "pharmacy": p.pharmacy,
        "controlled": p.controlled,
    }


def cpm_order(o: OrderShape) -> Json:
    return {
        "orderId": o.id,
        "patientId": o.patient_id,
        "productType": o.kind,
        "description": o.description,
        "labStatus": CPM_LAB[o.status],
        "orderDate": wall(o.ordered_on),
        "expectedDate": wall(o.expected_on),
        "comment": o.note,
    }


def cpm_form(f: FormShape) -> Json:
    return {
        "formId": f.id,
        "patientId": f.patient_id,
        "formName": f.name,
        "status": CPM_FORM[f.status],
        "dueDate": wall(f.due),
        "formUrl": f.url,
    }


# --- SimplePractice ----------------------------------------------------------------------------

SP_ATTENDANCE = {
    "booked": "upcoming",
    "confirmed": "confirmed",
    "cancelled": "cancelled",
    "completed": "attended",
    "no_show": "missed",
}
SP_PLACE = {"in_person": "office", "telehealth": "video", "phone": "phone"}


def sp_client(p: PatientShape) -> Json:
    return {
        "id": p.id,
        "first_name": p.first_name,
        "last_name": p.last_name,
        "preferred_name": p.preferred_name,
        "birth_date": p.birth_date.isoformat(),
        "phone": p.phone,
        "language": p.language,
        "consents": {"ai_chat": p.consents.get("ai_chat", False)},
        "clinician_ids": p.practitioner_ids,
    }


def sp_visit(a: AppointmentShape) -> Json:
    return {
        "id": a.id,
        "client_id": a.patient_id,
        "clinician_id": a.practitioner_id,
        "appointment_type": SERVICES[a.service_type],
        "starts_at": zulu(a.start),
        "duration": MINUTES[a.service_type],
        "attendance": SP_ATTENDANCE[a.status],
        "place": {"kind": SP_PLACE[a.modality], "video_url": a.telehealth_url},
    }


# --- TheraNest, Valant -------------------------------------------------------------------------


def theranest_client(p: PatientShape) -> Json:
    return {
        "clientId": p.id,
        "firstName": p.first_name,
        "lastName": p.last_name,
        "nickname": p.preferred_name,
        "dateOfBirth": p.birth_date.isoformat(),
        "mobilePhone": p.phone,
        "language": p.language,
        "allowsAiChat": p.consents.get("ai_chat", False),
        "staffIds": p.practitioner_ids,
    }


def valant_patient(p: PatientShape) -> Json:
    return {
        "patient_id": p.id,
        "first_name": p.first_name,
        "last_name": p.last_name,
        "preferred_name": p.preferred_name,
        "dob": p.birth_date.isoformat(),
        "phone": p.phone,
        "language_code": p.language,
        "communication_preference": p.preferred_channel,
        "ai_chat_consent": p.consents.get("ai_chat", False),
        "provider_ids": p.practitioner_ids,
    }


PATIENT = r"/api/patients/(?P<patient>[^/]+)"

FACTS: dict[str, Facts] = {
    "therapynotes": Facts(
        patient_path=r"/clients/(?P<patient>[^/]+)",
        patient=tn_client,
        lists={r"/appointments": "appointments"},
        paging="number",
    ),
    "crystal_pm": Facts(
        patient_path=PATIENT,
        patient=cpm_patient,
        lists={
            PATIENT + "/appointments": "appointments",
            PATIENT + "/insurance": "coverages",
            PATIENT + "/prescriptions": "prescriptions",
            PATIENT + "/orders": "orders",
            PATIENT + "/forms": "forms",
        },
        rows={
            "appointments": cpm_appointment,
            "coverages": cpm_insurance,
            "prescriptions": cpm_prescription,
            "orders": cpm_order,
            "forms": cpm_form,
        },
        paging="bare",
    ),
    "simplepractice": Facts(
        patient_path=r"/clients/(?P<patient>[^/]+)",
        patient=sp_client,
        lists={r"/visits": "appointments"},
        rows={"appointments": sp_visit},
        paging="cursor",
    ),
    "theranest": Facts(r"/clients/(?P<patient>[^/]+)", theranest_client),
    "valant": Facts(r"/patients/(?P<patient>[^/]+)", valant_patient),
}
