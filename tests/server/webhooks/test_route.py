"""What the webhook lets in, and what it stores before it says so."""

import json
import uuid
from dataclasses import replace

import httpx
import pytest
from starlette.testclient import TestClient

from agent.settings import EhrSettings
from server.app import build_app
from server.routes.webhooks import WINDOW_SECONDS
from tests.server.webhooks.conftest import NEW, OLD, Vendor, until
from tests.server.webhooks.portal import NAME

TEXT = "Where can I park?"


def body(patient: str, **fields: str) -> bytes:
    return json.dumps({"patientId": patient, "messageBody": TEXT} | fields).encode()


@pytest.fixture
def patient(vendor: Vendor) -> str:
    return vendor.served.new_patient()


def said(vendor: Vendor, patient: str) -> int:
    """How many messages of the patient stand in the conversation."""
    until(vendor.settled)
    return sum(getattr(entry, "author", "") == "patient" for entry in vendor.entries(patient))


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_either_secret_signs_while_they_are_changed(
    vendor: Vendor, patient: str, secret: str
) -> None:
    answer = vendor.post(body(patient), secret=secret)
    assert (answer.status_code, answer.json()) == (200, {"status": "processed"})
    assert said(vendor, patient) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Portico-Signature": "v1=" + "0" * 64},
        {"X-Portico-Signature": "v1="},
        {"X-Portico-Signature": "v2=" + "0" * 64},
        {"X-Portico-Timestamp": ""},
        {"X-Portico-Timestamp": "1e9"},
        {"X-Portico-Timestamp": "-5"},
        {"X-Portico-Timestamp": "9" * 30},
    ],
    ids=lambda headers: str(next(iter(headers.items()))),
)
def test_a_forged_signature_is_refused(
    vendor: Vendor, patient: str, headers: dict[str, str]
) -> None:
    answer = vendor.post(body(patient), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert said(vendor, patient) == 0


def test_a_stranger_and_a_changed_body_are_refused(vendor: Vendor, patient: str) -> None:
    assert vendor.post(body(patient), secret="not the secret of here").status_code == 401
    url = f"{vendor.served.url}/v1/webhooks/{NAME}"
    assert httpx.post(url, content=body(patient)).status_code == 401
    genuine = vendor.post(body("PT-1", id="genuine")).request.headers
    signed = {name: genuine[name] for name in ("X-Portico-Timestamp", "X-Portico-Signature")}
    assert httpx.post(url, content=body(patient), headers=signed).status_code == 401
    assert said(vendor, patient) == 0


@pytest.mark.parametrize("late", [-WINDOW_SECONDS - 60, WINDOW_SECONDS + 60])
def test_a_stale_request_is_refused(vendor: Vendor, patient: str, late: int) -> None:
    assert vendor.post(body(patient), at=vendor.now() + late).status_code == 401
    assert vendor.post(body(patient), at=vendor.now() + late // 2).status_code == 200
    assert said(vendor, patient) == 1


def test_a_repeated_request_is_processed_once(vendor: Vendor, patient: str) -> None:
    event, at = uuid.uuid4().hex, vendor.now()
    for _ in range(3):
        assert vendor.post(body(patient, id=event), at=at).json() == {"status": "processed"}
    assert vendor.post(body(patient, id=event), at=at + 5).status_code == 200
    assert said(vendor, patient) == 1


def test_without_an_id_the_same_words_in_a_minute_are_the_same(
    vendor: Vendor, patient: str
) -> None:
    now = vendor.now()
    for at, text in ((now - 100, TEXT), (now - 100, TEXT), (now, TEXT), (now, "Thank you")):
        assert vendor.post(body(patient, messageBody=text, threadId="T"), at=at).status_code == 200
    assert said(vendor, patient) == 3


@pytest.mark.parametrize(
    "malformed", [b"", b"{", b"[]", b"\xff\xfe", b'{"patientId": "PT-1"}', b"null"]
)
def test_a_malformed_body_is_refused(vendor: Vendor, malformed: bytes) -> None:
    answer = vendor.post(malformed)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


def test_ids_of_no_size_are_refused(vendor: Vendor) -> None:
    for nobody in ("", "P" * 300):
        assert vendor.post(body(nobody, id="x")).status_code == 400
    assert vendor.post(body("PT-1", id="x" * 300)).status_code == 400


def test_an_oversized_body_is_refused(vendor: Vendor, patient: str) -> None:
    assert vendor.post(body(patient, messageBody="x" * 70_000)).status_code == 413
    assert said(vendor, patient) == 0


def test_only_the_practices_own_adapter_is_there(vendor: Vendor) -> None:
    for adapter in ("demo", "fhir_r4", "nobody"):
        assert vendor.post(body("PT-1"), adapter=adapter).status_code == 404
    assert httpx.get(f"{vendor.served.url}/v1/webhooks/{NAME}").status_code == 405


def test_a_fixed_header_only_makes_portico_look(vendor: Vendor, patient: str) -> None:
    url = f"{vendor.served.url}/v1/webhooks/{NAME}"
    for wrong in ("", "Bearer", f"Basic {NEW}", "Bearer wrong"):
        answer = httpx.post(url, content=body(patient), headers={"Authorization": wrong})
        assert answer.status_code == 401
    for content in (b"", body(patient)):
        answer = httpx.post(url, content=content, headers={"Authorization": f"Bearer {NEW}"})
        assert (answer.status_code, answer.json()) == (200, {"status": "processed"})
    assert said(vendor, patient) == 0


def test_without_a_secret_nothing_is_taken(vendor: Vendor) -> None:
    settings = vendor.world.settings
    app = build_app(
        replace(
            vendor.world,
            settings=settings.model_copy(update={"ehr": EhrSettings.model_construct()}),
        )
    )
    assert TestClient(app).post(f"/v1/webhooks/{NAME}", content=b"{}").status_code == 503
