"""Reads one CSV table of an export; every fault says file, line and column, never what stood there.

A column that no shape knows is passed over; an empty cell counts as absent.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agent.adapters.ehr.mirror.options import Columns, Options
from agent.adapters.ehr.mirror.rows import LISTS
from knowledge.errors import InputError

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 200_000
"""What a practice's export may hold at most: memory is bounded by these."""

S = TypeVar("S", bound=BaseModel)

_WORDS = {"missing": "is empty", "string_too_short": "is empty", "string_too_long": "is too long"}


def read_table(
    path: Path, shape: type[S], options: Options, timezone: ZoneInfo
) -> Iterator[tuple[str, S]]:
    """(where, row) of each line in turn. Raises `InputError`."""
    columns = _columns(path.stem, shape, options)
    ids: set[str] = set()
    for where, cells in _lines(path, columns, options):
        row = checked(where, cells, shape, columns, options, timezone)
        if cells["id"] in ids:
            raise InputError(f"{where}, column {named(columns['id'])}: stands there twice")
        ids.add(cells["id"])
        if len(ids) > MOST_ROWS:
            raise InputError(f"{path}: more than {MOST_ROWS:,} rows")
        yield where, row


def checked(
    where: str,
    cells: Mapping[str, Any],
    shape: type[S],
    columns: Mapping[str, Columns],
    options: Options,
    timezone: ZoneInfo,
) -> S:
    """One row's cells as `shape` has them. Raises `InputError` that begins with `where`."""
    known = {name: _meaning(name, cell, options) for name, cell in cells.items()}
    context = {
        "date_format": options.date_format,
        "time_format": options.time_format,
        "timezone": timezone,
    }
    try:
        return shape.model_validate(known, context=context)
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        column = str(fault["loc"][0])
        raise InputError(
            f"{where}, column {named(columns.get(column, column))}: {_reason(fault)}"
        ) from None


def named(columns: Columns) -> str:
    return columns if isinstance(columns, str) else " + ".join(columns)


def _reason(fault: ErrorDetails) -> str:
    return _WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")


def _meaning(name: str, cell: Any, options: Options) -> Any:
    if not isinstance(cell, str):
        return cell
    words = options.values.get(name, {})
    if name in LISTS:
        parts = [part.strip() for part in cell.split(";")]
        return [words.get(part, part) for part in parts if part]
    return words.get(cell, cell)


def _columns(table: str, shape: type[BaseModel], options: Options) -> dict[str, Columns]:
    mapped = options.columns.get(table, {})
    return {name: mapped.get(name, name) for name in shape.model_fields}


def _lines(
    path: Path, columns: Mapping[str, Columns], options: Options
) -> Iterator[tuple[str, dict[str, str]]]:
    """(where, our column -> cell) of each line; empty cells are left out."""
    encoding = "utf-8-sig" if options.encoding == "utf-8" else options.encoding
    line = 1
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: larger than {MOST_BYTES // 1024 // 1024} MiB")
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            places = _places(path, header, columns, options)
            for cells in reader:
                line = reader.line_num
                where = f"{path}: line {line}"
                if not any(cells):
                    continue
                if len(cells) != len(header):
                    raise InputError(f"{where}: {len(cells)} cells, but {len(header)} columns")
                joined = {
                    name: " ".join(cells[place].strip() for place in found).strip()
                    for name, found in places.items()
                }
                yield where, {name: cell for name, cell in joined.items() if cell}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except csv.Error as error:
        raise InputError(f"{path}: after line {line}: {error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: after line {line}: not {options.encoding}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def _places(
    path: Path, header: list[str], columns: Mapping[str, Columns], options: Options
) -> dict[str, tuple[int, ...]]:
    """Our column -> where its cells stand in a line; a mapped column has to be there."""
    mapped = options.columns.get(path.stem, {})
    places: dict[str, tuple[int, ...]] = {}
    for name, theirs in columns.items():
        wanted = (theirs,) if isinstance(theirs, str) else theirs
        missing = [column for column in wanted if column not in header]
        if missing and (name in mapped or name == "id"):
            raise InputError(f"{path}: line 1: no column {missing[0]}")
        if any(header.count(column) > 1 for column in wanted):
            raise InputError(f"{path}: line 1, column {named(theirs)}: stands there twice")
        if not missing:
            places[name] = tuple(header.index(column) for column in wanted)
    return places
