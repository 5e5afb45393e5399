"""FHIR's money, coverage, prescriptions, orders and forms as the `Ehr` port's.

Every function raises `Unmapped` for a resource that lacks what it needs, and answers None for one
that is rightly left out (a draft, an error).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.client import Resource, reference
from agent.adapters.ehr.fhir_r4.extensions import (
    AUTHORIZATION_EXPIRES,
    BALANCE,
    BALANCE_AS_OF,
    CONTROLLED,
    FORM_TASK,
    FORM_URL,
    ORDER_STATUS,
    PAYMENT,
    PRESCRIPTION_EXPIRES,
    REFILLS_REMAINING,
    SESSIONS_REMAINING,
)
from agent.adapters.ehr.fhir_r4.values import (
    cents,
    codes,
    day,
    extension,
    extensions,
    first,
    is_over,
    link,
    moment,
    needed,
    objects,
    referenced,
    text,
    whole_number,
    words,
)
from agent.domain.ids import PatientId, PractitionerId
from agent.domain.records import (
    Account,
    Charge,
    Coverage,
    Form,
    FormStatus,
    MedicationRequest,
    MedicationRequestStatus,
    Order,
    OrderStatus,
    Payment,
)

_PRESCRIBED = {
    "active": MedicationRequestStatus.ACTIVE,
    "completed": MedicationRequestStatus.EXPIRED,
    "on-hold": MedicationRequestStatus.STOPPED,
    "cancelled": MedicationRequestStatus.STOPPED,
    "stopped": MedicationRequestStatus.STOPPED,
}
_ORDERED = {
    "active": OrderStatus.ORDERED,
    "on-hold": OrderStatus.DELAYED,
    "suspended": OrderStatus.DELAYED,
    "completed": OrderStatus.DISPENSED,
}
"""Where the EHR does not say how far the laboratory is."""
_FORMS = {
    "requested": FormStatus.ASSIGNED,
    "received": FormStatus.ASSIGNED,
    "accepted": FormStatus.ASSIGNED,
    "ready": FormStatus.ASSIGNED,
    "in-progress": FormStatus.IN_PROGRESS,
    "completed": FormStatus.COMPLETED,
}


def account_of(
    accounts: Sequence[Resource],
    invoices: Sequence[Resource],
    patient_id: PatientId,
    now: datetime,
    zone: ZoneInfo,
) -> Account | None:
    """What the accounts say is owed, else what the open invoices come to; None: nothing says it.

    One resource that cannot be read would make a wrong sum, so it raises.
    """
    charges = tuple(_charge(one, now, zone) for one in invoices)
    payments = tuple(
        _payment(one, zone) for account in accounts for one in extensions(account, PAYMENT)
    )
    balanced = [one for one in accounts if extensions(one, BALANCE)]
    if not balanced and not charges:
        return None
    if balanced:
        balance = sum(
            needed(cents(extension(one, BALANCE, "valueMoney")), "account-balance")
            for one in balanced
        )
        said = [moment(extension(one, BALANCE_AS_OF, "valueDateTime"), zone) for one in balanced]
        as_of = min((at for at in said if at is not None), default=now.astimezone(zone))
    else:
        charged = sum(charge.amount_cents for charge in charges)
        balance = charged - sum(payment.amount_cents for payment in payments)
        as_of = now.astimezone(zone)
    return Account(patient_id, balance, as_of, charges, payments)


def _charge(invoice: Resource, now: datetime, zone: ZoneInfo) -> Charge:
    lines = objects(invoice.get("lineItem"))
    items = (words(line.get("chargeItemCodeableConcept")) for line in lines)
    gross = invoice.get("totalGross", invoice.get("totalNet"))
    return Charge(
        invoice["id"],
        moment(invoice.get("date"), zone) or now.astimezone(zone),
        ", ".join(item for item in items if item),
        needed(cents(gross), "totalGross"),
    )


def _payment(payment: Resource, zone: ZoneInfo) -> Payment:
    return Payment(
        needed(moment(extension(payment, "date", "valueDateTime"), zone), "payment.date"),
        needed(cents(extension(payment, "amount", "valueMoney")), "payment.amount"),
    )


def coverage_of(
    resource: Resource,
    payers: Mapping[str, Resource],
    patient_id: PatientId,
    now: datetime,
    zone: ZoneInfo,
) -> Coverage | None:
    """`payers`: the Organizations that came with it, by reference."""
    status = text(resource.get("status"))
    if status not in ("active", "cancelled"):
        return None
    payor = first(resource.get("payor"))
    named = (
        text(payers.get(reference("Organization", one), {}).get("name"))
        for one in referenced(payor, "Organization")
    )
    plans = [one for one in objects(resource.get("class")) if "plan" in codes(one.get("type"))]
    copays = [
        one
        for one in objects(resource.get("costToBeneficiary"))
        if any(code.startswith("copay") for code in codes(one.get("type")))
    ]
    return Coverage(
        patient_id=patient_id,
        payer=needed(text(payor.get("display")) or next(filter(None, named), None), "payor"),
        plan=text(first(plans).get("name")) or text(first(plans).get("value")) or "",
        member_id=text(resource.get("subscriberId")) or "",
        copay_cents=cents(first(copays).get("valueMoney")),
        status="expired" if is_over(resource.get("period"), now, zone) else status,
        sessions_remaining=whole_number(
            extension(resource, SESSIONS_REMAINING, "valueUnsignedInt")
        ),
        authorization_expires=moment(
            extension(resource, AUTHORIZATION_EXPIRES, "valueDateTime"), zone
        ),
    )


def medication_request_of(
    resource: Resource,
    medications: Mapping[str, Resource],
    patient_id: PatientId,
    now: datetime,
    zone: ZoneInfo,
) -> MedicationRequest | None:
    """`medications`: the Medications that came with it, by reference."""
    status = _PRESCRIBED.get(text(resource.get("status")) or "")
    if status is None:
        return None
    dispensing = first(resource.get("dispenseRequest"))
    if status is MedicationRequestStatus.ACTIVE and is_over(
        dispensing.get("validityPeriod"), now, zone
    ):
        status = MedicationRequestStatus.EXPIRED
    medication = _medication(resource, medications)
    prescribers = referenced(resource.get("requester"), "Practitioner")
    repeats = whole_number(extension(resource, REFILLS_REMAINING, "valueUnsignedInt"))
    if repeats is None:
        repeats = whole_number(dispensing.get("numberOfRepeatsAllowed"))
    concept = resource.get("medicationCodeableConcept") or medication.get("code")
    named = text(first(resource.get("medicationReference")).get("display"))
    return MedicationRequest(
        id=resource["id"],
        patient_id=patient_id,
        medication=needed(words(concept) or named, "medication"),
        status=status,
        refills_remaining=repeats or 0,
        prescriber_id=PractitionerId(prescribers[0]) if prescribers else None,
        pharmacy=text(first(dispensing.get("performer")).get("display")) or "",
        controlled=any(
            extension(one, CONTROLLED, "valueBoolean") is True for one in (resource, medication)
        ),
    )


def _medication(resource: Resource, medications: Mapping[str, Resource]) -> Resource:
    """What medicationReference points to, beside the prescription or within it."""
    place = first(resource.get("medicationReference")).get("reference")
    within = {f"#{one.get('id')}": one for one in objects(resource.get("contained"))}
    if isinstance(place, str) and place in within:
        return within[place]
    pointed = referenced(resource.get("medicationReference"), "Medication")
    return medications.get(reference("Medication", pointed[0]), {}) if pointed else {}


def prescription_on_file(resource: Resource, zone: ZoneInfo) -> tuple[date, str] | None:
    """The day of an active VisionPrescription and what may be said of it: never a lens value."""
    if resource.get("status") != "active":
        return None
    written = needed(moment(resource.get("dateWritten"), zone), "dateWritten").date()
    until = day(extension(resource, PRESCRIPTION_EXPIRES, "valueDate"))
    ends = f", valid until {until}" if until is not None else ""
    return written, f"Prescription on file of {written}{ends}."


def order_of(
    resource: Resource, patient_id: PatientId, zone: ZoneInfo, on_file: str = ""
) -> Order | None:
    """A DeviceRequest or SupplyRequest; `on_file` is added to its note."""
    status = _ORDERED.get(text(resource.get("status")) or "")
    if status is None:
        return None
    said = text(extension(resource, ORDER_STATUS, "valueCode"))
    if said in set(OrderStatus):
        status = OrderStatus(said)
    concept = resource.get("codeCodeableConcept") or resource.get("itemCodeableConcept")
    kinds = codes(concept)
    expected = resource.get("occurrenceDateTime") or first(resource.get("occurrencePeriod")).get(
        "end"
    )
    return Order(
        id=resource["id"],
        patient_id=patient_id,
        kind=kinds[0] if kinds else "",
        description=needed(words(concept), "code"),
        status=status,
        ordered_on=moment(resource.get("authoredOn"), zone),
        expected_on=moment(expected, zone),
        note=" ".join(filter(None, (text(first(resource.get("note")).get("text")), on_file))),
    )


def form_of(resource: Resource, patient_id: PatientId, zone: ZoneInfo) -> Form | None:
    """A Task that asks the patient to fill in a questionnaire."""
    status = _FORMS.get(text(resource.get("status")) or "")
    if status is None or FORM_TASK not in codes(resource.get("code")):
        return None
    return Form(
        id=resource["id"],
        patient_id=patient_id,
        name=needed(
            text(resource.get("description")) or text(first(resource.get("focus")).get("display")),
            "description",
        ),
        status=status,
        due=moment(first(first(resource.get("restriction")).get("period")).get("end"), zone),
        url=link(extension(resource, FORM_URL, "valueUrl")) or "",
    )
