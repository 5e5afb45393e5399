"""The FHIR server goes away in the middle of a conversation and comes back."""

from pathlib import Path

import pytest

from tests.e2e.on_fhir import at_the_desk, served_on_fhir
from tests.e2e.serving import Patient

DOWN = "can't reach our records system"

pytestmark = pytest.mark.e2e


def test_the_patient_is_told_and_a_person_takes_over_until_it_is_back(tmp_path: Path) -> None:
    with served_on_fhir(tmp_path) as (portico, road):
        patient = Patient("PT-1")
        patient.connect(portico)
        offered = patient.answer(patient.say("can I move my appointment to June 8?"))
        asked = patient.answer(patient.press(offered))
        assert asked["kind"] == "confirm"

        road.close()
        told = patient.answer(patient.press(asked))
        assert (told["kind"], told["options"]) == ("notice", [])
        assert DOWN in told["text"]
        wish = patient.answer(patient.say("I'd like a new therapy appointment in person then"))
        assert (wish["kind"], wish["options"]) == ("notice", [])
        assert DOWN in wish["text"]
        codes = sorted(task["code"] for task in at_the_desk(portico, "tasks"))
        assert codes == ["appointment-request", "reschedule-request"]

        road.open()
        again = patient.answer(patient.say("can I move my appointment to June 8?"))
        moved = patient.answer(patient.press(patient.answer(patient.press(again))))
        new = again["options"][0]["label"].partition(" with ")[0]
        assert new in moved["text"]
        patient.hang_up()
