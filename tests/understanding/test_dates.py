"""Days and hours as people say them, in English and Spanish, and which of two an appointment is."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.understanding.dates import When, in_context, matches, parse_move, parse_when

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 6, 1, 9, tzinfo=ZONE)  # a Monday


def june(day: int) -> date:
    return date(2026, 6, day)


def when(text: str, now: datetime = NOW) -> When:
    found = parse_when(text, now)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", june(1), june(1)), ("hoy", june(1), june(1)), ("tonight", june(1), june(1)),
        ("tomorrow", june(2), june(2)), ("tmrw", june(2), june(2)), ("mañana", june(2), june(2)),
        ("pasado mañana", june(3), june(3)), ("the day after tomorrow", june(3), june(3)),
        ("thursday", june(4), june(4)), ("thurs", june(4), june(4)), ("Thrusday", june(4), june(4)),
        ("el jueves", june(4), june(4)),
        ("wensday", june(3), june(3)),
        ("miércoles", june(3), june(3)),
        ("next thursday", june(4), june(4)), ("el viernes que viene", june(5), june(5)),
        ("next week", june(8), june(14)), ("la semana que viene", june(8), june(14)),
        ("la próxima semana", june(8), june(14)), ("this week", june(1), june(7)),
        ("the week after next", june(15), june(21)), ("in two weeks", june(15), june(21)),
        ("dentro de dos semanas", june(15), june(21)), ("in 3 days", june(4), june(4)),
        ("a week from thursday", june(11), june(11)), ("early next week", june(8), june(9)),
        ("end of the month", june(21), june(30)), ("a finales de mes", june(21), june(30)),
        ("next month", date(2026, 7, 1), date(2026, 7, 31)),
        ("el mes que viene", date(2026, 7, 1), date(2026, 7, 31)),
        ("in july", date(2026, 7, 1), date(2026, 7, 31)), ("mid june", june(11), june(20)),
        ("late july", date(2026, 7, 21), date(2026, 7, 31)), ("6/14", june(14), june(14)),
        ("6/14/26", june(14), june(14)),
        ("14/6", june(14), june(14)),
        ("2026-06-14", june(14), june(14)),
        ("14 de junio", june(14), june(14)),
        ("June 14th", june(14), june(14)),
        ("the 14th", june(14), june(14)),
        ("el 14", june(14), june(14)), ("Thursday June 11", june(11), june(11)),
        ("Thu, Jun 11, 10:00 AM", june(11), june(11)), ("el martes 9 de junio", june(9), june(9)),
        ("june 10-12", june(10), june(12)), ("del 10 al 14 de junio", june(10), june(14)),
        ("the week of june 15", june(15), june(21)),
        ("the week after the 20th", june(21), june(27)),
        ("the week after my surgery on the 20th", june(21), june(27)),
        ("before june 20", june(1), june(19)), ("by friday", june(1), june(5)),
        ("antes del viernes", june(1), june(4)), ("this weekend", june(6), june(7)),
        ("fin de semana", june(6), june(7)), ("within the next two weeks", june(1), june(15)),
        ("wednesday through friday", june(3), june(5)),
        ("last tuesday", date(2026, 5, 26), date(2026, 5, 26)),
        ("January 5", date(2027, 1, 5), date(2027, 1, 5)),
    ],
)  # fmt: skip
def test_days(text: str, first: date, last: date) -> None:
    found = when(text)
    assert (found.start, found.end) == (first, last)


def test_next_tuesday_is_the_nearest_that_is_two_days_away() -> None:
    assert when("next tuesday").start == june(9)
    assert when("el próximo martes").start == june(9)
    assert when("next tuesday", datetime(2026, 6, 4, 9, tzinfo=ZONE)).start == june(9)


def test_todays_weekday_means_today_or_a_week_from_now() -> None:
    found = when("monday")
    assert matches(found, datetime(2026, 6, 1, 15, tzinfo=ZONE))
    assert matches(found, datetime(2026, 6, 8, 15, tzinfo=ZONE))
    assert not matches(found, datetime(2026, 6, 3, 15, tzinfo=ZONE))


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("after 5", time(17), None),
        ("después de las 5", time(17), None),
        ("after 10 am", time(10), None),
        ("before noon", None, time(11, 59)), ("not before noon", time(12), None),
        ("no later than 4", None, time(16)), ("antes de las 10", None, time(9, 59)),
        ("between 2 and 4", time(14), time(16)), ("entre las 2 y las 4", time(14), time(16)),
        ("2-4pm", time(14), time(16)), ("from 9 to 11 am", time(9), time(11)),
        ("around 3", time(14), time(16)), ("mornings are better", None, time(11, 59)),
        ("por la mañana", None, time(11, 59)), ("por la tarde", time(12), time(18, 59)),
        ("in the afternoon", time(12), time(16, 59)), ("any evening", time(17), None),
        ("first thing", None, time(10)),
        ("no mornings", time(12), None),
        ("after work", time(17), None),
        ("at 3", time(15), time(15)), ("a las 4 y media", time(16, 30), time(16, 30)),
        ("half past 3", time(15, 30), time(15, 30)), ("8 in the evening", time(20), time(20)),
    ],
)  # fmt: skip
def test_hours(text: str, earliest: time | None, latest: time | None) -> None:
    found = when(text)
    assert (found.earliest, found.latest) == (earliest, latest)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("tomorrow at 3", "06-02 15:00"), ("noon tomorrow", "06-02 12:00"),
        ("mañana a las 10 de la mañana", "06-02 10:00"),
        ("tmrw 230pm", "06-02 14:30"), ("june 9 at 9", "06-09 09:00"),
        ("el jueves a las 4 de la tarde", "06-04 16:00"),
        ("2026-06-18 14:00", "06-18 14:00"),
    ],
)  # fmt: skip
def test_one_instant(text: str, at: str) -> None:
    found = when(text)
    assert found.exact is not None
    assert f"{found.exact:%m-%d %H:%M}" == at
    assert found.exact.tzinfo is ZONE


def test_days_left_out_and_several_named() -> None:
    assert when("any evening but Friday").not_weekdays == {4}
    assert when("any day except mondays and tuesdays").not_weekdays == {0, 1}
    assert when("no puedo los martes").not_weekdays == {1}
    assert when("tuesday or thursday").weekdays == frozenset({1, 3})
    assert when("weekdays after 4").weekdays == frozenset(range(5))
    assert when("next week, tuesday or thursday").weekdays == frozenset({1, 3})
    assert when("next week, tuesday or thursday").start == june(8)


@pytest.mark.parametrize(
    "text",
    [
        "what is my balance", "ok", "2", "the second one", "good morning", "buenas tardes",
        "sertraline 50 mg", "june 31", "2/30", "", "i may be late", "option 3", "I owe $45",
    ],
)  # fmt: skip
def test_no_time_is_named(text: str) -> None:
    assert parse_when(text, NOW) is None


@pytest.mark.parametrize("text", ["asap", "as soon as possible", "lo antes posible", "whenever"])
def test_any_time_is_an_open_wish(text: str) -> None:
    found = when(text)
    assert found.start == june(1)
    assert found.end - found.start >= timedelta(days=30)
    assert found.earliest is None


@pytest.mark.parametrize(
    ("text", "which", "to"),
    [
        ("can I move my thursday appointment to next week? mornings are better", june(4), june(8)),
        ("I can't make it tomorrow morning, can we move it to Thursday?", june(2), june(4)),
        (
            "reschedule my session with Dr. Park on Wednesday to sometime next week",
            june(3),
            june(8),
        ),
        ("move my session to Monday June 8 please", None, june(8)),
        ("move my appointment from Tuesday to Thursday and make it telehealth", june(2), june(4)),
        ("actually could we do Thursday June 11 instead", None, june(11)),
        ("can we do friday instead of thursday", june(4), june(5)),
        ("quiero cambiar mi cita del jueves para la próxima semana", june(4), june(8)),
        ("mover mi cita de mañana a las 3 para el viernes", june(2), june(5)),
        ("no puedo ir el martes, ¿me la cambian al viernes?", june(2), june(5)),
        ("cambiar la cita del 5 al 12 de junio", june(5), june(12)),
        ("change my appt from 6/3 to 6/10 at 2pm", june(3), june(10)),
        ("I'd like to move my appointment on Wednesday", june(3), None),
        ("reschedule for friday", None, june(5)),
        ("I need to reschedule", None, None),
        ("my appointment tomorrow doesn't work, anything after june 10?", june(2), june(11)),
    ],
)
def test_tells_the_appointment_from_the_wanted_time(
    text: str, which: date | None, to: date | None
) -> None:
    move = parse_move(text, NOW)
    assert (move.which.start if move.which else None) == which
    assert (move.to.start if move.to else None) == to


_WORDS = (
    "next this last week month monday tuesday friday tomorrow today the of after before "
    "between and or not but 3 4 12 14 31 2/29 12/31 1/1 june 14th feb march may pm am at in "
    "two weeks days noon morning evening until from to el la de lunes martes próximo que "
    "viene mañana por tarde entre y las a fin mes semana dentro hace pasado asap first end 99 "
    "0 ago 2026-02-29 9999-12-31 :00 "
).split()
_INSTANTS = st.integers(0, 11 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=ZONE) + timedelta(minutes=minutes)
)


@settings(max_examples=150, deadline=None)
@given(text=st.lists(st.sampled_from(_WORDS), max_size=9).map(" ".join), now=_INSTANTS)
def test_any_words_give_a_sound_range_or_none(text: str, now: datetime) -> None:
    parse_move(text, now)
    found = parse_when(text, now)
    if found is None:
        return
    assert found.start <= found.end
    if found.earliest and found.latest:
        assert found.earliest <= found.latest
    if found.exact is not None:
        assert found.exact.date() == found.start == found.end
        assert found.exact.tzinfo is ZONE


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80), now=_INSTANTS)
def test_no_text_is_too_strange(text: str, now: datetime) -> None:
    when = parse_when(text, now)
    assert when is None or when.start <= when.end
    move = parse_move(text, now)
    assert all(part is None or part.start <= part.end for part in (move.which, move.to))


_FORWARD = (
    "tomorrow", "next week", "monday", "next friday", "el próximo martes", "6/14", "the 5th",
    "feb 29",
    "end of the month", "in two weeks", "mornings", "after 5", "this weekend",
    "la semana que viene",
    "december 31", "jan 1", "before friday", "in 3 months", "the week after the 20th",
    "early january",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(text=st.sampled_from(_FORWARD), now=_INSTANTS)
def test_nothing_lies_in_the_past_unless_said(text: str, now: datetime) -> None:
    found = when(text, now)
    assert found.start >= now.date()


@settings(max_examples=60, deadline=None)
@given(ahead=st.integers(2, 300), now=_INSTANTS, hour=st.integers(9, 17))
def test_a_date_and_hour_read_back_is_the_one_meant(ahead: int, now: datetime, hour: int) -> None:
    """Also over year ends and the days when clocks change."""
    meant = datetime.combine(now.date() + timedelta(days=ahead), time(hour), tzinfo=ZONE)
    for text in (f"{meant:%B} {meant.day} at {hour}:00", f"{meant:%Y-%m-%d} {hour}:00"):
        assert when(text, now).exact == meant
        assert matches(when(text, now), meant)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_days_when_clocks_change(day: date) -> None:
    now = datetime.combine(day - timedelta(days=1), time(12), tzinfo=ZONE)
    found = when("tomorrow at 10", now)
    assert found.exact == datetime.combine(day, time(10), tzinfo=ZONE)
    assert found.exact is not None
    assert found.exact.utcoffset() != now.utcoffset()


def test_the_year_turns() -> None:
    new_years_eve = datetime(2026, 12, 31, 9, tzinfo=ZONE)
    assert when("tomorrow", new_years_eve).start == date(2027, 1, 1)
    assert when("next month", new_years_eve).end == date(2027, 1, 31)
    assert when("1/2", new_years_eve).start == date(2027, 1, 2)
    assert when("next week", new_years_eve).start == date(2027, 1, 4)


@pytest.mark.parametrize("text", ["but on friday", "yes but friday", "ok but on friday please"])
def test_a_but_after_a_yes_asks_for_that_day(text: str) -> None:
    assert when(text).start == june(5)
    assert not when(text).not_weekdays


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("no wait, make it thursday", june(11), june(11)), ("the 10:30", june(9), june(9)),
        ("pero el jueves", june(11), june(11)), ("thursday june 4", june(4), june(4)),
        ("this thursday", june(4), june(4)), ("el viernes que viene", june(5), june(5)),
    ],
)  # fmt: skip
def test_what_is_left_open_is_about_the_days_spoken_of(text: str, first: date, last: date) -> None:
    found = when(in_context(text, NOW, (june(9), june(9))))
    days = [june(d) for d in range(1, 31)]
    fitting = [d for d in days if matches(found, datetime.combine(d, time(10, 30), tzinfo=ZONE))]
    assert (fitting[0], fitting[-1]) == (first, last)


# Properties

_FORMATS = (
    "{d:%Y-%m-%d}", "{d:%m/%d/%Y}", "{d:%m/%d/%y}", "{d.month}/{d.day}/{d.year}", "{d:%m-%d-%Y}",
    "{d:%B} {d.day}, {d.year}", "{d:%b} {d.day} {d.year}", "{d:%A}, {d:%B} {d.day}, {d.year}",
    "{d.day} {d:%B} {d.year}", "{d.day} {d:%b} {d.year}", "the {d.day} of {d:%B} {d.year}",
    "{d:%m.%d.%Y}", "{d:%Y/%m/%d}", "on {d:%a} {d:%b} {d.day}, {d.year}",
    "el {d.day} de {es} de {d.year}", "{es} {d.day}, {d.year}", "{d:%B} {d.day}", "{d.day} de {es}",
    "can you do {d:%B} {d.day}?", "{d.month}/{d.day}", "{d:%b}. {d.day}", "el día {d.day} de {es}",
)  # fmt: skip
_SPANISH = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
).split()
_ENGLISH_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SPANISH_DAYS = "lunes martes miércoles jueves viernes sábado domingo".split()


@settings(max_examples=120, deadline=None)
@given(written=st.sampled_from(_FORMATS), ahead=st.integers(0, 360), now=_INSTANTS)
def test_a_written_date_is_read_back(written: str, ahead: int, now: datetime) -> None:
    meant = now.date() + timedelta(days=ahead)
    found = when(written.format(d=meant, es=_SPANISH[meant.month - 1]), now)
    assert (found.start, found.end) == (meant, meant)


@settings(max_examples=150, deadline=None)
@given(count=st.integers(1, 60), now=_INSTANTS)
def test_so_many_days_on(count: int, now: datetime) -> None:
    unit, unidad = ("days", "días") if count > 1 else ("day", "día")
    for text in (f"in {count} {unit}", f"{count} {unit} from now", f"en {count} {unidad}"):
        found = when(text, now)
        assert found.start == found.end == now.date() + timedelta(days=count)


@settings(max_examples=100, deadline=None)
@given(count=st.integers(1, 20), now=_INSTANTS)
def test_so_many_weeks_on_is_the_whole_week(count: int, now: datetime) -> None:
    day = now.date() + timedelta(weeks=count)
    for text in (f"in {count} weeks", f"dentro de {count} semanas"):
        found = when(text, now)
        assert found.start.weekday() == 0
        assert found.start <= day <= found.end == found.start + timedelta(days=6)


@settings(max_examples=80, deadline=None)
@given(weekday=st.integers(0, 6), now=_INSTANTS)
def test_a_weekday_is_that_day_and_to_come(weekday: int, now: datetime) -> None:
    today = now.date()
    english, spanish = _ENGLISH_DAYS[weekday], _SPANISH_DAYS[weekday]
    for text in (f"on {english}", f"this {english} afternoon", f"el {spanish}", english[:3]):
        found = when(text, now)
        days = {found.start, found.end}
        assert all(day.weekday() == weekday and day >= today for day in days), text
        assert found.start <= today + timedelta(days=7)
    for text in (f"next {english}", f"el próximo {spanish}", f"el {spanish} que viene"):
        found = when(text, now)
        assert found.start == found.end
        assert found.start.weekday() == weekday
        assert 2 <= (found.start - today).days <= 8


@settings(max_examples=100, deadline=None)
@given(weekday=st.integers(0, 6), now=_INSTANTS)
def test_a_weekday_of_next_week_lies_in_it(weekday: int, now: datetime) -> None:
    monday = now.date() + timedelta(days=7 - now.weekday())
    found = when(f"next week on {_ENGLISH_DAYS[weekday]}", now)
    fitting = [monday + timedelta(days=n) for n in range(7)]
    at = [d for d in fitting if matches(found, datetime.combine(d, time(10), tzinfo=ZONE))]
    assert at == [monday + timedelta(days=weekday)]


@settings(max_examples=100, deadline=None)
@given(hour=st.integers(8, 18), now=_INSTANTS, zone=st.sampled_from(["America/New_York", "UTC"]))
def test_the_wall_clock_is_the_practices(hour: int, now: datetime, zone: str) -> None:
    """Also when the offset of the day differs from today's."""
    there = now.astimezone(ZoneInfo(zone))
    found = when(f"in 3 days at {hour}:30", there)
    assert found.exact is not None
    assert found.exact.time() == time(hour, 30)
    assert found.exact.date() == there.date() + timedelta(days=3)
    assert found.exact.tzinfo is there.tzinfo


@pytest.mark.parametrize(
    ("text", "day"),
    [("tomorrow at 2:30 am", date(2026, 3, 8)), ("tomorrow at 1:30 am", date(2026, 11, 1))],
)
def test_an_hour_that_the_clocks_skip_or_repeat_is_still_an_instant(text: str, day: date) -> None:
    now = datetime.combine(day - timedelta(days=1), time(12), tzinfo=ZONE)
    found = when(text, now)
    assert found.exact is not None
    assert found.exact.date() == day
    assert found.exact.astimezone(ZoneInfo("UTC")).astimezone(ZONE).date() == day
    assert matches(found, found.exact)


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2099])
def test_february_29_is_the_next_one_there_is(year: int) -> None:
    found = when("february 29", datetime(year, 2, 1, 9, tzinfo=ZONE))
    assert (found.start.month, found.start.day) == (2, 29)
    assert found.start >= date(year, 2, 1)
