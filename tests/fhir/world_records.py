"""The demo seed's patients and their records as FHIR resources, and the parts these are made of."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from agent.adapters.ehr.demo.shape import (
    AccountShape,
    CoverageShape,
    FormShape,
    OrderShape,
    PatientShape,
)
from agent.adapters.ehr.fhir_r4 import extensions as x
from agent.domain.records import FormStatus, OrderStatus

Resource = dict[str, Any]

_FORM = {
    FormStatus.ASSIGNED: "requested",
    FormStatus.IN_PROGRESS: "in-progress",
    FormStatus.COMPLETED: "completed",
}


def fhir_id(*parts: str) -> str:
    """One id of several, without what a FHIR id may not hold."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", "-".join(parts))[:64]


def ref(resource_type: str, resource_id: str) -> Resource:
    return {"reference": f"{resource_type}/{resource_id}"}


def concept(system: str, code: str, said: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": said}], "text": said}


def money(cents: int) -> Resource:
    return {"value": cents / 100, "currency": "USD"}


def patient_of(shape: PatientShape) -> Iterator[Resource]:
    names = [{"use": "official", "given": [shape.first_name], "family": shape.last_name}]
    if shape.preferred_name:
        names.append({"use": "usual", "given": [shape.preferred_name]})
    patient: Resource = {
        "resourceType": "Patient",
        "id": shape.id,
        "extension": [{"url": x.PREFERRED_CHANNEL, "valueCode": shape.preferred_channel}],
        "active": True,
        "name": names,
        "birthDate": shape.birth_date.isoformat(),
        "communication": [
            {
                "language": {"coding": [{"system": "urn:ietf:bcp:47", "code": shape.language}]},
                "preferred": True,
            }
        ],
    }
    if shape.phone:
        patient["telecom"] = [{"system": "phone", "value": shape.phone}]
    if shape.practitioner_ids:
        patient["generalPractitioner"] = [
            ref("Practitioner", one) for one in shape.practitioner_ids
        ]
    yield patient
    for what, given in shape.consents.items():
        yield {
            "resourceType": "Consent",
            "id": fhir_id("CON", shape.id, what),
            "status": "active",
            "scope": concept(
                "http://terminology.hl7.org/CodeSystem/consentscope",
                "patient-privacy",
                "Privacy Consent",
            ),
            "category": [concept(x.CONSENT_CATEGORY, what.replace("_", "-"), what)],
            "patient": ref("Patient", shape.id),
            "dateTime": "2026-01-02T09:00:00Z",
            "policyRule": {"text": "The practice's notice about the assistant"},
            "provision": {"type": "permit" if given else "deny"},
        }


def account_of(shape: AccountShape) -> Iterator[Resource]:
    payments = [
        {
            "url": x.PAYMENT,
            "extension": [
                {"url": "date", "valueDateTime": one.date.isoformat()},
                {"url": "amount", "valueMoney": money(one.amount_cents)},
            ],
        }
        for one in shape.payments
    ]
    yield {
        "resourceType": "Account",
        "id": fhir_id("ACC", shape.patient_id),
        "extension": [
            {"url": x.BALANCE, "valueMoney": money(shape.balance_cents)},
            {"url": x.BALANCE_AS_OF, "valueDateTime": shape.as_of.isoformat()},
            *payments,
        ],
        "status": "active",
        "subject": [ref("Patient", shape.patient_id)],
    }
    for charge in shape.charges:
        yield {
            "resourceType": "Invoice",
            "id": charge.id,
            "status": "issued",
            "subject": ref("Patient", shape.patient_id),
            "date": charge.date.isoformat(),
            "lineItem": [{"chargeItemCodeableConcept": {"text": charge.description}}],
            "totalGross": money(charge.amount_cents),
        }


def coverage_of(number: int, shape: CoverageShape, now: datetime) -> Resource:
    facts: list[Resource] = []
    if shape.sessions_remaining is not None:
        facts.append({"url": x.SESSIONS_REMAINING, "valueUnsignedInt": shape.sessions_remaining})
    if shape.authorization_expires:
        until = shape.authorization_expires.isoformat()
        facts.append({"url": x.AUTHORIZATION_EXPIRES, "valueDateTime": until})
    coverage: Resource = {
        "resourceType": "Coverage",
        "id": f"COV-{number}",
        "extension": facts,
        "status": "cancelled" if shape.status == "cancelled" else "active",
        "beneficiary": ref("Patient", shape.patient_id),
        "payor": [{"display": shape.payer}],
    }
    if shape.status == "expired":
        coverage["period"] = {"end": (now - timedelta(days=2)).date().isoformat()}
    if shape.member_id:
        coverage["subscriberId"] = shape.member_id
    if shape.plan:
        system = "http://terminology.hl7.org/CodeSystem/coverage-class"
        kind = concept(system, "plan", "Plan")
        coverage["class"] = [{"type": kind, "value": shape.plan, "name": shape.plan}]
    if shape.copay_cents is not None:
        system = "http://terminology.hl7.org/CodeSystem/coverage-copay-type"
        kind = concept(system, "copay", "Copay Amount")
        coverage["costToBeneficiary"] = [{"type": kind, "valueMoney": money(shape.copay_cents)}]
    return {key: value for key, value in coverage.items() if value != []}


def order_of(shape: OrderShape) -> Resource:
    order: Resource = {
        "resourceType": "DeviceRequest",
        "id": shape.id,
        "extension": [{"url": x.ORDER_STATUS, "valueCode": shape.status}],
        "status": "completed" if shape.status is OrderStatus.DISPENSED else "active",
        "intent": "order",
        "codeCodeableConcept": concept(x.ORDER_KIND, shape.kind, shape.description),
        "subject": ref("Patient", shape.patient_id),
    }
    if shape.ordered_on:
        order["authoredOn"] = shape.ordered_on.isoformat()
    if shape.expected_on:
        order["occurrenceDateTime"] = shape.expected_on.isoformat()
    if shape.note:
        order["note"] = [{"text": shape.note}]
    return order


def form_of(shape: FormShape) -> Resource:
    form: Resource = {
        "resourceType": "Task",
        "id": shape.id,
        "status": _FORM[shape.status],
        "intent": "order",
        "code": concept(x.FORM_TASK_SYSTEM, x.FORM_TASK, "Complete questionnaire"),
        "description": shape.name,
        "for": ref("Patient", shape.patient_id),
    }
    if shape.url:
        form["extension"] = [{"url": x.FORM_URL, "valueUrl": shape.url}]
    if shape.due:
        form["restriction"] = {"period": {"end": shape.due.isoformat()}}
    return form
