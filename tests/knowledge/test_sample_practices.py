"""The two sample practices agree with themselves: documents, settings and records."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from markitdown import MarkItDown

PRACTICES = Path(__file__).resolve().parents[2] / "knowledge" / "practices"
NAMES = ("harbor", "lakeside")
FORMATS = (".md", ".html", ".csv", ".pdf", ".docx")
PHONE = re.compile(r"\+?(?:1[-. ]?)?\(?\b\d{3}\)?[-. ]?\d{3}[-. ]\d{4}\b|\+1\d{10}\b")
RELATIVE = re.compile(r"(?:today|[+-]\d+d) ([01]\d|2[0-3]):[0-5]\d")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR_ROWS = {
    "hours.md": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "horario-y-ubicacion.md": (
        "Lunes",
        "Martes",
        "Miércoles",
        "Jueves",
        "Viernes",
        "Sábado",
        "Domingo",
    ),
}
KEYS = {
    "practice": {
        "id",
        "name",
        "timezone",
        "languages",
        "phone",
        "after_hours_phone",
        "jurisdiction",
    },
    "hours": {*DAYS, "closed"},
    "thresholds": {"route", "answer"},
    "scheduling": {
        "offer",
        "min_notice_hours",
        "cancel_window_hours",
        "late_cancel_fee_cents",
        "reschedule",
    },
    "alerts": {"ladder", "tell_patient_after_seconds"},
    "ehr": {"adapter"},
}
ROUTES = {
    "scheduling",
    "billing",
    "faq",
    "refill",
    "orders",
    "forms",
    "measures",
    "clinical",
    "human",
    "smalltalk",
    "out_of_scope",
    "abuse",
}
MODES = {"human_only", "shadow", "draft", "auto_with_digest", "auto"}
STATUSES = {
    "appointments": {"booked", "confirmed", "cancelled", "completed", "no_show", "waitlist"},
    "prescriptions": {"active", "expired", "stopped"},
    "orders": {"ordered", "at_lab", "delayed", "ready", "dispensed"},
    "forms": {"assigned", "in_progress", "completed"},
}
REFERENCES = {
    "patient_id": "patients",
    "practitioner_id": "practitioners",
    "prescriber_id": "practitioners",
    "practitioner_ids": "practitioners",
    "service_type": "service_types",
    "service_types": "service_types",
    "location_id": "locations",
}

each_practice = pytest.mark.parametrize("name", NAMES)


@cache
def settings(name: str) -> dict[str, Any]:
    return tomllib.loads((PRACTICES / name / "practice.toml").read_text(encoding="utf-8"))


@cache
def records(name: str) -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads(
        (PRACTICES / name / "ehr.json").read_text(encoding="utf-8")
    )
    return loaded


@cache
def documents(name: str) -> dict[Path, str]:
    """The plain text of every document of a practice, by its path under `faq/`."""
    root, reader = PRACTICES / name / "faq", MarkItDown()
    return {
        path.relative_to(root): (
            reader.convert(path).text_content
            if path.suffix in {".pdf", ".docx", ".html"}
            else path.read_text(encoding="utf-8")
        )
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def scalars(value: object) -> Iterator[tuple[str, object]]:
    """Every (key, scalar) pair of a nested value; items of a list carry the list's key."""
    pairs = value.items() if isinstance(value, dict) else []
    for key, item in pairs:
        for one in item if isinstance(item, list) else [item]:
            if isinstance(one, dict):
                yield from scalars(one)
            else:
                yield key, one


@each_practice
def test_it_has_enough_documents_in_every_format(name: str) -> None:
    paths = list(documents(name))
    assert len(paths) >= 25
    for suffix in FORMATS:
        assert sum(path.suffix == suffix for path in paths) >= 2, suffix
    assert sum(path.parts[0] == "es" for path in paths) >= 5
    assert len({path.parent for path in paths}) >= 5


@each_practice
def test_every_document_says_something(name: str) -> None:
    assert [path for path, text in documents(name).items() if len(text) < 200] == []


