"""Names of practitioners and of things, as patients write them."""

import pytest

from agent.domain.ids import PractitionerId
from agent.domain.people import Practitioner
from agent.understanding.people import find_practitioners, match_items

EVERYBODY = tuple(
    Practitioner(PractitionerId(name), name)
    for name in (
        "Dr. Alan Park", "Dr. Dana Parker", "Grace Lin, LMFT", "Daniel Ortiz, LCSW",
        "Dr. Anjali Patel", "Dr. Rohan Patel", "Dr. Susan Meyer", "Dra. Ana María Núñez",
    )
)  # fmt: skip


def found(text: str) -> list[str]:
    return [p.name for p in find_practitioners(text, EVERYBODY)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dr park", "Dr. Alan Park"), ("can I see Alan", "Dr. Alan Park"),
        ("parker please", "Dr. Dana Parker"), ("dr. parker's office", "Dr. Dana Parker"),
        ("an appointment with grace", "Grace Lin, LMFT"), ("daniel ortis", "Daniel Ortiz, LCSW"),
        ("anjali patel", "Dr. Anjali Patel"), ("ROHAN", "Dr. Rohan Patel"),
        ("dr meyr", "Dr. Susan Meyer"), ("con la doctora nunez", "Dra. Ana María Núñez"),
        ("mi cita con Ana Maria", "Dra. Ana María Núñez"),
        ("Dr. Meyer on friday", "Dr. Susan Meyer"),
    ],
)  # fmt: skip
def test_finds_one(text: str, name: str) -> None:
    assert found(text) == [name]


def test_a_shared_name_means_everyone_who_has_it() -> None:
    assert found("dr patel") == ["Dr. Anjali Patel", "Dr. Rohan Patel"]


def test_two_named_are_two_found() -> None:
    assert found("Dr. Meyer or Daniel") == ["Daniel Ortiz, LCSW", "Dr. Susan Meyer"]


@pytest.mark.parametrize(
    "text",
    ["where can i park", "could I get some grace", "tomorrow morning", "", "the doctor", "my dr"],
)
def test_everyday_words_are_nobody(text: str) -> None:
    assert found(text) == []


MEDICATIONS = ["sertraline 50 mg", "lorazepam 0.5 mg", "bupropion XL 150 mg", "bupropion XL 300 mg"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("I need my sertraline", (0,)), ("setraline refill", (0,)), ("sertralina por favor", (0,)),
        ("lorazapam", (1,)), ("bupropion 300", (3,)), ("bupropion", (2, 3)),
        ("the zoloft", (0,)), ("welbutrin", (2, 3)), ("prozac", ()),
        ("the sleeping one", ()), ("my meds", ()), ("50 mg", ()), ("", ()),
    ],
)  # fmt: skip
def test_finds_medications(text: str, places: tuple[int, ...]) -> None:
    assert match_items(text, MEDICATIONS) == places


ORDERS = [
    "glasses Progressive lenses",
    "glasses Single vision glasses",
    "contacts Daily contact lenses, 90 pack",
]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("are my progressives in", (0,)), ("my contacts", (2,)), ("lentes de contacto", (2,)),
        ("single vision", (1,)), ("sunglasses", ()), ("where is my order", ()),
    ],
)  # fmt: skip
def test_finds_orders(text: str, places: tuple[int, ...]) -> None:
    assert match_items(text, ORDERS) == places


def test_kinds_shared_by_several_labels_name_them_all() -> None:
    both = ["glasses Progressive lenses", "glasses Single vision", "contacts Daily, 90 pack"]
    assert match_items("are my glasses ready", both) == (0, 1)


@pytest.mark.parametrize(
    "text", ["I'd like to book a visit", "a session please", "an appointment", "make it a meeting"]
)
def test_a_word_for_any_visit_names_no_service(text: str) -> None:
    assert match_items(text, ["Individual therapy", "Intake visit", "Couples session"]) == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("by video please", (1,)),
        ("telehealth", (1,)),
        ("in the office", (0,)),
        ("por teléfono", (2,)),
    ],
)
def test_finds_how_to_meet(text: str, places: tuple[int, ...]) -> None:
    assert match_items(text, ["in person", "by video", "by phone"]) == places
