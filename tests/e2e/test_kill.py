"""Killed in the middle of bookings, again and again: every yes is kept, done once and answered.

Each kill comes after several patients have said yes to their read-back one shortly after the
other, so each cuts several turns off at different moments.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.serving import Json, Patient, Portico, open_appointments, served

PAUSES_MS = (0, 2, 6, 15, 40)
"""One kill each: how long after each acknowledged yes the next patient says theirs, and after the
last one the server dies. A turn takes about 30 ms."""
DAYS = ("June 8", "June 9", "June 10", "June 11")
"""Where each patient wants to be moved, so that nobody is after another's slot."""
QUESTION = "where do I park?"

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def portico(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    with served(tmp_path_factory.mktemp("killed"), len(DAYS)) as running:
        yield running


@pytest.fixture(scope="module")
def patients(portico: Portico) -> list[Patient]:
    return [Patient(f"PT-{number}") for number in range(1, len(DAYS) + 1)]


def up_to_the_read_back(patient: Patient, day: str) -> tuple[Json, str]:
    """The read-back of a move to `day`, and the new time as the patient reads it."""
    offered = patient.answer(patient.say(f"can I move my appointment to {day}?"))
    asked = patient.answer(patient.press(offered))
    assert asked["kind"] == "confirm"
    return asked, offered["options"][0]["label"].partition(" with ")[0]


def killed_while_booking(
    portico: Portico, patients: list[Patient], asked: list[Json], pause_ms: float
) -> list[str]:
    """Everybody says yes, then the power goes; returns what was acknowledged."""
    said = []
    for patient, question in zip(patients, asked, strict=True):
        said.append(patient.press(question))
        patient.until("ack", id=said[-1])
        time.sleep(pause_ms / 1000)
    portico.kill()
    for patient in patients:
        patient.hang_up()
    return said


@pytest.mark.parametrize("pause_ms", PAUSES_MS)
def test_a_killed_booking_is_finished_once(
    portico: Portico, patients: list[Patient], pause_ms: float
) -> None:
    for patient in patients:
        patient.connect(portico)
    before = {p.id: open_appointments(portico, p.id) for p in patients}
    read_back = [up_to_the_read_back(p, day) for p, day in zip(patients, DAYS, strict=True)]

    said = killed_while_booking(portico, patients, [asked for asked, _ in read_back], pause_ms)
    portico.start()
    # As the widget would: everybody at once, writing on as soon as the conversation is open.
    with ThreadPoolExecutor(len(patients)) as at_once:
        questions = list(at_once.map(lambda p: p.connect(portico) and p.say(QUESTION), patients))

    for patient, yes, question, (_, new) in zip(patients, said, questions, read_back, strict=True):
        patient.answer(yes)
        assert "Oak Street" in patient.answer(question)["text"]
        (done,) = patient.answers(yes)
        assert done["seq"] < patient.answers(question)[0]["seq"]
        assert len(patient.messages(yes)) == 1
        assert new in done["text"]
        assert_moved_once(portico, patient, before[patient.id])
        assert_transcript_is_kept(portico, patient)
        patient.hang_up()


def test_the_ledger_holds_after_every_kill(portico: Portico) -> None:
    verified = portico.audit()
    assert verified.returncode == 0, verified.stdout


def assert_moved_once(portico: Portico, patient: Patient, before: list[Json]) -> None:
    (old,) = before
    mine = [a for a in portico.appointments() if a["patient_id"] == patient.id]
    (new,) = [a for a in mine if a["status"] == "booked"]
    assert new["replaces"] == old["id"]
    assert [a["status"] for a in mine if a["id"] == old["id"]] == ["cancelled"]
    assert [a["id"] for a in mine if a.get("replaces") == old["id"]] == [new["id"]]


def assert_transcript_is_kept(portico: Portico, patient: Patient) -> None:
    """Who comes back with nothing gets what was received piece by piece."""
    again = Patient(patient.id, conversation=patient.conversation)
    ready = again.connect(portico)
    while len(again.transcript) < ready["seq"]:
        again.until("message")
    again.hang_up()
    assert again.transcript == patient.transcript
