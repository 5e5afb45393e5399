"""Messages as JSON Lines, as the commands that read past messages take them."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from knowledge.errors import InputError


def read_messages(source: BinaryIO) -> Iterator[dict[str, Any]]:
    """Objects with a text, blank lines skipped. Raises `InputError` that names the first line that
    is none."""
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            yield _message(line)
        except ValueError as error:
            raise InputError(f"standard input, line {number}: {error}") from None


def _message(line: bytes) -> dict[str, Any]:
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
