"""How single elements of FHIR are read, where the seeds do not reach."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from agent.adapters.ehr.fhir_r4 import extensions as x
from agent.domain.booking import AppointmentStatus
from agent.domain.ids import PatientId
from agent.domain.records import FormStatus, MedicationRequestStatus, OrderStatus
from agent.ports import EhrUnavailable
from tests.adapters.ehr.fhir.wire import NOW, ZONE, Careless, Resource, bundle, ehr_of

MARI = PatientId("PT-1")
HERS = {"reference": "Patient/PT-1"}
YESTERDAY = (NOW - timedelta(days=1)).isoformat()
TOMORROW = (NOW + timedelta(days=1)).isoformat()


def made(kind: str, resource_id: str = "R-1", **elements: Any) -> Resource:
    """A resource with what its mapping needs; `class_` and `for_` stand for Python's own words."""
    needed: dict[str, Resource] = {
        "Patient": {"id": "PT-1", "name": [{"given": ["Maria"]}], "birthDate": "1988-03-14"},
        "Consent": {"patient": HERS, "status": "active", "category": [coded(x.AI_CHAT)]},
        "Appointment": {"status": "booked", "start": TOMORROW, "participant": [{"actor": HERS}]},
        "Account": {"status": "active", "subject": [HERS]},
        "Invoice": {"status": "issued", "subject": HERS, "totalGross": {"value": 19.99}},
        "Coverage": {"status": "active", "beneficiary": HERS, "payor": [{"display": "Aetna"}]},
        "MedicationRequest": {
            "status": "active",
            "subject": HERS,
            "medicationCodeableConcept": {"text": "sertraline 50 mg"},
        },
        "DeviceRequest": {
            "status": "active",
            "subject": HERS,
            "codeCodeableConcept": {"text": "Glasses"},
        },
        "Task": {
            "status": "requested",
            "for": HERS,
            "code": coded(x.FORM_TASK),
            "description": "Intake",
        },
    }
    return {
        "resourceType": kind,
        "id": resource_id,
        **needed.get(kind, {}),
        **{name.rstrip("_"): value for name, value in elements.items() if value is not None},
    }


def coded(code: str) -> Resource:
    return {"coding": [{"code": code}]}


def money(value: object) -> Resource:
    return {"value": value, "currency": "USD"}


async def consented(*consents: Resource) -> bool:
    mari = await ehr_of(Careless([made("Patient"), *consents])).patient(MARI)
    assert mari is not None
    return mari.ai_chat_consent


DENIED = {"type": "deny"}


@pytest.mark.parametrize(
    ("consent", "agreed"),
    [
        ({}, True),
        ({"provision": {"type": "permit"}}, True),
        ({"provision": DENIED}, False),
        ({"status": "inactive"}, False),
        ({"status": "rejected"}, False),
        ({"status": "proposed"}, False),
        ({"status": "entered-in-error"}, False),
        ({"category": [coded("sms")]}, False),
        ({"category": "ai-chat"}, False),
        ({"patient": {"reference": "Patient/PT-2"}}, False),
        ({"provision": {"period": {"start": YESTERDAY, "end": TOMORROW}}}, True),
        ({"provision": {"period": {"end": "2026-06-01"}}}, True),
        ({"provision": {"period": {"end": "2026-05-31"}}}, False),
        ({"provision": {"period": {"end": YESTERDAY}}}, False),
        ({"provision": {"period": {"start": TOMORROW}}}, False),
        ({"provision": {"period": {"end": "whenever"}}}, False),
        ({"provision": {"period": {"start": 7}}}, False),
    ],
)
async def test_only_a_permission_in_force_lets_the_assistant_speak(
    consent: Resource, agreed: bool
) -> None:
    assert await consented(made("Consent", **consent)) is agreed


