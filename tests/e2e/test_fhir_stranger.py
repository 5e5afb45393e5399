"""A FHIR server that answers a patient's searches with another patient's records besides.

What a server does that ignores a parameter it does not know (DOMAIN B.2.3).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from websockets.sync.client import ClientConnection

from tests.e2e.on_fhir import Json, at_the_desk, served_on_fhir
from tests.e2e.serving import Patient, Portico

HERS: dict[str, list[Json]] = {
    "coverages": [
        {
            "patient_id": "PT-1",
            "payer": "Aetna",
            "plan": "Silver",
            "member_id": "W100",
            "copay_cents": 2500,
            "status": "active",
        }
    ],
    "orders": [
        {
            "id": "OR-1",
            "patient_id": "PT-1",
            "kind": "glasses",
            "description": "Progressive lenses",
            "status": "at_lab",
            "ordered_on": "-9d 00:00",
            "expected_on": "+7d 00:00",
            "note": "",
        }
    ],
}
HIM = {"reference": "Patient/PT-ZABEL", "display": "Quentin Zabel"}
STRANGERS: dict[str, Json] = {
    "Appointment": {
        "resourceType": "Appointment",
        "id": "ZBL-1",
        "status": "booked",
        "description": "Zabel ketamine",
        "start": "2026-06-03T16:17:00-06:00",
        "end": "2026-06-03T17:07:00-06:00",
        "participant": [{"actor": HIM, "status": "accepted"}],
    },
    "Coverage": {
        "resourceType": "Coverage",
        "id": "ZBL-2",
        "status": "active",
        "beneficiary": HIM,
        "payor": [{"display": "Zabelcare"}],
        "subscriberId": "ZABEL-77",
    },
    "VisionPrescription": {
        "resourceType": "VisionPrescription",
        "id": "ZBL-3",
        "status": "active",
        "created": "2026-05-01",
        "patient": HIM,
        "dateWritten": "2026-05-01",
        "prescriber": {"display": "Dr. Zabel"},
        "lensSpecification": [
            {
                "product": {"text": "lens"},
                "eye": "right",
                "sphere": -7.75,
                "note": [{"text": "Zabel has keratoconus"}],
            }
        ],
    },
}
WITH = {"DeviceRequest": "VisionPrescription"}
"""What comes along with a search for another type."""
MARKS = ("zabel", "ketamine", "june 3", "jun 3", "keratoconus", "-7.75", "zbl-1", "zbl-2", "zbl-3")
TOLD_TO_STAFF = ("zbl-1", "zbl-2", "zbl-3")
"""The ids, which whoever looks into it needs."""

pytestmark = pytest.mark.e2e


def mix(resource_type: str, params: dict[str, list[str]]) -> list[Json]:
    """Into every search for this patient's records."""
    if "Patient/PT-1" not in [one for values in params.values() for one in values]:
        return []
    stranger = STRANGERS.get(WITH.get(resource_type, resource_type))
    return [stranger] if stranger else []


QUESTIONS = {
    "what appointments do I have coming up?": "10:00",
    "which insurance do you have on file for me?": "Aetna",
    "are my glasses ready yet?": "lab",
}
"""What the patient says, and what stands in the answer."""


class Overheard:
    """A connection, every frame of which is kept."""

    def __init__(self, connection: ClientConnection | None, frames: list[str]) -> None:
        self._connection = connection
        self._frames = frames

    def recv(self, timeout: float) -> str:
        assert self._connection is not None
        frame = str(self._connection.recv(timeout=timeout))
        self._frames.append(frame)
        return frame

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@dataclass
class Listening(Patient):
    """Keeps whatever the server sends."""

    frames: list[str] = field(default_factory=list)

    def connect(self, portico: Portico) -> Json:
        ready = super().connect(portico)
        self.frames.append(json.dumps(ready))
        self.connection = cast(ClientConnection, Overheard(self.connection, self.frames))
        return ready


@pytest.fixture(scope="module")
def portico(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    with served_on_fhir(tmp_path_factory.mktemp("stranger"), mix, **HERS) as (portico, _):
        yield portico


@pytest.fixture(scope="module")
def patient(portico: Portico) -> Iterator[Listening]:
    """Has asked for what is hers, twice."""
    listening = Listening("PT-1")
    listening.connect(portico)
    for said in [*QUESTIONS, *QUESTIONS]:
        listening.answer(listening.say(said))
    yield listening
    listening.hang_up()


def marks_in(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text.casefold()]


def test_the_patient_reads_what_is_hers_and_nothing_else(patient: Listening) -> None:
    answers = [message["text"] for message in patient.transcript if message["reply_to"]]
    for answer, own in zip(answers, [*QUESTIONS.values(), *QUESTIONS.values()], strict=True):
        assert own in answer
    assert marks_in("\n".join(patient.frames)) == []


def test_the_log_says_that_it_happened_and_nothing_of_it(
    patient: Listening, portico: Portico
) -> None:
    log = portico.data.with_suffix(".log").read_text(encoding="utf-8")
    dropped = [json.loads(line) for line in log.splitlines() if "ehr.stranger_dropped" in line]
    assert {line["resource"] for line in dropped} == set(STRANGERS)
    assert marks_in(log) == []


def test_the_ledger_names_it_and_holds_nothing_of_it(patient: Listening, portico: Portico) -> None:
    ledger = at_the_desk(portico, "audit?limit=1000")
    dropped = [one for one in ledger if one["kind"] == "ehr.stranger_dropped"]
    assert {(one["data"]["resource"], one["data"]["id"]) for one in dropped} == {
        (kind, one["id"]) for kind, one in STRANGERS.items()
    }
    assert {one["patient"] for one in dropped} == {"PT-1"}
    said = json.dumps([one | {"hash": "", "previous": ""} for one in ledger])
    assert set(marks_in(said)) <= set(TOLD_TO_STAFF)


def test_the_desk_has_an_urgent_task_that_names_each_once(
    patient: Listening, portico: Portico
) -> None:
    (task,) = at_the_desk(portico, "tasks?code=privacy-incident")
    assert (task["priority"], task["patient"], task["status"]) == ("urgent", "PT-1", "requested")
    said = "\n".join([task["summary"], *(note["text"] for note in task["notes"])])
    for kind, one in STRANGERS.items():
        assert said.count(f"{kind} (id {one['id']})") == 1
    assert set(marks_in(json.dumps(task))) == set(TOLD_TO_STAFF)


def test_another_s_appointment_is_not_in_the_way_of_a_move(patient: Listening) -> None:
    offered = patient.answer(patient.say("can I move my appointment to June 8?"))
    asked = patient.answer(patient.press(offered))
    moved = patient.answer(patient.press(asked))
    assert offered["options"][0]["label"].partition(" with ")[0] in moved["text"]
    assert marks_in("\n".join(patient.frames)) == []
