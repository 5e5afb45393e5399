"""`portico redact`: JSON Lines in, the same objects out with what would be hidden."""

import io
import json

import pytest

from agent.privacy.cli import redact_lines
from agent.privacy.pseudonyms import Pseudonymiser
from knowledge.errors import InputError


def redacted(pseudonymiser: Pseudonymiser, lines: str) -> list[dict[str, object]]:
    target = io.StringIO()
    redact_lines(io.BytesIO(lines.encode()), target, pseudonymiser)
    return [json.loads(line) for line in target.getvalue().splitlines()]


def test_spans_point_into_the_text(pseudonymiser: Pseudonymiser) -> None:
    text = "¡Hola! Soy Guadalupe Cárdenas 👋, mi correo es lupe@example.com"
    (row,) = redacted(pseudonymiser, json.dumps({"id": 7, "text": text}))
    assert row["id"] == 7
    assert row["text"] == text
    assert row["redacted"] == "¡Hola! Soy <PERSON_1> 👋, mi correo es <EMAIL_ADDRESS_1>"
    spans = row["spans"]
    assert isinstance(spans, list)
    assert [text[s["start"] : s["end"]] for s in spans] == [
        "Guadalupe Cárdenas",
        "lupe@example.com",
    ]
    assert [s["type"] for s in spans] == ["PERSON", "EMAIL_ADDRESS"]


def test_every_message_is_numbered_afresh(pseudonymiser: Pseudonymiser) -> None:
    rows = redacted(pseudonymiser, '{"text": "I am Olivia Reese"}\n\n{"text": "Ask Ezekiel"}\n')
    assert [row["redacted"] for row in rows] == ["I am <PERSON_1>", "Ask <PERSON_1>"]


@pytest.mark.parametrize("text", ["", "   ", "ok", "👍"])
def test_a_text_without_anything_to_hide(pseudonymiser: Pseudonymiser, text: str) -> None:
    (row,) = redacted(pseudonymiser, json.dumps({"text": text}))
    assert (row["redacted"], row["spans"]) == (text, [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "line 2: not JSON"),
        ("[1]", 'line 2: not an object with "text"'),
        ('{"text": 3}', 'line 2: "text" is missing or not a string'),
        ('{"message": "x"}', 'line 2: "text" is missing or not a string'),
    ],
)
def test_wrong_input_names_the_line(pseudonymiser: Pseudonymiser, line: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        redacted(pseudonymiser, f'{{"text": "ok"}}\n{line}\n')
