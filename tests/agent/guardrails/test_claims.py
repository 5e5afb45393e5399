"""One form for each claim, however it is written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guardrails.claims import claims, sources

MONTHS = "January February March April May June July August September October November December"
MESES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
DIAS = "lunes martes miércoles jueves viernes sábado domingo"


def grounded(draft: str, *facts: str) -> bool:
    sourced = sources(facts)
    return all(sourced.support(claim) for claim in claims(draft))


@pytest.mark.parametrize(
    ("draft", "fact"),
    [
        ("140 dollars", "$140.00"),
        ("140 dólares", "$140"),
        ("at 10 am", "10:00 AM"),
        ("a las 10 de la mañana", "10:00 AM"),
        ("noon", "12:00 pm"),
        ("5:30", "8:00 am to 5:30 pm"),
        ("415-555-0100", "+14155550100"),
        ("555-0100", "(415) 555-0100"),
        ("fifteen days", "15 days"),
        ("quince días", "15 days"),
        ("on Wednesday", "Monday to Friday"),
        ("50 percent", "50%"),
        ("the 24th", "November 24"),
        ("www.pay.test/x", "https://pay.test/x."),
    ],
)
def test_the_same_said_in_another_way_has_a_source(draft: str, fact: str) -> None:
    assert grounded(draft, fact)


@pytest.mark.parametrize(
    ("draft", "fact"),
    [
        ("$141", "$140.00"),
        ("10 pm", "10:00 AM"),
        ("on Saturday", "Monday to Friday"),
        ("Monday, November 24", "Tuesday, November 24, 2026; open on Monday"),
        ("November 24, 2027", "November 24, 2026"),
        ("415-555-0101", "+14155550100"),
        ("one week", "two weeks"),
        ("PT-1008", "PT-1007"),
        ("https://pay.test/y", "https://pay.test/x"),
    ],
)
def test_another_thing_has_none(draft: str, fact: str) -> None:
    assert not grounded(draft, fact)


@given(st.dates(date(2025, 1, 1), date(2032, 12, 31)))
def test_a_date_is_the_same_in_both_languages_and_gives_its_weekday(day: date) -> None:
    english = f"{MONTHS.split()[day.month - 1]} {day.day}, {day.year}"
    spanish = f"{day.day} de {MESES.split()[day.month - 1]} de {day.year}"
    weekday, dia = DAYS.split()[day.weekday()], DIAS.split()[day.weekday()]
    assert grounded(f"{dia} {spanish}", english)
    assert grounded(f"{weekday}, {english}", spanish)
    assert grounded(english, day.isoformat())
    assert not grounded(f"{DAYS.split()[day.weekday() - 1]}, {english}", spanish)


@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_a_price_stands_for_itself_only(cents: int, others: int) -> None:
    said, sourced = f"${cents / 100:,.2f}", f"{others / 100:.2f} dollars"
    assert grounded(said, sourced) is (cents == others)


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_is_the_same_on_both_clocks(hour: int, minute: int) -> None:
    half = "am" if hour < 12 else "pm"
    other = "pm" if hour < 12 else "am"
    shown = f"{hour % 12 or 12}:{minute:02d}"
    assert grounded(f"{shown} {half}", f"{shown} {half.upper()}")
    assert not grounded(f"{shown} {other}", f"{shown} {half}")


@given(st.text(max_size=80))
def test_a_text_is_its_own_source(text: str) -> None:
    assert grounded(text, text)
