"""An export is read strictly: whole, or not at all with file, line and column."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.ehr.mirror.options import options_of
from agent.domain.booking import AppointmentStatus
from knowledge.errors import InputError
from tests.adapters.ehr.mirror.conftest import (
    APPOINTMENTS,
    NOW,
    PATIENTS,
    PRACTITIONERS,
    Sourced,
    write,
)


def test_an_export_with_our_own_column_names_needs_no_mapping(source: Sourced) -> None:
    export = source().read(NOW)
    mari = export.patients["PT-1"]  # type: ignore[index]
    assert (mari.display_name, mari.ai_chat_consent, mari.practitioner_ids) == (
        "Mari",
        True,
        ("DR-PARK",),
    )
    mine = export.appointments["PT-1"]  # type: ignore[index]
    assert [(one.id, one.status) for one in mine] == [
        ("AP-OLD", AppointmentStatus.COMPLETED),
        ("AP-1", AppointmentStatus.BOOKED),
    ]
    assert mine[1].start == datetime(2026, 6, 3, 22, 0, tzinfo=UTC)
    assert export.people.practitioners[1].service_types == ("therapy", "intake")
    assert export.people.locations[0].address == "12 Harbor St"


def test_another_systems_columns_words_and_times_are_mapped(export: Path, source: Sourced) -> None:
    write(
        export / "appointments.csv",
        "\ufeffAppt #,Chart,Provider,Visit Type,Date,Time,Status,Copay\n"
        "77,PT-1,DR-PARK,therapy,06/03/2026,3:00 PM,Checked out,$25\n",
    )
    mapped = source(
        time_format="%m/%d/%Y %I:%M %p",
        columns={
            "appointments": {
                "id": "Appt #",
                "patient_id": "Chart",
                "practitioner_id": "Provider",
                "service_type": "Visit Type",
                "start": ["Date", "Time"],
                "status": "Status",
            }
        },
        values={"status": {"Checked out": "completed"}},
    )
    (one,) = mapped.read(NOW).appointments["PT-1"]  # type: ignore[index]
    assert (one.id, one.start, one.status) == (
        "77",
        datetime(2026, 6, 3, 22, 0, tzinfo=UTC),
        AppointmentStatus.COMPLETED,
    )


def test_the_directory_file_of_the_practice_goes_first(export: Path, source: Sourced) -> None:
    (export.parent / "directory.json").write_text(
        '{"practitioners": [{"id": "DR-PARK", "name": "Dr. Park", "service_types": ["talk"]},'
        ' {"id": "DR-LIN", "name": "Dr. Lin"}],'
        ' "service_types": [{"id": "talk", "code": "therapy", "name": "Talk",'
        ' "duration_minutes": 50}]}'
    )
    (export / "practitioners.csv").unlink()
    write(export / "patients.csv", PATIENTS)
    read = source().read(NOW)
    assert [person.name for person in read.people.practitioners] == ["Dr. Park", "Dr. Lin"]
    assert read.appointments["PT-1"][1].service_type == "talk"  # type: ignore[index]


LONG = "x" * 600


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("patients.csv", "1988-03-14", "14/03/1988", "line 2, column birth_date: not a date like"),
        ("patients.csv", "1988-03-14", "", "line 2, column birth_date: is empty"),
        ("patients.csv", "id,first", "nr,first", "line 1: no column id"),
        ("patients.csv", "PT-2", "PT-1", "line 3, column id: stands there twice"),
        ("patients.csv", "Maria", LONG, "line 2, column first_name: is too long"),
        ("patients.csv", ",yes,", ",perhaps,", "line 2, column ai_chat_consent: "),
        ("patients.csv", "DR-PARK", "DR-WHO", "line 2, column practitioner_ids: no such"),
        ("patients.csv", "Gonzalez,", "Gonzalez", "line 2: 8 cells, but 9 columns"),
        ("patients.csv", "Maria", '"Maria', "after line 1: unexpected end of data"),
        ("appointments.csv", "PT-2", "PT-9", "line 4, column patient_id: nothing has that id"),
        ("appointments.csv", "DR-LIN", "DR-9", "line 4, column practitioner_id: nothing"),
        ("appointments.csv", "therapy,2026-06-02", "yoga,2026-06-02", "column service_type: not"),
        ("appointments.csv", "AP-2", "AP-1", "line 4, column id: stands there twice"),
        ("appointments.csv", "booked", "maybe", "line 2, column status: "),
        ("appointments.csv", "https:", "javascript:", "line 2, column telehealth_url: not an"),
        ("appointments.csv", "2026-06-03T15:00", "soon", "line 2, column start: not a time like"),
        ("appointments.csv", "2026-06-03T15:00", "2026-03-08T02:30", "start: the clocks skip"),
        ("practitioners.csv", "LOC-1", "LOC-2", "line 2, column location_id: no such location"),
        ("practitioners.csv", "therapy,", "yoga,", "line 2, column service_types: no such"),
        ("service_types.csv", ",50,", ",2,", "line 2, column duration_minutes: "),
    ],
)
def test_a_fault_says_file_line_and_column(
    export: Path, source: Sourced, file: str, old: str, new: str, said: str
) -> None:
    path = export / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    write(path, text.replace(old, new, 1))
    with pytest.raises(InputError) as refused:
        source().read(NOW)
    words = str(refused.value)
    assert words.startswith(str(path))
    assert said in words


@pytest.mark.parametrize(
    ("file", "cell"),
    [
        ("patients.csv", "1988-03-14"),
        ("patients.csv", "yes"),
        ("patients.csv", ",en,"),
        ("patients.csv", "DR-PARK"),
        ("appointments.csv", "PT-2"),
        ("appointments.csv", "booked"),
        ("appointments.csv", "2026-06-03T15:00"),
        ("appointments.csv", "https://video.example.test/ap-1"),
    ],
)
def test_a_fault_repeats_nothing_of_the_record(
    export: Path, source: Sourced, file: str, cell: str
) -> None:
    path = export / file
    secret = cell.replace(cell.strip(","), "Zaratan")
    write(path, path.read_text(encoding="utf-8").replace(cell, secret, 1))
    with pytest.raises(InputError) as refused:
        source().read(NOW)
    assert "Zaratan" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("patients.csv", "no such file"),
        ("practitioners.csv", "no such file"),
        ("appointments.csv", "has neither appointments.csv nor an .ics calendar"),
    ],
)
def test_a_table_that_is_gone_is_named(export: Path, source: Sourced, name: str, said: str) -> None:
    (export / name).unlink()
    with pytest.raises(InputError, match=said):
        source().read(NOW)


def test_a_folder_that_is_gone_is_named(source: Sourced) -> None:
    with pytest.raises(InputError, match="nowhere: cannot be read"):
        source(folder="nowhere").read(NOW)


def test_bytes_of_another_encoding_are_refused_or_declared(export: Path, source: Sourced) -> None:
    (export / "patients.csv").write_bytes(PATIENTS.replace("Maria", "María").encode("cp1252"))
    with pytest.raises(InputError, match=r"patients.csv: after line 1: not utf-8"):
        source().read(NOW)
    assert source(encoding="cp1252").read(NOW).patients["PT-1"].first_name == "María"  # type: ignore[index]


def test_a_table_beyond_its_bound_is_refused(
    export: Path, source: Sourced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.adapters.ehr.mirror.tables.MOST_ROWS", 2)
    with pytest.raises(InputError, match="more than 2 rows"):
        source().read(NOW)
    monkeypatch.setattr("agent.adapters.ehr.mirror.tables.MOST_BYTES", 50)
    with pytest.raises(InputError, match="larger than"):
        source().read(NOW)


def test_it_was_true_when_its_oldest_file_was_written(export: Path, source: Sourced) -> None:
    earlier = NOW - timedelta(hours=5)
    write(export / "practitioners.csv", PRACTITIONERS, NOW - timedelta(days=90))
    write(export / "appointments.csv", APPOINTMENTS, earlier)
    assert source().read(NOW).as_of == earlier
    write(export / "done", "", NOW - timedelta(hours=1))
    assert source(stamp="done").read(NOW).as_of == NOW - timedelta(hours=1)
    with pytest.raises(InputError, match="gone: cannot be read"):
        source(stamp="gone").read(NOW)


def test_a_file_from_the_future_is_of_now(export: Path, source: Sourced) -> None:
    ahead = (NOW + timedelta(days=1)).timestamp()
    for name in ("patients.csv", "appointments.csv"):
        os.utime(export / name, (ahead, ahead))
    assert source().read(NOW).as_of == NOW


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "ehr.mirror.folder: is missing"),
        ({"folder": "x", "colour": "red"}, "ehr.mirror.colour: unknown key"),
        ({"folder": "x", "max_age_hours": 0}, "ehr.mirror.max_age_hours: "),
        ({"folder": "x", "columns": {"bills": {}}}, "ehr.mirror.columns: bills: no such table"),
        (
            {"folder": "x", "columns": {"patients": {"shoe": "Shoe"}}},
            "ehr.mirror.columns: patients.shoe: no such column",
        ),
        ({"folder": "x", "values": {"shoe": {}}}, "ehr.mirror.values: shoe: no such column"),
        ({"folder": "x", "calendar": {"room": "X"}}, "ehr.mirror.calendar.room: unknown key"),
    ],
)
def test_a_faulty_setting_is_named(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as refused:
        options_of(options)
    assert said in str(refused.value)


def test_a_mapped_column_has_to_be_there(source: Sourced) -> None:
    mapped = source(columns={"patients": {"language": "Lang"}})
    with pytest.raises(InputError, match=r"patients.csv: line 1: no column Lang"):
        mapped.read(NOW)
