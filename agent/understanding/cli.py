"""The command `portico screen`: what Portico would make of past messages."""

import json
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO

import typer

from agent.json_lines import read_messages
from agent.reader.reader import Reader, load_reader
from agent.safety.alerts import alert_for
from agent.safety.jurisdictions import fixed_phrases_only
from agent.safety.screen import Screen, load_screen
from agent.understanding.reading import Understanding
from knowledge.encoder import load_encoder
from knowledge.errors import InputError

BATCH = 64
WORKERS = 2


def screen(
    practice: Annotated[
        Path | None, typer.Option("--practice", help="The practice whose jurisdiction applies.")
    ] = None,
) -> None:
    """Add route, confidence, level and category to messages (JSON Lines in and out)."""
    strict = practice is not None and fixed_phrases_only(_jurisdiction(practice))
    messages = MessageReader(load_reader(load_encoder()), load_screen(fixed_phrases_only=strict))
    screen_lines(sys.stdin.buffer, sys.stdout, messages)


class MessageReader:
    """The route and danger of one message, as a patient's first words."""

    def __init__(self, reader: Reader, danger: Screen) -> None:
        self._reader = reader
        self._danger = danger
        self._understanding = Understanding(reader)

    def findings(self, text: str) -> dict[str, Any]:
        """`route`, `confidence` (0 to 1), `level` (0 to 4) and `category` (null at level 0)."""
        assessment = self._danger.screen(text, chances=self._reader.read(text).dangers)
        alert = alert_for(assessment)
        wish = self._understanding.read(text).wishes[0]
        return {
            "route": (alert.route if alert else wish.route).value,
            "confidence": 1.0 if alert else wish.confidence,
            "level": int(assessment.level),
            "category": assessment.category.value if assessment.category else None,
        }


def screen_lines(source: BinaryIO, target: TextIO, messages: MessageReader) -> None:
    """Messages in the order they came; blank lines skipped.

    A line that is not an object with a text stops it: everything before that line is written, then
    `InputError` names the line.
    """
    rows = _rows(source)
    with ThreadPoolExecutor(WORKERS) as workers:
        while batch := list(islice(rows, BATCH)):
            good = [row for row in batch if isinstance(row, dict)]
            for row, found in zip(
                good, workers.map(messages.findings, [row["text"] for row in good]), strict=True
            ):
                target.write(json.dumps({**row, **found}, ensure_ascii=False) + "\n")
            target.flush()
            if isinstance(batch[-1], InputError):
                raise batch[-1]


def _rows(source: BinaryIO) -> Iterator[dict[str, Any] | InputError]:
    """Objects with a text; the first line that is none comes out as the error, and last."""
    try:
        yield from read_messages(source)
    except InputError as error:
        yield error


def _jurisdiction(practice: Path) -> str:
    """Empty when the practice names none: then the strictest rules hold."""
    path = practice / "practice.toml"
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: not found") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    table = content.get("practice")
    if not isinstance(table, dict):
        raise InputError(f"{path}: [practice] is missing")
    named = table.get("jurisdiction", "")
    if not isinstance(named, str):
        raise InputError(f"{path}: practice.jurisdiction must be a string")
    return named
