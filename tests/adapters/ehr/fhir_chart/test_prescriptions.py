"""The glasses prescription on file beside an order, on real FHIR servers."""

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.extensions import PRESCRIPTION_EXPIRES
from agent.domain.ids import PatientId
from tests.adapters.ehr.fhir.wire import Careless, ehr_of
from tests.adapters.ehr.fhir_writes.practice import MARI, Practice, Resource
from tests.fhir.opened import Heard

ORDER = {
    "resourceType": "DeviceRequest",
    "id": "OR-1",
    "status": "active",
    "intent": "order",
    "codeCodeableConcept": {"text": "Progressive lenses"},
    "subject": {"reference": "Patient/PT-1"},
    "note": [{"text": "Call first."}],
}


def prescription(name: str, written: str, patient: str = MARI, **more: object) -> Resource:
    return {
        "resourceType": "VisionPrescription",
        "id": name,
        "status": "active",
        "created": written,
        "patient": {"reference": f"Patient/{patient}"},
        "dateWritten": written,
        "prescriber": {"display": "Dr. Lin"},
        "lensSpecification": [
            {"product": {"text": "lens"}, "eye": "right", "sphere": -2.75, "axis": 175}
        ],
        **more,
    }


@pytest.fixture
def held(practice: Practice) -> Practice:
    practice.put(ORDER)
    practice.put(prescription("VP-1", "2024-03-02"))
    until = [{"url": PRESCRIPTION_EXPIRES, "valueDate": "2028-03-03"}]
    practice.put(prescription("VP-2", "2026-03-03", extension=until))
    practice.put(prescription("VP-3", "2026-05-05", status="cancelled"))
    practice.put(prescription("VP-4", "2026-05-06", patient="PT-2"))
    return practice


async def test_an_order_says_of_when_the_prescription_is(held: Practice, ehr: FhirEhr) -> None:
    (order,) = await ehr.orders(MARI)
    assert order.note == ("Call first. Prescription on file of 2026-03-03, valid until 2028-03-03.")
    assert await ehr.orders(PatientId("PT-2")) == ()


SEARCHED = {
    "interaction": [{"code": "search-type"}],
    "searchParam": [{"name": "patient", "type": "reference"}],
}
STATEMENT = {
    "resourceType": "CapabilityStatement",
    "rest": [
        {
            "mode": "server",
            "resource": [
                SEARCHED | {"type": "DeviceRequest"},
                SEARCHED | {"type": "VisionPrescription"},
            ],
        }
    ],
}


async def test_a_strangers_prescription_is_dropped_and_reported() -> None:
    careless = Careless([ORDER, prescription("VP-1", "2026-03-03", patient="PT-2")])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/metadata"):
            return httpx.Response(200, json=STATEMENT)
        return careless(request)

    heard = Heard()
    ehr = ehr_of(answer, heard)
    await ehr.discover()
    (order,) = await ehr.orders(MARI)
    assert order.note == "Call first."
    assert [one.resource_type for one in heard.strangers] == ["VisionPrescription"]
