"""Reads the lists of words and expressions in `data/*.toml` that the grammars are made of."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def read_phrases(name: str) -> dict[str, Any]:
    """The content of `data/<name>.toml`."""
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


def any_of(phrases: Iterable[str]) -> str:
    """A regular expression group for any of the phrases, longest first."""
    ordered = sorted(phrases, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(phrase) for phrase in ordered) + ")"


def expanded(expression: str, named: Mapping[str, str]) -> str:
    """The expression with every `%NAME%` replaced by what it stands for."""
    return re.sub(r"%([A-Z]+)%", lambda found: expanded(named[found[1]], named), expression)
