"""What the seed says of people, offers and records, as domain values; no write changes it."""

from dataclasses import dataclass

from agent.adapters.ehr.demo.shape import AccountShape, EhrShape, PatientShape
from agent.domain.ids import PatientId, PractitionerId, ServiceTypeId
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.domain.records import (
    Account,
    Charge,
    Coverage,
    Form,
    MedicationRequest,
    Order,
    Payment,
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    patients: dict[PatientId, Patient]
    practitioners: dict[PractitionerId, Practitioner]
    locations: tuple[Location, ...]
    service_types: dict[ServiceTypeId, ServiceType]
    accounts: dict[PatientId, Account]
    coverages: tuple[Coverage, ...]
    medication_requests: tuple[MedicationRequest, ...]
    orders: tuple[Order, ...]
    forms: tuple[Form, ...]


def catalogue_of(seed: EhrShape) -> Catalogue:
    patients = [_patient(shape) for shape in seed.patients]
    practitioners = [shape.value() for shape in seed.practitioners]
    service_types = [shape.value() for shape in seed.service_types]
    return Catalogue(
        patients={patient.id: patient for patient in patients},
        practitioners={person.id: person for person in practitioners},
        locations=tuple(shape.value() for shape in seed.locations),
        service_types={service.id: service for service in service_types},
        accounts={PatientId(shape.patient_id): _account(shape) for shape in seed.accounts},
        coverages=_coverages(seed),
        medication_requests=_medication_requests(seed),
        orders=_orders(seed),
        forms=_forms(seed),
    )


def _patient(shape: PatientShape) -> Patient:
    return Patient(
        id=PatientId(shape.id),
        first_name=shape.first_name,
        last_name=shape.last_name,
        birth_date=shape.birth_date,
        preferred_name=shape.preferred_name,
        phone=shape.phone,
        language=shape.language,
        preferred_channel=shape.preferred_channel,
        ai_chat_consent=shape.consents.get("ai_chat", False),
        practitioner_ids=tuple(PractitionerId(person) for person in shape.practitioner_ids),
    )


def _account(shape: AccountShape) -> Account:
    return Account(
        patient_id=PatientId(shape.patient_id),
        balance_cents=shape.balance_cents,
        as_of=shape.as_of,
        charges=tuple(
            Charge(charge.id, charge.date, charge.description, charge.amount_cents)
            for charge in shape.charges
        ),
        payments=tuple(Payment(payment.date, payment.amount_cents) for payment in shape.payments),
    )


def _coverages(seed: EhrShape) -> tuple[Coverage, ...]:
    return tuple(
        Coverage(
            patient_id=PatientId(shape.patient_id),
            payer=shape.payer,
            plan=shape.plan,
            member_id=shape.member_id,
            copay_cents=shape.copay_cents,
            status=shape.status,
            sessions_remaining=shape.sessions_remaining,
            authorization_expires=shape.authorization_expires,
        )
        for shape in seed.coverages
    )


def _medication_requests(seed: EhrShape) -> tuple[MedicationRequest, ...]:
    return tuple(
        MedicationRequest(
            id=shape.id,
            patient_id=PatientId(shape.patient_id),
            medication=shape.medication,
            status=shape.status,
            refills_remaining=shape.refills_remaining,
            prescriber_id=PractitionerId(shape.prescriber_id) if shape.prescriber_id else None,
            pharmacy=shape.pharmacy,
            controlled=shape.controlled,
        )
        for shape in seed.prescriptions
    )


def _orders(seed: EhrShape) -> tuple[Order, ...]:
    return tuple(
        Order(
            id=shape.id,
            patient_id=PatientId(shape.patient_id),
            kind=shape.kind,
            description=shape.description,
            status=shape.status,
            ordered_on=shape.ordered_on,
            expected_on=shape.expected_on,
            note=shape.note,
        )
        for shape in seed.orders
    )


def _forms(seed: EhrShape) -> tuple[Form, ...]:
    return tuple(
        Form(
            id=shape.id,
            patient_id=PatientId(shape.patient_id),
            name=shape.name,
            status=shape.status,
            due=shape.due,
            url=shape.url,
        )
        for shape in seed.forms
    )