@pytest.mark.parametrize(
    ("older", "newer", "agreed"),
    [
        ({}, {"provision": DENIED}, False),
        ({"provision": DENIED}, {}, True),
        ({}, {"status": "inactive"}, False),
        ({"status": "inactive"}, {}, True),
        ({}, {"status": "proposed", "provision": DENIED}, True),
    ],
)
async def test_the_newest_decision_counts(older: Resource, newer: Resource, agreed: bool) -> None:
    first = made("Consent", "C-1", dateTime="2026-01-01", **older)
    second = made("Consent", "C-2", dateTime="2026-02-01T09:00:00Z", **newer)
    assert await consented(first, second) is agreed
    assert await consented(second, first) is agreed


async def test_of_two_decisions_at_once_the_refusal_counts() -> None:
    at = "2026-02-01T09:00:00Z"
    yes, no = made("Consent", "A", dateTime=at), made("Consent", "B", dateTime=at, provision=DENIED)
    assert not await consented(yes, no)
    undated = made("Consent", "C", status="rejected")
    assert not await consented(undated, made("Consent", "D", dateTime=at))


async def test_a_patient_is_read_by_the_preferred_words() -> None:
    patient = made(
        "Patient",
        name=[
            {"use": "maiden", "given": ["Maria"], "family": "Ruiz"},
            {"use": "official", "given": ["Maria", "Elena"], "family": "Gonzalez"},
            {"use": "nickname", "given": ["Mari"]},
        ],
        communication=[
            {"language": coded("en")},
            {"language": coded("es-MX"), "preferred": True},
        ],
        telecom=[
            {"system": "email", "value": "m@example.test"},
            {"system": "phone", "value": "+2", "rank": 2},
            {"system": "phone", "value": "+1", "rank": 1},
        ],
        extension=[{"url": x.PREFERRED_CHANNEL, "valueCode": "sms"}],
    )
    mari = await ehr_of(Careless([patient])).patient(MARI)
    assert mari is not None
    assert (mari.first_name, mari.last_name, mari.display_name) == ("Maria", "Gonzalez", "Mari")
    assert (mari.language, mari.phone, mari.preferred_channel) == ("es", "+1", "sms")
    assert mari.birth_date == date(1988, 3, 14)


@pytest.mark.parametrize(
    "change", [{"active": False}, {"birthDate": "1988"}, {"birthDate": 7}, {"name": []}]
)
async def test_a_record_out_of_use_or_half_there_is_nobody(change: Resource) -> None:
    assert await ehr_of(Careless([made("Patient", **change)])).patient(MARI) is None


@pytest.mark.parametrize(
    ("status", "answer", "read"),
    [
        ("booked", "needs-action", AppointmentStatus.BOOKED),
        ("booked", "accepted", AppointmentStatus.CONFIRMED),
        ("pending", "accepted", AppointmentStatus.BOOKED),
        ("arrived", "accepted", AppointmentStatus.CONFIRMED),
        ("checked-in", "accepted", AppointmentStatus.CONFIRMED),
        ("fulfilled", "accepted", AppointmentStatus.COMPLETED),
        ("cancelled", "accepted", AppointmentStatus.CANCELLED),
        ("noshow", "accepted", AppointmentStatus.NO_SHOW),
        ("waitlist", "needs-action", AppointmentStatus.WAITLIST),
        ("proposed", "needs-action", None),
        ("entered-in-error", "accepted", None),
        ("whatever", "accepted", None),
    ],
)
async def test_statuses_of_appointments(
    status: str, answer: str, read: AppointmentStatus | None
) -> None:
    resource = made("Appointment", status=status, participant=[{"actor": HERS, "status": answer}])
    found = await ehr_of(Careless([resource])).appointments(MARI)
    assert [one.status for one in found] == ([] if read is None else [read])


async def test_only_the_patient_s_own_yes_confirms() -> None:
    people = [
        {"actor": HERS, "status": "needs-action"},
        {"actor": {"reference": "Practitioner/DR"}, "status": "accepted"},
        {"actor": {"reference": "Patient/PT-2"}, "status": "accepted"},
    ]
    (found,) = await ehr_of(Careless([made("Appointment", participant=people)])).appointments(MARI)
    assert (found.status, found.practitioner_id) == (AppointmentStatus.BOOKED, "DR")


