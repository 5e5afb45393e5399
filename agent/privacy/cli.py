"""The command `portico redact`: what Portico would hide from a model in past messages."""

import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO

from agent.privacy.pseudonyms import Pseudonymiser, load_pseudonymiser
from knowledge.errors import InputError


def redact() -> None:
    """Hide names, dates, numbers and places in messages (JSON Lines in and out)."""
    redact_lines(sys.stdin.buffer, sys.stdout, load_pseudonymiser())


def redact_lines(source: BinaryIO, target: TextIO, pseudonymiser: Pseudonymiser) -> None:
    """Messages in the order they came, numbered afresh in each; blank lines skipped.

    A line that is not an object with a text stops it: everything before that line is written, then
    `InputError` names the line.
    """
    for row in _rows(source):
        hidden, spans = pseudonymiser.turn().redact(row["text"])
        found = [{"type": span.type, "start": span.start, "end": span.end} for span in spans]
        target.write(
            json.dumps({**row, "redacted": hidden, "spans": found}, ensure_ascii=False) + "\n"
        )
        target.flush()


def _rows(source: BinaryIO) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            yield _row(line)
        except ValueError as error:
            raise InputError(f"standard input, line {number}: {error}") from None


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg}, column {error.colno})") from None
    if not isinstance(row, dict):
        raise ValueError('not an object with "text"')
    if not isinstance(row.get("text"), str):
        raise ValueError('"text" is missing or not a string')
    return row
