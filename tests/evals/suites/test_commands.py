"""Answers to a waiting question: what counts as heard, and a yes that was never said."""

import pytest
from pydantic import ValidationError

from agent.reader.reader import Reader, load_reader
from evals.figures import Key, Share
from evals.suites import commands
from evals.suites.commands import (
    ChoiceRow,
    ConfirmationRow,
    DateRow,
    score_choices,
    score_confirmations,
    score_dates,
)
from knowledge.encoder import load_encoder

NOW = "2026-06-01T09:00:00"
ZONE = "America/Los_Angeles"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(load_encoder())


def confirmations(reader: Reader, **said: str) -> dict[Key, object]:
    rows = [ConfirmationRow.model_validate({"text": t, "answer": a}) for t, a in said.items()]
    return dict(score_confirmations("commands", rows, reader))


def key(category: str, measure: str) -> Key:
    return Key("commands", category, "all", measure)


def test_confirmations(reader: Reader) -> None:
    said = {"yes": "yes", "no thanks": "no", "never mind": "no", "what time": "other"}
    found = confirmations(reader, **said)
    assert found[key("confirmations", "answer")] == Share(4, 4)
    assert found[key("confirmations", "false yes")] == Share(0, 3)


def test_a_false_yes_is_counted_by_itself(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_answer", lambda text, reader: "yes")
    found = confirmations(reader, a="no", b="unsure", c="yes")
    assert found[key("confirmations", "answer")] == Share(1, 3)
    assert found[key("confirmations", "false yes")] == Share(2, 2)


def test_choices() -> None:
    options = ["Dr. Park", "Dr. Ruiz"]
    times = {"starts": ["2026-06-02T10:00:00", "2026-06-04T15:00:00"], "now": NOW}
    rows = [
        {"text": "the second one", "options": options, "choice": 1},
        {"text": "what is parking like there", "options": options, "choice": None},
        {"text": "the first one", "options": options, "choice": 1},
        {"text": "thursday", "options": ["a", "b"], "choice": 1, "timezone": ZONE, **times},
    ]
    found = score_choices("commands", [ChoiceRow.model_validate(row) for row in rows])
    assert found[key("choices", "option")] == Share(3, 4)
    assert found[key("choices", "another option")] == Share(1, 3)
    assert found[key("choices/none", "option")] == Share(1, 1)


def test_dates() -> None:
    place = {"now": NOW, "timezone": ZONE, "language": "es"}
    rows = [
        {"text": "el jueves", "expected": {"dates": ["2026-06-04"]}, **place},
        {"text": "hola", "expected": None, **place},
        {"text": "el jueves", "expected": None, **place},
    ]
    found = score_dates("commands", [DateRow.model_validate(row) for row in rows])
    assert found[Key("commands", "dates", "es", "days and hours")] == Share(2, 3)


@pytest.mark.parametrize(
    ("shape", "row", "fault"),
    [
        (ChoiceRow, {"text": "t", "options": ["a"], "choice": 1}, "no such option"),
        (ChoiceRow, {"text": "t", "options": ["a"], "choice": 0, "starts": []}, "not one for each"),
        (DateRow, {"text": "t", "now": NOW, "expected": None}, "needs an offset"),
        (DateRow, {"text": "t", "now": NOW, "timezone": "Mars", "expected": None}, "time zone"),
    ],
)
def test_rows_that_cannot_be_meant(shape: type[ChoiceRow], row: object, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        shape.model_validate(row)
