"""The command `portico redact`: what Portico would hide from a model in past messages."""

import json
import sys
from typing import BinaryIO, TextIO

from agent.json_lines import read_messages
from agent.privacy.pseudonyms import Pseudonymiser, load_pseudonymiser


def redact() -> None:
    """Hide names, dates, numbers and places in messages (JSON Lines in and out)."""
    redact_lines(sys.stdin.buffer, sys.stdout, load_pseudonymiser())


def redact_lines(source: BinaryIO, target: TextIO, pseudonymiser: Pseudonymiser) -> None:
    """Messages in the order they came, numbered afresh in each; blank lines skipped.

    A line that is not an object with a text stops it: everything before that line is written, then
    `InputError` names the line.
    """
    for row in read_messages(source):
        hidden, spans = pseudonymiser.turn().redact(row["text"])
        found = [{"type": span.type, "start": span.start, "end": span.end} for span in spans]
        target.write(
            json.dumps({**row, "redacted": hidden, "spans": found}, ensure_ascii=False) + "\n"
        )
        target.flush()
