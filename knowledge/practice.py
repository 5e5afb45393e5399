"""Reads what knowledge needs from `practice.toml`: languages and the answer threshold."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import InputError

DEFAULT_THRESHOLD = 0.50


@dataclass(frozen=True)
class KnowledgeSettings:
    """`languages` in the practice's order, the first being the default; threshold 0..1."""

    faq: Path
    languages: tuple[str, ...]
    answer_threshold: float


def read_settings(practice_dir: Path) -> KnowledgeSettings:
    """InputError names the file and the key; other keys are another room's business."""
    path = practice_dir / "practice.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: not found") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    faq = practice_dir / "faq"
    if not faq.is_dir():
        raise InputError(f"{faq}: the folder of documents is missing")
    return KnowledgeSettings(faq, _languages(path, content), _threshold(path, content))


def _table(path: Path, content: dict[str, Any], name: str) -> dict[str, Any]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise InputError(f"{path}: [{name}] must be a table")
    return table


def _languages(path: Path, content: dict[str, Any]) -> tuple[str, ...]:
    languages = _table(path, content, "practice").get("languages", ["en"])
    fits = isinstance(languages, list) and languages and all(isinstance(x, str) for x in languages)
    if not fits:
        raise InputError(f"{path}: practice.languages must be a list of language codes")
    return tuple(languages)


def _threshold(path: Path, content: dict[str, Any]) -> float:
    value = _table(path, content, "thresholds").get("answer", DEFAULT_THRESHOLD)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InputError(f"{path}: thresholds.answer must be a number from 0 to 1")
    return float(value)
