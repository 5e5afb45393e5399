"""Which jurisdictions are known, and what they forbid the danger screen to do (DOMAIN D.7)."""

import tomllib
from functools import lru_cache
from pathlib import Path

JURISDICTIONS_FILE = Path(__file__).parent / "jurisdictions.toml"


@lru_cache(maxsize=1)
def _table() -> tuple[frozenset[str], frozenset[str]]:
    raw = tomllib.loads(JURISDICTIONS_FILE.read_text(encoding="utf-8"))
    return frozenset(raw["known"]), frozenset(raw["fixed_phrases_only"])


def is_known(jurisdiction: str) -> bool:
    """Whether it is a US state or territory of the table; `US-CA` is read as `CA`."""
    return _code(jurisdiction) in _table()[0]


def fixed_phrases_only(jurisdiction: str) -> bool:
    """Whether mental states may only be matched by fixed phrases; unknown: the strictest."""
    known, strict = _table()
    code = _code(jurisdiction)
    return code in strict or code not in known


def _code(jurisdiction: str) -> str:
    return jurisdiction.strip().upper().removeprefix("US-")
