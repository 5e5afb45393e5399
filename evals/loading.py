"""Reads scripts from files and folders; a broken one is named with file and key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from evals.script import Script
from knowledge.errors import InputError

_SUFFIXES = frozenset({".yaml", ".yml"})
_REASONS = {"extra_forbidden": "unknown key", "missing": "is missing"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A script and the file it came from."""

    path: Path
    script: Script


def load_scripts(paths: Sequence[Path]) -> tuple[Loaded, ...]:
    """Every script of the files and folders (at any depth), in order of path.

    Raises `InputError` for the first that is broken, for an id given twice, and for a path
    without any script.
    """
    loaded = tuple(Loaded(path, load_script(path)) for path in _files(paths))
    first: dict[str, Path] = {}
    for one in loaded:
        if one.script.id in first:
            raise InputError(
                f"{one.path}: id: {one.script.id!r} stands in {first[one.script.id]} too"
            )
        first[one.script.id] = one.path
    return loaded


def load_script(path: Path) -> Script:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {_place(error)}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a script: it has no keys")
    try:
        return Script.model_validate(content)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise InputError(f"{path}: {_key(fault)}{_reason(fault)}") from None


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES and p.is_file())
            if not inside:
                raise InputError(f"{path}: no .yaml files in it")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(f"{path}: no such file or folder")
    return list(dict.fromkeys(found))


def _place(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return "not valid YAML"


def _key(fault: ErrorDetails) -> str:
    key = ""
    for part in fault["loc"]:
        if isinstance(part, int):
            key += f"[{part}]"
        elif part in ("ByLabel", "constrained-int", "int"):
            continue
        else:
            key += f".{part}" if key else part
    return f"{key}: " if key else ""


def _reason(fault: ErrorDetails) -> str:
    return _REASONS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
