"""Every fault of `ehr.json` is one line that names the file and the place."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.adapters.ehr.demo.seed import load_seed
from knowledge.errors import InputError

NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Los_Angeles")

PATIENT = {"id": "PT-1", "first_name": "Ann", "last_name": "Lee", "birth_date": "1980-01-01"}
PERSON = {"id": "DR-A", "name": "Dr. A", "service_types": ["visit"]}
VISIT = {"id": "visit", "name": "Visit", "duration_minutes": 30}
APPOINTMENT = {
    "id": "AP-1",
    "patient_id": "PT-1",
    "practitioner_id": "DR-A",
    "service_type": "visit",
    "start": "+1d 10:00",
}
SCHEDULE = {
    "practitioner_id": "DR-A",
    "service_type": "visit",
    "days": ["mon"],
    "from": "09:00",
    "to": "11:00",
    "every_minutes": 30,
}


def complaint(folder: Path, text: str) -> str:
    path = folder / "ehr.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_seed(path, NOW, ZONE)
    message = str(refused.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"patient": []}, "patient: unknown field"),
        ({"patients": {}}, "patients: "),
        ({"patients": [PATIENT | {"nick": "A"}]}, "patients[0].nick: unknown field"),
        ({"patients": [PATIENT, PATIENT]}, "patients[1].id: 'PT-1' stands there twice"),
        ({"patients": [PATIENT | {"birth_date": "14/3/1988"}]}, "patients[0].birth_date: "),
        (
            {"patients": [PATIENT | {"practitioner_ids": ["DR-A", "DR-X"]}]},
            "patients[0].practitioner_ids[1]: unknown practitioner 'DR-X'",
        ),
        (
            {"appointments": [APPOINTMENT, APPOINTMENT | {"id": "AP-2", "start": "soon"}]},
            "appointments[1].start: not a time like",
        ),
        (
            {"appointments": [APPOINTMENT | {"start": "2026-06-01T09:00:00"}]},
            "appointments[0].start: a time needs its offset",
        ),
        (
            {"appointments": [APPOINTMENT | {"practitioner_id": "DR-X"}]},
            "appointments[0].practitioner_id: unknown practitioner 'DR-X'",
        ),
        ({"appointments": [APPOINTMENT | {"status": "pending"}]}, "appointments[0].status: "),
        (
            {"appointments": [APPOINTMENT, APPOINTMENT | {"id": "AP-2"}]},
            "appointments[1].start: 'DR-A' is already booked then",
        ),
        ({"appointments": [{"id": "AP-1"}]}, "appointments[0].patient_id: is missing"),
        ({"schedules": [SCHEDULE | {"to": "08:00"}]}, "schedules[0].to: not after its from"),
        ({"schedules": [SCHEDULE | {"from": 540}]}, "schedules[0].from: not a time of day"),
        ({"schedules": [SCHEDULE | {"days": ["mon", "tues"]}]}, "schedules[0].days[1]: "),
        (
            {
                "service_types": [VISIT, VISIT | {"id": "exam"}],
                "schedules": [SCHEDULE | {"service_type": "exam"}],
            },
            "schedules[0].service_type: 'DR-A' does not offer 'exam'",
        ),
        (
            {"accounts": [{"patient_id": "PT-9", "balance_cents": 1, "as_of": "today 00:00"}]},
            "accounts[0].patient_id: unknown patient 'PT-9'",
        ),
        (
            {"accounts": [{"patient_id": "PT-1", "balance_cents": "x", "as_of": "today 00:00"}]},
            "accounts[0].balance_cents: ",
        ),
        (
            {"waitlist": [{"id": "W", "patient_id": "PT-1", "service_type": "dental"}]},
            "waitlist[0].service_type: unknown service type 'dental'",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    seed = {"patients": [PATIENT], "practitioners": [PERSON], "service_types": [VISIT]} | changes
    assert complaint(tmp_path, json.dumps(seed)).startswith(expected)


def test_broken_json_is_named_with_its_line(tmp_path: Path) -> None:
    assert complaint(tmp_path, '{\n "patients": [,]\n}').startswith("not valid JSON: line 2:")


def test_a_list_instead_of_an_object_is_refused(tmp_path: Path) -> None:
    assert complaint(tmp_path, "[]")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ehr\.json: no such file"):
        load_seed(tmp_path / "ehr.json", NOW, ZONE)
