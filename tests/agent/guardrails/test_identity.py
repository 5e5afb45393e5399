"""Other patients' names, however they are written, against all that only looks like them."""

from hypothesis import given
from hypothesis import strategies as st

from agent.guardrails.draft import lay_out
from agent.guardrails.grounds import Grounds
from agent.guardrails.identity import Identity

FIRST = st.sampled_from(["Gloria", "Tomás", "Aisha", "Wei", "José", "Renée"])
LAST = st.sampled_from(["Haddad", "Peña", "Okafor", "Zhang", "Íñiguez", "O'Neil"])


def fault(text: str, grounds: Grounds) -> str | None:
    return Identity(("Oak Street",), on_fail="noop").fault(lay_out(text, grounds))


@given(FIRST, LAST, st.sampled_from(["{f} {l}", "{l}, {f}", "Ms. {l}", "{f} {i}."]))
def test_no_form_of_a_strangers_name_passes(first: str, last: str, form: str) -> None:
    named = form.format(f=first, l=last, i=last[0])
    grounds = Grounds(strangers=(f"{first} {last}",), patient=("Maria Lopez",))
    assert fault(f"The next one is {named} at the desk", grounds) == "name"


@given(FIRST, LAST)
def test_ones_own_name_passes_even_when_it_is_among_the_strangers(first: str, last: str) -> None:
    name = f"{first} {last}"
    grounds = Grounds(strangers=(name, "Paul Smith"), patient=(name,))
    assert fault(f"Hello {name}, your visit stays.", grounds) is None


def test_a_clinician_of_the_facts_is_no_stranger() -> None:
    grounds = Grounds(strangers=("Rose Chambers",), facts=("Dr. Rose Patel",))
    assert fault("Your visit is with Dr. Rose Patel.", grounds) is None
    assert fault("Your visit is with Rose Chambers.", grounds) == "name"


def test_a_short_number_of_another_patients_id_is_also_a_day_and_a_price() -> None:
    grounds = Grounds(patient=("Pat Lee", "PT-1"), strangers=("Ann Roe", "PT-4", "Bo Kim", "2026"))
    assert fault("Your visit is on Thursday, June 4, 2026. The copay is $4.", grounds) is None
    assert fault("Chart PT-4 shows a balance.", grounds) == "id"
    assert fault("Record 2026 shows a balance.", grounds) == "record"


def test_a_month_and_a_street_are_nobody_in_a_template() -> None:
    grounds = Grounds(patient=("Pat Lee",), strangers=("April Jones", "Juan Street"))
    assert fault("We are open on Monday, April 6, at 12 Oak Street.", grounds) is None
    assert fault("April Jones asked as well.", grounds) == "name"
    assert fault("Ms. Jones asked as well.", grounds) == "name"