@pytest.mark.parametrize(
    ("start", "local"),
    [
        ("2026-03-08T09:59:00Z", "2026-03-08T01:59:00-08:00"),
        ("2026-03-08T10:00:00Z", "2026-03-08T03:00:00-07:00"),
        ("2026-11-01T08:30:00Z", "2026-11-01T01:30:00-07:00"),
        ("2026-11-01T09:30:00Z", "2026-11-01T01:30:00-08:00"),
        ("2026-06-03T23:30:00.125+09:00", "2026-06-03T07:30:00.125000-07:00"),
    ],
)
async def test_times_are_the_practice_s_also_when_the_clocks_change(start: str, local: str) -> None:
    (found,) = await ehr_of(Careless([made("Appointment", start=start)])).appointments(MARI)
    assert found.start.isoformat() == local
    assert found.start.timestamp() == datetime.fromisoformat(start).timestamp()


@pytest.mark.parametrize("start", [None, "2026-06-03T10:00:00", "soon", 7, "0001-01-01T00:00:00Z"])
async def test_a_time_without_its_zone_is_no_time(start: object) -> None:
    resource = {**made("Appointment"), "start": start}
    assert await ehr_of(Careless([resource])).appointments(MARI) == ()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://video.example.test", "https://", "https://[", 7]
)
async def test_only_an_https_link_is_shown(url: object) -> None:
    extension = [{"url": x.TELEHEALTH_URL, "valueUrl": url}]
    (found,) = await ehr_of(Careless([made("Appointment", extension=extension)])).appointments(MARI)
    assert (found.telehealth_url, found.modality) == (None, "in_person")


async def test_without_a_balance_the_open_invoices_are_summed() -> None:
    paid = [
        {"url": "date", "valueDateTime": YESTERDAY},
        {"url": "amount", "valueMoney": money(5)},
    ]
    resources = [
        made("Account", extension=[{"url": x.PAYMENT, "extension": paid}]),
        made("Invoice", "A"),
        made("Invoice", "B", totalGross=None, totalNet=money(30.01)),
        made("Invoice", "C", status="balanced"),
    ]
    resources[2].pop("totalGross")
    account = await ehr_of(Careless(resources)).account(MARI)
    assert account is not None
    assert account.balance_cents == 1999 + 3001 - 500
    assert account.as_of.tzinfo is ZONE
    assert [charge.id for charge in account.charges] == ["A", "B"]


async def test_no_account_and_one_that_says_nothing_are_no_balance() -> None:
    assert await ehr_of(Careless([])).account(MARI) is None
    assert await ehr_of(Careless([made("Account")])).account(MARI) is None


@pytest.mark.parametrize(
    "amount", [None, {}, money("5"), money(True), money(1.234), {"value": 5, "currency": "EUR"}]
)
async def test_a_sum_is_never_made_of_what_cannot_be_read(amount: object) -> None:
    invoice = {**made("Invoice", "B"), "totalGross": amount}
    with pytest.raises(EhrUnavailable):
        await ehr_of(Careless([made("Invoice", "A"), invoice])).account(MARI)
    account = made("Account", extension=[{"url": x.BALANCE, "valueMoney": amount}])
    with pytest.raises(EhrUnavailable):
        await ehr_of(Careless([account])).account(MARI)


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ({}, MedicationRequestStatus.ACTIVE),
        ({"dispenseRequest": {"validityPeriod": {"end": TOMORROW}}}, "active"),
        ({"dispenseRequest": {"validityPeriod": {"end": "2026-06-01"}}}, "active"),
        ({"dispenseRequest": {"validityPeriod": {"end": YESTERDAY}}}, "expired"),
        ({"dispenseRequest": {"validityPeriod": {"end": "?"}}}, "expired"),
        ({"status": "completed"}, "expired"),
        ({"status": "stopped"}, "stopped"),
        ({"status": "on-hold"}, "stopped"),
        ({"status": "cancelled"}, "stopped"),
        ({"status": "draft"}, None),
        ({"status": "entered-in-error"}, None),
    ],
)
async def test_statuses_of_prescriptions(change: Resource, read: str | None) -> None:
    found = await ehr_of(Careless([made("MedicationRequest", **change)])).medication_requests(MARI)
    assert [one.status for one in found] == ([] if read is None else [read])


