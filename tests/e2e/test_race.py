"""Several patients say yes to one slot at once: one gets it, the others are offered the next."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.e2e.serving import Json, Patient, Portico, open_appointments, served

RIVALS = 2
DAYS = ("June 8", "June 9", "June 10", "June 11", "June 15")
"""One round each, about nine o'clock of that day."""
CROWD = 5
CROWDED_DAY = "June 16"

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def portico(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    with served(tmp_path_factory.mktemp("raced"), RIVALS * len(DAYS) + CROWD) as running:
        yield running


@pytest.fixture
def rivals(portico: Portico, request: pytest.FixtureRequest) -> Iterator[list[Patient]]:
    """Patients whom no other round has moved, connected."""
    first, count = request.param
    patients = [Patient(f"PT-{number}") for number in range(first, first + count)]
    for patient in patients:
        patient.connect(portico)
    yield patients
    for patient in patients:
        patient.hang_up()


ROUNDS = [
    pytest.param((1 + RIVALS * number, RIVALS), day, id=day) for number, day in enumerate(DAYS)
]
CROWDED = pytest.param((1 + RIVALS * len(DAYS), CROWD), CROWDED_DAY, id=f"{CROWDED_DAY}, crowded")


def up_to_the_read_back(patient: Patient, day: str) -> tuple[Json, str]:
    """The read-back of a move to nine o'clock that day, and that time as the patient reads it."""
    offered = patient.answer(patient.say(f"move my appointment to {day} at 9am"))
    asked = patient.answer(patient.press(offered))
    assert asked["kind"] == "confirm"
    return asked, when(offered)


def when(offered: Json) -> str:
    """The time of the first button."""
    label: str = offered["options"][0]["label"]
    return label.partition(" with ")[0]


@pytest.mark.parametrize(("rivals", "day"), [*ROUNDS, CROWDED], indirect=["rivals"])
def test_one_gets_the_slot_and_the_others_the_next(
    portico: Portico, rivals: list[Patient], day: str
) -> None:
    held = {p.id: open_appointments(portico, p.id) for p in rivals}
    asked = [up_to_the_read_back(patient, day) for patient in rivals]
    (wanted,) = {new for _, new in asked}

    said = [patient.press(question) for patient, (question, _) in zip(rivals, asked, strict=True)]
    answers = {p.id: p.answer(yes) for p, yes in zip(rivals, said, strict=True)}

    losers = [p for p in rivals if answers[p.id]["kind"] == "options"]
    (winner,) = [p for p in rivals if p not in losers]
    assert wanted in answers[winner.id]["text"]
    (moved,) = open_appointments(portico, winner.id)
    assert moved["replaces"] == held[winner.id][0]["id"]
    for loser in losers:
        assert open_appointments(portico, loser.id) == held[loser.id]
        assert wanted not in [
            o["label"].partition(" with ")[0] for o in answers[loser.id]["options"]
        ]
        take_what_is_offered(portico, loser, answers[loser.id])
    assert_nothing_is_booked_twice(portico)


def take_what_is_offered(portico: Portico, patient: Patient, offered: Json) -> None:
    """The first time offered instead that the patients before have left, to the end."""
    (held,) = open_appointments(portico, patient.id)
    while offered["kind"] == "options":
        asked = patient.answer(patient.press(offered))
        new, offered = when(offered), patient.answer(patient.press(asked))
    assert new in offered["text"]
    (moved,) = open_appointments(portico, patient.id)
    assert moved["replaces"] == held["id"]


def assert_nothing_is_booked_twice(portico: Portico) -> None:
    standing = open_appointments(portico)
    places = Counter((visit["practitioner_id"], visit["start"]) for visit in standing)
    patients = Counter(visit["patient_id"] for visit in standing)
    assert set(places.values()) == set(patients.values()) == {1}
