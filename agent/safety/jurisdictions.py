"""What the law of the practice's place changes in the agent's behaviour (DOMAIN D.7)."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.errors import InputError

JURISDICTIONS_FILE = Path(__file__).parent / "jurisdictions.toml"
_TOP_KEYS = frozenset({"review_by", "known", "profile"})
_KEYS = frozenset(
    {
        "sources",
        "reviewed_on",
        "fixed_phrases_only",
        "disclose_after_days",
        "remind_after_hours",
        "remind_minors_after_hours",
    }
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One place's rules; a time that is None never comes.

    `fixed_phrases_only`: no machine judges a state of mind. `disclose_after`: without use, after
    which the chat says again what it is; `remind_after` and `remind_minors_after`: since it last
    said so, in a conversation that goes on.
    """

    sources: tuple[str, ...] = ()
    fixed_phrases_only: bool = False
    disclose_after: timedelta | None = None
    remind_after: timedelta | None = None
    remind_minors_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Jurisdictions:
    review_by: date
    known: frozenset[str]
    profiles: Mapping[str, Profile]

    def overdue(self, on: date) -> bool:
        """Whether counsel should have looked again before `on` (blocks a release)."""
        return on > self.review_by

    def profile(self, jurisdiction: str) -> Profile:
        """`US-CA` is read as `CA`; a place nobody knows has the strictest of every rule."""
        code = _code(jurisdiction)
        if code not in self.known:
            return _strictest(self.profiles.values())
        return self.profiles.get(code, Profile())


def load_jurisdictions(path: Path = JURISDICTIONS_FILE) -> Jurisdictions:
    """InputError with file and key for a table that cannot be used."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    _only(raw, _TOP_KEYS, str(path))
    known = frozenset(raw.get("known", ()))
    profiles = {}
    for code, entry in raw.get("profile", {}).items():
        where = f"{path}: profile.{code}"
        if code not in known:
            raise InputError(f"{where}: not in `known`")
        profiles[code] = _profile(where, entry)
    if not isinstance(raw.get("review_by"), date):
        raise InputError(f"{path}: review_by must be a date")
    return Jurisdictions(raw["review_by"], known, profiles)


@lru_cache(maxsize=1)
def _table() -> Jurisdictions:
    return load_jurisdictions()


def is_known(jurisdiction: str) -> bool:
    """Whether it is a US state or territory of the table."""
    return _code(jurisdiction) in _table().known


def profile_of(jurisdiction: str) -> Profile:
    return _table().profile(jurisdiction)


def fixed_phrases_only(jurisdiction: str) -> bool:
    """Whether mental states may only be matched by fixed phrases."""
    return profile_of(jurisdiction).fixed_phrases_only


def _code(jurisdiction: str) -> str:
    return jurisdiction.strip().upper().removeprefix("US-")


def _profile(where: str, raw: Mapping[str, Any]) -> Profile:
    _only(raw, _KEYS, where)
    if not raw.get("sources"):
        raise InputError(f"{where}: sources: the law must be named")
    if not isinstance(raw.get("reviewed_on"), date):
        raise InputError(f"{where}: reviewed_on must be a date")
    return Profile(
        tuple(raw["sources"]),
        raw.get("fixed_phrases_only", False) is True,
        _time(where, raw, "disclose_after_days", timedelta(days=1)),
        _time(where, raw, "remind_after_hours", timedelta(hours=1)),
        _time(where, raw, "remind_minors_after_hours", timedelta(hours=1)),
    )


def _only(raw: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    for key in raw:
        if key not in keys:
            raise InputError(f"{where}: unknown key {key!r}")


def _time(where: str, raw: Mapping[str, Any], key: str, unit: timedelta) -> timedelta | None:
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(f"{where}: {key} must be a whole number of at least 1")
    return value * unit


def _strictest(profiles: Iterable[Profile]) -> Profile:
    every = tuple(profiles)
    return Profile(
        tuple(source for profile in every for source in profile.sources),
        any(profile.fixed_phrases_only for profile in every),
        _shortest(profile.disclose_after for profile in every),
        _shortest(profile.remind_after for profile in every),
        _shortest(profile.remind_minors_after for profile in every),
    )


def _shortest(times: Iterable[timedelta | None]) -> timedelta | None:
    return min((time for time in times if time is not None), default=None)
