"""Options, declared capabilities, and a start while the server is down."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from agent.adapters.ehr.fhir_r4.capabilities import NEEDS, server_of
from agent.adapters.ehr.fhir_r4.opening import opened
from agent.adapters.ehr.fhir_r4.options import options_of
from agent.adapters.ehrs import open_ehr
from agent.clock import RunningClock
from agent.domain.ids import PatientId
from agent.domain.terms import Capability
from agent.ports import EhrUnavailable
from agent.settings import EhrSettings
from knowledge.errors import InputError
from tests.adapters.ehr.fhir.wire import NOW, SEEDS, ZONE, Careless, Resource, ehr_of
from tests.fhir.opened import Heard, site
from tests.fhir.servers import STARTS, lent
from tests.fhir.world import lay_down, seeded

GOOD: dict[str, Any] = {"base_url": "https://ehr.example.test/fhir/", "client_id": "portico"}


def statement(**left_out: str) -> Resource:
    """Everything that any capability needs, less what is named: `Slot="update"`."""
    listed: dict[str, tuple[set[str], set[str]]] = {}
    for needs in NEEDS.values():
        for need in needs:
            interactions, params = listed.setdefault(need.resource_type, (set(), set()))
            interactions |= need.interactions
            params |= need.params
    resources = [
        {
            "type": kind,
            "interaction": [{"code": one} for one in interactions - {left_out.get(kind)}],
            "searchParam": [{"name": one} for one in params - {left_out.get(kind)}],
        }
        for kind, (interactions, params) in listed.items()
    ]
    rest = [{"mode": "client", "resource": []}, {"mode": "server", "resource": resources}]
    return {"resourceType": "CapabilityStatement", "rest": rest}


def declared(**left_out: str) -> frozenset[Capability]:
    return server_of(statement(**left_out)).capabilities(frozenset())


def test_what_is_declared_in_full_can_be_done() -> None:
    assert declared() == frozenset(NEEDS)


@pytest.mark.parametrize(
    ("kind", "lacking", "lost"),
    [
        ("Appointment", "create", {"BOOK", "RESCHEDULE", "WAITLIST"}),
        (
            "Appointment",
            "update",
            {"BOOK", "RESCHEDULE", "CANCEL", "CONFIRM", "WAITLIST"},
        ),
        ("Slot", "update", {"BOOK", "RESCHEDULE"}),
        ("Slot", "schedule", {"FIND_SLOTS", "BOOK", "RESCHEDULE"}),
        ("Account", "subject", {"BALANCE"}),
        ("Coverage", "beneficiary", {"COVERAGE"}),
        ("MedicationRequest", "search-type", {"MEDICATION_REQUESTS"}),
        ("DeviceRequest", "patient", {"ORDERS"}),
        ("Task", "code", {"FORMS"}),
    ],
)
def test_what_is_not_declared_is_not_offered(kind: str, lacking: str, lost: set[str]) -> None:
    assert {one.name for one in declared() - declared(**{kind: lacking})} == lost


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"rest": "x"},
        {"rest": [{"mode": "server"}]},
        {"rest": [{"mode": "client", "resource": [{"type": "Slot"}]}]},
        {"rest": [{"mode": "server", "resource": [{"type": ["Slot"], "interaction": 7}, None]}]},
    ],
)
def test_a_statement_that_says_nothing_allows_nothing(odd: Resource) -> None:
    assert server_of(odd).capabilities(frozenset()) == frozenset()


def test_options_switch_off_and_never_on() -> None:
    assert server_of(statement()).capabilities(frozenset({Capability.BOOK})) == frozenset(NEEDS) - {
        Capability.BOOK
    }


def test_options_are_read() -> None:
    options = options_of({**GOOD, "off": ["book_appointment"], "deadline_seconds": 3})
    assert options.base_url == "https://ehr.example.test/fhir"
    assert options.off == {Capability.BOOK}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base_url": "http://ehr.example.test/fhir"}, r"fhir_r4\.base_url: must be https"),
        ({"base_url": "https://user:secret@ehr.example.test"}, r"base_url: must have no user"),
        ({"base_url": "https://ehr.example.test/?key=secret"}, r"base_url: must have no user"),
        ({"base_url": "ehr.example.test"}, r"base_url: not an https URL"),
        ({"auth": "none"}, r"fhir_r4\.auth: none is only for a server on this machine"),
        ({"auth": "basic"}, r"fhir_r4\.auth: "),
        ({"client_id": ""}, r"fhir_r4\.client_id: is missing"),
        ({"token_url": "http://ehr.example.test/token"}, r"fhir_r4\.token_url: must be https"),
        ({"off": ["fly"]}, r"fhir_r4\.off"),
        ({"on": ["book_appointment"]}, r"fhir_r4\.on: unknown key"),
        ({"telehealth_url": "https://video.example.test"}, r"fhir_r4\.telehealth_url: must be"),
        ({"deadline_seconds": 0}, r"fhir_r4\.deadline_seconds"),
        ({"service_types": [{"id": "x", "name": "X"}]}, r"service_types\.0\.duration_minutes"),
    ],
)
def test_a_faulty_option_is_named_and_not_repeated(change: Resource, words: str) -> None:
    with pytest.raises(InputError, match=f"^practice.toml: ehr.*{words}") as error:
        options_of({**GOOD, **change})
    assert "secret" not in str(error.value)


def test_the_base_url_is_needed() -> None:
    with pytest.raises(InputError, match=r"ehr\.fhir_r4\.base_url: is missing"):
        options_of({"client_id": "x"})


async def test_a_server_that_is_down_at_start_is_asked_again_later() -> None:
    up = False

    def handler(request: httpx.Request) -> httpx.Response:
        if not up:
            return httpx.Response(500)
        if request.url.path.endswith("metadata"):
            return httpx.Response(200, json=statement())
        return Careless([])(request)

    clock = RunningClock(NOW)
    ehr = ehr_of(handler, clock=clock)
    await ehr.discover()
    assert ehr.capabilities == frozenset()
    up = True
    await ehr.patient(PatientId("PT-1"))
    assert ehr.capabilities == frozenset()  # asked only just now
    clock.advance(timedelta(minutes=1))
    await ehr.patient(PatientId("PT-1"))
    assert ehr.capabilities == frozenset(NEEDS)


async def test_the_agent_starts_without_its_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base_url = f"http://127.0.0.1:{port}/fhir"
    async with opened(site(base_url, tmp_path, ZONE, RunningClock(NOW), Heard())) as ehr:
        assert ehr.capabilities == frozenset()
        with pytest.raises(EhrUnavailable):
            await ehr.patient(PatientId("PT-1"))


@pytest.mark.parametrize("name", STARTS)
async def test_real_servers_declare_all_that_the_adapter_needs(name: str, tmp_path: Path) -> None:
    with lent(name) as server:
        here = site(server.base_url, tmp_path, ZONE, RunningClock(NOW), Heard())
        async with open_ehr(here) as ehr:
            assert ehr.capabilities >= frozenset(NEEDS)


async def test_a_refusal_is_an_ehr_that_does_not_answer() -> None:
    ehr = ehr_of(lambda request: httpx.Response(403))
    with pytest.raises(EhrUnavailable):
        await ehr.appointments(PatientId("PT-1"))


async def test_no_log_names_a_patient_or_a_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = "a-token-that-nobody-may-see"
    with lent("sekmet") as server, caplog.at_level("DEBUG"), capture_logs() as logs:
        lay_down(server.base_url, seeded(SEEDS["conformance"], NOW, ZONE, days=1).resources())
        caplog.clear()
        secrets = EhrSettings(api_key=token)
        here = site(
            server.base_url, tmp_path, ZONE, RunningClock(NOW), Heard(), secrets, auth="bearer"
        )
        async with open_ehr(here) as ehr:
            assert await ehr.patient(PatientId("PT-1")) is not None
            assert await ehr.account(PatientId("PT-1")) is not None
    said = f"{caplog.text} {logs}"
    assert [word for word in (token, "PT-1", "Mari", "Gonzalez") if word in said] == []