@each_practice
def test_front_matter_names_a_title_and_a_review_in_2027(name: str) -> None:
    for path, text in documents(name).items():
        if text.startswith("---"):
            head = yaml.safe_load(text.split("---")[1])
            assert set(head) <= {"title", "audience", "review_by", "language", "intents"}, path
            assert head["title"], path
            assert head["audience"] in {"public", "patients"}, path
            assert head["review_by"].year == 2027, path


@each_practice
def test_exactly_one_document_carries_a_hostile_instruction(name: str) -> None:
    hostile = re.compile(r"assistant reads this|chat program handles your questions")
    assert sum(bool(hostile.search(text)) for text in documents(name).values()) == 1


@each_practice
def test_settings_have_only_known_keys(name: str) -> None:
    found = settings(name)
    assert set(found) - {"billing"} == {*KEYS, "automation", "staff"}
    assert set(found.get("billing", {})) <= {"payment_url"}
    for section, keys in KEYS.items():
        assert set(found[section]) <= keys
    assert set(found["automation"]) <= {"default", *ROUTES}
    assert set(found["automation"].values()) <= MODES


@each_practice
def test_staff_cover_every_role_and_care_only_for_known_patients(name: str) -> None:
    staff = settings(name)["staff"]
    patients = {patient["id"] for patient in records(name)["patients"]}
    assert {role for person in staff for role in person["roles"]} == {
        "front_desk",
        "biller",
        "clinician",
        "supervisor",
        "manager",
        "compliance",
        "on_call",
    }
    for person in staff:
        assert set(person) == {"id", "name", "roles", "email", "caseload"}
        assert person["email"].endswith(".example.test")
        assert set(person["caseload"]) <= patients
        assert not person["caseload"] or "clinician" in person["roles"]


@each_practice
def test_every_reference_in_the_records_exists(name: str) -> None:
    seed = records(name)
    known = {
        kind: {row["id"] for row in seed[kind]}
        for kind in ("patients", "practitioners", "service_types", "locations")
    }
    for kind, rows in seed.items():
        for row in rows:
            for key, value in scalars(row):
                if key in REFERENCES:
                    assert value in known[REFERENCES[key]], (kind, row, key)


@each_practice
def test_ids_are_unique(name: str) -> None:
    ids = [row["id"] for rows in records(name).values() for row in rows if "id" in row]
    ids += [charge["id"] for row in records(name)["accounts"] for charge in row["charges"]]
    assert len(ids) == len(set(ids))


@each_practice
def test_statuses_are_known(name: str) -> None:
    for kind, allowed in STATUSES.items():
        assert {row["status"] for row in records(name)[kind]} <= allowed


@each_practice
def test_times_are_relative_and_money_is_whole_cents(name: str) -> None:
    for key, value in scalars(records(name)):
        if key in {"start", "as_of", "date", "due", "ordered_on", "expected_on", "created"}:
            assert RELATIVE.fullmatch(str(value)), (key, value)
        if key.endswith("_cents"):
            assert type(value) is int
            assert key == "balance_cents" or value >= 0


@each_practice
def test_a_balance_is_its_charges_less_its_payments(name: str) -> None:
    for account in records(name)["accounts"]:
        charged = sum(charge["amount_cents"] for charge in account["charges"])
        paid = sum(payment["amount_cents"] for payment in account["payments"])
        assert account["balance_cents"] == charged - paid, account["patient_id"]


