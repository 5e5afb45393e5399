"""Picking one of the offered options by number, place, name, day or hour."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.understanding.choices import Ambiguous, choose

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 6, 1, 9, tzinfo=ZONE)
STARTS = [
    datetime(2026, 6, 9, 10, tzinfo=ZONE),
    datetime(2026, 6, 9, 15, tzinfo=ZONE),
    datetime(2026, 6, 11, 11, 30, tzinfo=ZONE),
]
TIMES = [
    "Tue, Jun 9, 10:00 AM with Dr. Reyes",
    "Tue, Jun 9, 3:00 PM with Dr. Reyes",
    "Thu, Jun 11, 11:30 AM with Dr. Reyes",
]
SERVICES = ["Individual therapy", "Couples session", "Medication check"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0), ("2", 1), ("#2", 1), ("option 3", 2), ("number two", 1), ("dos", 1), ("2.", 1),
        ("the first", 0), ("the second one please", 1), ("la segunda", 1), ("el primero", 0),
        ("I'll take the third one", 2), ("the last one works best for me", 2), ("la última", 2),
        ("let's go with 2", 1), ("the middle one", 1), ("the later one", 2), ("the earliest", 0),
        ("lo antes posible", 0), ("any", 0), ("either is fine", 0), ("cualquiera", 0),
        ("me da igual", 0), ("the 3pm one", 1), ("at 3", 1), ("3:00", 1), ("la de las 3", 1),
        ("10 am", 0), ("10", 0), ("11:30", 2), ("thursday", 2), ("thurs works", 2),
        ("jueves por favor", 2), ("how about thursday?", 2), ("the one on the 11th", 2),
        ("tuesday at 3", 1), ("tuesday afternoon", 1), ("el martes a las 10", 0),
        ("Thursday the 11th at 11:30 works great", 2), ("Tue, Jun 9, 3:00 PM with Dr. Reyes", 1),
        ("yes the second one", 1), ("ok let's do the 2nd", 1), ("sorry, the first one", 0),
    ],
)  # fmt: skip
def test_takes_one_of_the_times(text: str, place: int) -> None:
    assert choose(text, TIMES, starts=STARTS, now=NOW) == place


@pytest.mark.parametrize(
    "text",
    [
        "what does it cost?",
        "what are your hours on tuesday?",
        "none of those",
        "neither",
        "not tuesday",
        "I can't do tuesday",
        "friday",
        "is there anything earlier?",
        "any evening but friday",
        "i want to talk to a human",
        "never mind",
        "the first time I came it was fine",
        "yes",
        "9",
        "",
    ],
)
def test_something_else_is_no_choice(text: str) -> None:
    assert choose(text, TIMES, starts=STARTS, now=NOW) is None


@pytest.mark.parametrize(
    ("text", "fitting"),
    [("tuesday", (0, 1)), ("jun 9", (0, 1)), ("a morning", (0, 2)), ("next week", (0, 1, 2))],
)
def test_says_when_more_than_one_fits(text: str, fitting: tuple[int, ...]) -> None:
    assert choose(text, TIMES, starts=STARTS, now=NOW) == Ambiguous(fitting)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("couples", 1), ("the couples one", 1), ("individual", 0), ("medication check please", 2),
        ("med check", 2), ("terapia de pareja", 1), ("copules session", 1), ("therapy", 0),
    ],
)  # fmt: skip
def test_takes_a_service_by_name(text: str, place: int) -> None:
    assert choose(text, SERVICES) == place


def test_yes_takes_the_only_option() -> None:
    assert choose("yes please", ["Cancel the visit"]) == 0
    assert choose("yes please", ["This one", "That one"]) is None


def test_two_of_a_name_are_ambiguous() -> None:
    labels = ["Contact lens fitting", "Contact lens follow-up", "Cataract evaluation"]
    assert choose("contact lens", labels) == Ambiguous((0, 1))


def test_a_question_about_an_option_does_not_take_it() -> None:
    assert choose("how much is the medication check?", SERVICES) is None
    assert (
        choose("I have a question about whether my medication is still right for me", SERVICES)
        is None
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("no wait, make it the 11:30", 2), ("1 no wait 2", 1), ("not tuesday, thursday", 2),
        ("not the first, the second", 1), ("no, the last one", 2), ("perdón, la segunda", 1),
        ("esa no, la del jueves", 2), ("the frist one", 0), ("330", None), ("300", 1),
        ("what about thursday the 25th", None), ("who is Dr. Reyes", None),
        ("el martes no", None), ("both", None),
    ],
)  # fmt: skip
def test_settles_on_what_a_correction_means(text: str, place: int | None) -> None:
    assert choose(text, TIMES, starts=STARTS, now=NOW) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [("zoloft", 0), ("welbutrin", 1), ("the 150", 1), ("something else", 2), ("both", None)],
)
def test_takes_a_medication_by_brand_or_strength(text: str, place: int | None) -> None:
    labels = ["sertraline 50 mg", "bupropion XL 150 mg", "A different one"]
    assert choose(text, labels) == place


_PIECES = (
    "the first second last one option 1 2 3 9 tuesday thursday june 11 10:30 3pm morning with dr"
    " reyes not no wait actually or and later earlier yes ok maybe ? , . sorry la el segunda martes"
    " either both none 👍 la de las zoloft"
).split()


@settings(max_examples=120, deadline=None)
@given(
    text=st.one_of(
        st.lists(st.sampled_from(_PIECES), max_size=8).map(" ".join), st.text(max_size=60)
    ),
    count=st.integers(0, 3),
)
def test_never_chooses_what_is_not_offered(text: str, count: int) -> None:
    for starts in (None, STARTS[:count]):
        found = choose(text, TIMES[:count], starts=starts, now=NOW)
        places = found.fitting if isinstance(found, Ambiguous) else (found,)
        assert all(place is None or 0 <= place < count for place in places)


@settings(max_examples=60, deadline=None)
@given(text=st.sampled_from(["reyes", "tuesday", "3pm", "the tuesday one with reyes", "Dr. Reyes"]))
def test_two_that_fit_equally_are_never_one(text: str) -> None:
    twins = [STARTS[1], STARTS[1]]
    found = choose(text, [TIMES[1], TIMES[1] + " "], starts=twins, now=NOW)
    assert not isinstance(found, int)