async def test_a_prescription_says_its_repeats_and_whether_it_is_controlled() -> None:
    first = made(
        "MedicationRequest",
        "A",
        dispenseRequest={"numberOfRepeatsAllowed": 3},
        extension=[{"url": x.REFILLS_REMAINING, "valueUnsignedInt": 1}],
    )
    within = {
        "resourceType": "Medication",
        "id": "m",
        "code": {"coding": [{"display": "zolpidem 5 mg"}]},
        "extension": [{"url": x.CONTROLLED, "valueBoolean": True}],
    }
    second = made("MedicationRequest", "B", contained=[within])
    second["medicationReference"] = {"reference": "#m"}
    del second["medicationCodeableConcept"]
    third = made("MedicationRequest", "C")
    third["medicationReference"] = {"reference": "Medication/gone", "display": "a drug"}
    del third["medicationCodeableConcept"]
    found = await ehr_of(Careless([first, second, third])).medication_requests(MARI)
    assert [(one.medication, one.refills_remaining, one.controlled) for one in found] == [
        ("sertraline 50 mg", 1, False),
        ("zolpidem 5 mg", 0, True),
        ("a drug", 0, False),
    ]


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ({}, OrderStatus.ORDERED),
        ({"status": "on-hold"}, OrderStatus.DELAYED),
        ({"status": "completed"}, OrderStatus.DISPENSED),
        ({"extension": [{"url": x.ORDER_STATUS, "valueCode": "at_lab"}]}, OrderStatus.AT_LAB),
        ({"extension": [{"url": x.ORDER_STATUS, "valueCode": "lost"}]}, OrderStatus.ORDERED),
        ({"status": "revoked"}, None),
        ({"status": "draft"}, None),
    ],
)
async def test_statuses_of_orders(change: Resource, read: OrderStatus | None) -> None:
    found = await ehr_of(Careless([made("DeviceRequest", **change)])).orders(MARI)
    assert [one.status for one in found] == ([] if read is None else [read])


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ({}, FormStatus.ASSIGNED),
        ({"status": "in-progress"}, FormStatus.IN_PROGRESS),
        ({"status": "completed"}, FormStatus.COMPLETED),
        ({"status": "cancelled"}, None),
        ({"code": coded("fulfill")}, None),
    ],
)
async def test_statuses_of_forms(change: Resource, read: FormStatus | None) -> None:
    found = await ehr_of(Careless([made("Task", **change)])).forms(MARI)
    assert [one.status for one in found] == ([] if read is None else [read])


async def test_a_payer_s_name_may_stand_in_its_own_resource() -> None:
    coverage = made("Coverage", payor=[{"reference": "Organization/O-1"}])
    assert await ehr_of(Careless([coverage])).coverages(MARI) == ()

    def including(request: httpx.Request) -> httpx.Response:
        payer = {"resourceType": "Organization", "id": "O-1", "name": "Aetna"}
        assert request.url.params["_include"] == "Coverage:payor"
        return httpx.Response(200, json=bundle([coverage, payer]))

    assert [one.payer for one in await ehr_of(including).coverages(MARI)] == ["Aetna"]


async def test_a_server_that_knows_no_include_is_asked_without() -> None:
    def strict(request: httpx.Request) -> httpx.Response:
        if "_include" in request.url.params:
            return httpx.Response(400)
        return httpx.Response(200, json=bundle([made("Coverage")]))

    assert [one.payer for one in await ehr_of(strict).coverages(MARI)] == ["Aetna"]