@each_practice
def test_the_patients_cover_the_edges(name: str) -> None:
    seed = records(name)
    patients = {row["id"]: row for row in seed["patients"]}
    assert len(patients) >= 12
    assert any(not row["consents"]["ai_chat"] for row in patients.values())
    assert any(row["birth_date"] > "2009-12-31" for row in patients.values())
    assert any("preferred_name" in row for row in patients.values())
    assert any(row["language"] == "es" for row in patients.values())
    booked = {row["patient_id"] for row in seed["appointments"] if row["start"][0] != "-"}
    assert patients.keys() - booked
    balances = [row["balance_cents"] for row in seed["accounts"]]
    assert min(balances) < 0 < max(balances)
    assert 0 in balances
    assert patients.keys() - {row["patient_id"] for row in seed["coverages"]}
    assert {row["status"] for row in seed["prescriptions"]} == {"active", "expired", "stopped"}
    assert {row["controlled"] for row in seed["prescriptions"]} == {True, False}


def clock_text(span: str) -> str:
    """`08:00-18:00` as the documents write it, with a gap for the word between."""
    start, end = (time.fromisoformat(part) for part in span.split("-"))
    return " {} ".join(f"{at:%-I:%M} {'am' if at.hour < 12 else 'pm'}" for at in (start, end))


@each_practice
@pytest.mark.parametrize("file", HOUR_ROWS)
def test_hours_in_the_documents_are_the_settings(name: str, file: str) -> None:
    folder, word, closed = (
        ("office", "to", "Closed") if file == "hours.md" else ("es", "a", "Cerrado")
    )
    text = documents(name)[Path(folder) / file]
    hours = settings(name)["hours"]
    for day, label in zip(DAYS, HOUR_ROWS[file], strict=True):
        expected = clock_text(hours[day]).format(word) if day in hours else closed
        assert f"| {label} | {expected} |" in text


@each_practice
def test_every_closed_day_is_in_the_hours_document(name: str) -> None:
    text = documents(name)[Path("office/hours.md")]
    for day in settings(name)["hours"]["closed"]:
        closed = date.fromisoformat(day)
        assert re.search(rf"{closed:%B}[^\n]*\b{closed.day}\b[^\n]*{closed.year}", text), day


@each_practice
def test_the_late_cancellation_rule_is_the_same_everywhere(name: str) -> None:
    scheduling = settings(name)["scheduling"]
    fee = f"${scheduling['late_cancel_fee_cents'] // 100}"
    window = f"{scheduling['cancel_window_hours']} hours"
    policies = [
        text for path, text in documents(name).items() if path.stem.startswith("cancellation")
    ]
    assert len(policies) == 1
    assert fee in policies[0]
    assert window in policies[0]
    for path, text in documents(name).items():
        for line in text.splitlines():
            if re.search(r"late cancel|cancelling with|cancelar con|cancelación tard", line, re.I):
                assert set(re.findall(r"\$\d+", line)) <= {fee}, (path, line)


@each_practice
def test_fees_charged_to_patients_are_in_the_fee_documents(name: str) -> None:
    text = "\n".join(documents(name).values())
    fees = {
        "Missed appointment fee": "Missed appointment",
        "Late cancellation fee": "Late cancellation",
        "Couples session": "Couples session",
        "Refraction": "Refraction",
        "Medical eye visit": "Medical eye visit",
        "Contact lens fitting, standard": "Contact lens fitting, standard",
    }
    for account in records(name)["accounts"]:
        for charge in account["charges"]:
            if charge["description"] in fees:
                row = f"| {fees[charge['description']]} | ${charge['amount_cents'] // 100} |"
                assert row in text, charge


@each_practice
def test_phone_numbers_are_fictional(name: str) -> None:
    texts = {
        **documents(name),
        **{
            Path(file): (PRACTICES / name / file).read_text(encoding="utf-8")
            for file in ("practice.toml", "ehr.json")
        },
    }
    for path, text in texts.items():
        for found in PHONE.findall(text):
            digits = re.sub(r"\D", "", found)
            assert digits[-7:-2] == "55501", (path, found)


@each_practice
def test_the_documents_give_the_phone_numbers_of_the_settings(name: str) -> None:
    contact = documents(name)[Path("office/contact.csv")]
    for key in ("phone", "after_hours_phone"):
        number = settings(name)["practice"][key]
        assert f"({number[2:5]}) {number[5:8]}-{number[8:]}" in contact
