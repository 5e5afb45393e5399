"""Appointments from calendars: time zones, repeated events, and what is nobody's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.ehr.mirror.export import Source
from agent.domain.booking import Appointment, AppointmentStatus
from knowledge.errors import InputError
from tests.adapters.ehr.mirror.conftest import NOW, ZONE, Sourced, write

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//clinic//EN\r\n"
MARI = "X-PORTICO-PATIENT:PT-1\r\nX-PORTICO-SERVICE-TYPE:therapy\r\n"


def event(lines: str, uid: str = "EV-1", about: str = MARI) -> str:
    text = lines.strip().replace("\n", "\r\n")
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\n{about}{text}\r\nEND:VEVENT\r\n"


def read(source: Source, *events: str) -> tuple[Appointment, ...]:
    """Mari's appointments in Dr. Park's calendar."""
    (source.folder / "appointments.csv").unlink(missing_ok=True)
    write(source.folder / "DR-PARK.ics", HEAD + "".join(events) + "END:VCALENDAR\r\n")
    return source.read(NOW).appointments.get("PT-1", ())  # type: ignore[call-overload,no-any-return]


def test_one_event_is_one_appointment_with_the_calendars_owner(source: Sourced) -> None:
    (one,) = read(
        source(),
        event(
            "DTSTART;TZID=America/Los_Angeles:20260603T150000\n"
            "X-PORTICO-MODALITY:telehealth\nURL:https://video.example.test/ap-1\n"
            "STATUS:CONFIRMED"
        ),
    )
    assert one == Appointment(
        id="EV-1",  # type: ignore[arg-type]
        patient_id="PT-1",  # type: ignore[arg-type]
        practitioner_id="DR-PARK",  # type: ignore[arg-type]
        service_type="therapy",  # type: ignore[arg-type]
        start=datetime(2026, 6, 3, 22, 0, tzinfo=UTC),
        status=AppointmentStatus.BOOKED,
        modality="telehealth",
        telehealth_url="https://video.example.test/ap-1",
    )


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("DTSTART:20260603T220000Z", "2026-06-03T22:00"),
        ("DTSTART:20260603T150000", "2026-06-03T22:00"),
        ("DTSTART;TZID=America/New_York:20260603T150000", "2026-06-03T19:00"),
        ("DTSTART;TZID=Eastern Standard Time:20260603T150000", "2026-06-03T19:00"),
    ],
)
def test_every_way_to_say_when(source: Sourced, start: str, utc: str) -> None:
    (one,) = read(source(), event(start))
    assert one.start == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def walls(appointments: tuple[Appointment, ...]) -> list[str]:
    return [f"{one.start.astimezone(ZONE):%m-%d %H:%M}" for one in appointments]


WEEKLY = "DTSTART;TZID=America/Los_Angeles:20261019T150000\nRRULE:FREQ=WEEKLY;COUNT=4"


def test_a_weekly_visit_keeps_its_hour_when_the_clocks_change(source: Sourced) -> None:
    mine = read(source(), event(WEEKLY))
    assert walls(mine) == ["10-19 15:00", "10-26 15:00", "11-02 15:00", "11-09 15:00"]
    before, after = (one.start.astimezone(UTC) for one in mine[1:3])
    assert after - before == timedelta(days=7, hours=1)
    assert len({one.id for one in mine}) == 4


def test_a_weekly_visit_without_an_end_is_followed_as_far_as_the_window(source: Sourced) -> None:
    mine = read(source(), event(WEEKLY.replace(";COUNT=4", "")))
    assert mine[-1].start <= NOW + timedelta(days=400)
    assert 25 < len(mine) < 60


@pytest.mark.parametrize(
    "until", ["UNTIL=20261102T230000Z", "UNTIL=20261102T150000", "UNTIL=20261102"]
)
def test_until_includes_its_last_visit(source: Sourced, until: str) -> None:
    mine = read(source(), event(WEEKLY.replace("COUNT=4", until)))
    assert walls(mine)[-1] == "11-02 15:00"


def test_dates_left_out_and_added(source: Sourced) -> None:
    mine = read(
        source(),
        event(
            WEEKLY
            + "\nEXDATE;TZID=America/Los_Angeles:20261026T150000\n"
            + "RDATE;TZID=America/Los_Angeles:20261028T090000"
        ),
    )
    assert walls(mine) == ["10-19 15:00", "10-28 09:00", "11-02 15:00", "11-09 15:00"]


def test_one_of_several_that_was_moved_or_cancelled_stands_for_its_own(source: Sourced) -> None:
    mine = read(
        source(),
        event(WEEKLY),
        event(
            "RECURRENCE-ID;TZID=America/Los_Angeles:20261026T150000\n"
            "DTSTART;TZID=America/Los_Angeles:20261027T100000"
        ),
        event(
            "RECURRENCE-ID;TZID=America/Los_Angeles:20261109T150000\n"
            "DTSTART;TZID=America/Los_Angeles:20261109T150000\nSTATUS:CANCELLED"
        ),
    )
    assert walls(mine) == ["10-19 15:00", "10-27 10:00", "11-02 15:00", "11-09 15:00"]
    assert [one.is_open for one in mine] == [True, True, True, False]


def test_an_event_without_a_patient_is_nobodys(source: Sourced) -> None:
    lunch = event("DTSTART:20260603T190000Z\nSUMMARY:Lunch with PT-1", "EV-2", about="")
    assert read(source(), lunch) == ()


def test_the_properties_can_have_other_names(source: Sourced) -> None:
    named = source(calendar={"patient_id": "X-CHART", "service_type": "X-VISIT"})
    about = "X-CHART:PT-1\r\nX-VISIT:therapy\r\n"
    (one,) = read(named, event("DTSTART:20260603T220000Z", about=about))
    assert one.service_type == "therapy"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("DTSTART;VALUE=DATE:20260603", "event 1, column DTSTART: not one time of one day"),
        ("DTSTART;TZID=Mars/Olympus:20260603T150000", "a time zone that nobody knows"),
        ("SUMMARY:Visit", "event 1, column DTSTART: is missing"),
        ("DTSTART:soon", "event 1, column DTSTART: cannot be read"),
        (WEEKLY.replace("WEEKLY", "SECONDLY"), "column RRULE: repeats in a way that is not read"),
        (WEEKLY + ";BYHOUR=9", "column RRULE: repeats in a way that is not read"),
        ("DTSTART:20260603T220000Z\nURL:javascript:alert(1)", "column URL: not an https"),
        ("DTSTART:20260603T220000Z\nX-PORTICO-PATIENT:PT-2", "X-PORTICO-PATIENT: stands there"),
        (
            "DTSTART:20260603T220000Z\nX-PORTICO-PRACTITIONER:DR-9",
            "column practitioner_id: nothing has that id",
        ),
    ],
)
def test_a_fault_says_which_event_and_property(source: Sourced, lines: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        read(source(), event(lines))
    assert "DR-PARK.ics: event 1" in str(refused.value)
    assert said in str(refused.value)


def test_what_is_no_calendar_is_refused(export: Path, source: Sourced) -> None:
    (export / "appointments.csv").unlink()
    for text in ("not a calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "\x00"):
        write(export / "DR-PARK.ics", text)
        with pytest.raises(InputError, match="not an iCalendar file"):
            source().read(NOW)


def test_a_table_and_calendars_together_are_refused(export: Path, source: Sourced) -> None:
    write(export / "DR-PARK.ics", HEAD + "END:VCALENDAR\r\n")
    with pytest.raises(InputError, match="one must go"):
        source().read(NOW)
