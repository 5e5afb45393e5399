"""Reads rows of data from JSON Lines; a broken one is named by file and line, not by its words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.errors import InputError

Text = Annotated[str, Field(min_length=1)]
Spoken = Literal["en", "es", "mixed"]


class Row(BaseModel):
    """Keys that a suite does not use (a note, an author) may stand beside those it does."""

    model_config = ConfigDict(extra="ignore", frozen=True)


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Line(Generic[R]):
    """A row and where it stands, `file.jsonl:17`."""

    where: str
    row: R


def read_rows(path: Path, shape: type[R]) -> tuple[Line[R], ...]:
    """Raises `InputError` for the first row that is not of the shape, and for an empty file."""
    lines = tuple(_lines(path, shape))
    if not lines:
        raise InputError(f"{path}: no rows in it")
    return lines


def _lines(path: Path, shape: type[R]) -> Iterator[Line[R]]:
    try:
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8") from None
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            where = f"{path}:{number}"
            yield Line(f"{path.name}:{number}", _row(where, line, shape))


def _row(where: str, line: str, shape: type[R]) -> R:
    try:
        return shape.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise InputError(f"{where}: not JSON ({error.msg}, column {error.colno})") from None
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(str(part) for part in fault["loc"])
        reason = fault["msg"].removeprefix("Value error, ")
        raise InputError(f"{where}: {key}: {reason}" if key else f"{where}: {reason}") from None
