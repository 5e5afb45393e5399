"""Reads and checks what a document says about itself at its top."""

import re
from datetime import date, datetime
from typing import Any

import yaml

from knowledge.errors import InputError
from knowledge.ingest.document import FrontMatter
from knowledge.passage import Audience

_FENCED = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
KEYS = ("title", "audience", "review_by", "language", "version", "intents")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")


def split_front_matter(text: str, where: str) -> tuple[FrontMatter, str]:
    """The checked front matter and the rest; `where` names the file in errors."""
    text = text.lstrip("\ufeff")
    fenced = _FENCED.match(text)
    if fenced is None:
        if text.startswith(("---\n", "---\r\n")) and ":" in text.split("\n", 2)[1]:
            raise InputError(f"{where}: line 1: front matter has no closing ---")
        return FrontMatter(), text
    try:
        values = yaml.safe_load(fenced.group(1)) or {}
    except yaml.YAMLError as error:
        raise InputError(f"{where}: {_yaml_place(error)}") from None
    if not isinstance(values, dict):
        raise InputError(f"{where}: line 2: front matter must be `key: value` lines")
    return check_front_matter(values, where), text[fenced.end() :]


def check_front_matter(values: dict[Any, Any], where: str) -> FrontMatter:
    """InputError names the first key that is unknown or does not fit."""
    for key in values:
        if key not in KEYS:
            raise InputError(f"{where}: {key}: unknown key (known: {', '.join(KEYS)})")
    given = {key: value for key, value in values.items() if value not in (None, "")}
    return FrontMatter(
        title=_text(given, "title", where),
        audience=_audience(given, where),
        review_by=_date(given, where),
        language=_language(given, where),
        version=_text(given, "version", where),
        intents=_intents(given, where),
    )


def _yaml_place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "front matter cannot be read"
    # The mark counts from 0 inside the fence, which opens on line 1.
    return f"line {mark.line + 2}: {problem}" if mark else problem


def _text(given: dict[Any, Any], key: str, where: str) -> str | None:
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise InputError(f"{where}: {key}: must be text")
    return str(value).strip()


def _audience(given: dict[Any, Any], where: str) -> Audience | None:
    match given.get("audience"):
        case None:
            return None
        case "public":
            return "public"
        case "patients":
            return "patients"
        case other:
            raise InputError(f"{where}: audience: must be public or patients, not {other!r}")


def _date(given: dict[Any, Any], where: str) -> date | None:
    value = given.get("review_by")
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise InputError(
            f"{where}: review_by: must be a date like 2027-01-31, not {value!r}"
        ) from None


def _language(given: dict[Any, Any], where: str) -> str | None:
    value = given.get("language")
    if value is None:
        return None
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise InputError(f"{where}: language: must be a code like en or es, not {value!r}")
    return value.split("-")[0]


def _intents(given: dict[Any, Any], where: str) -> tuple[str, ...]:
    value = given.get("intents", [])
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        raise InputError(f"{where}: intents: must be a list of words")
    return tuple(value)
