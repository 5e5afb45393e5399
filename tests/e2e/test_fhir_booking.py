"""A conversation that changes a real FHIR server, through the real `portico serve`."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.adapters.ehr.fhir_writes.practice import PATIENCE, Practice, Resource
from tests.e2e.serving import NOW, Patient, Portico, write_practice
from tests.fhir.servers import STARTS, own
from tests.fhir.world import lay_down, seeded

PATIENTS = 2
DAYS = 14

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module", params=STARTS)
def records(request: pytest.FixtureRequest) -> Iterator[Practice]:
    """The FHIR server, which outlives Portico."""
    with (
        own(STARTS[request.param]()) as server,
        httpx.Client(timeout=PATIENCE, trust_env=False) as http,
    ):
        yield Practice(server.base_url, http)


@pytest.fixture(scope="module")
def portico(records: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    folder = tmp_path_factory.mktemp("fhir")
    practice = write_practice(folder / "practice", PATIENTS)
    world = seeded(practice / "ehr.json", NOW, ZoneInfo("America/Denver"), DAYS)
    lay_down(records.base_url, world.resources())
    (practice / "ehr.json").unlink()
    connect_to(practice / "practice.toml", records.base_url)
    running = Portico(practice, folder / "data")
    running.start()
    yield running
    running.kill()


def connect_to(practice_toml: Path, base_url: str) -> None:
    text = practice_toml.read_text(encoding="utf-8")
    table = f'adapter = "fhir_r4"\n\n[ehr.fhir_r4]\nbase_url = "{base_url}"\nauth = "none"\n'
    practice_toml.write_text(text.replace('adapter = "demo"\n', table), encoding="utf-8")


@pytest.fixture
def patient(portico: Portico, request: pytest.FixtureRequest) -> Iterator[Patient]:
    connected = Patient(request.param)
    connected.connect(portico)
    yield connected
    connected.hang_up()


def visits(records: Practice, patient: Patient) -> dict[str, Resource]:
    return {
        one["id"]: one
        for one in records.all("Appointment")
        if f"Patient/{patient.id}" in [p["actor"]["reference"] for p in one["participant"]]
    }


@pytest.mark.parametrize("patient", ["PT-1"], indirect=True)
def test_a_move_stands_once_also_when_portico_dies_on_the_yes(
    portico: Portico, records: Practice, patient: Patient
) -> None:
    (old,) = visits(records, patient)
    offered = patient.answer(patient.say("can I move my appointment to June 8?"))
    asked = patient.answer(patient.press(offered))
    new = offered["options"][0]["label"].partition(" with ")[0]
    yes = patient.press(asked)
    patient.until("ack", id=yes)
    portico.kill()
    patient.hang_up()
    portico.start()
    patient.connect(portico)
    assert new in patient.answer(yes)["text"]
    standing = visits(records, patient)
    assert sorted(one["status"] for one in standing.values()) == ["booked", "cancelled"]
    assert standing[old]["status"] == "cancelled"
    assert records.faults() == []


@pytest.mark.parametrize("patient", ["PT-2"], indirect=True)
def test_a_cancellation_frees_the_time(
    portico: Portico, records: Practice, patient: Patient
) -> None:
    asked = patient.answer(patient.say("please cancel my appointment"))
    assert asked["kind"] == "confirm"
    patient.answer(patient.press(asked))
    (visit,) = visits(records, patient).values()
    assert visit["status"] == "cancelled"
    assert [label["code"] for label in visit["meta"]["security"]] == ["AIAST"]
    assert records.faults() == []
