"""Reads card files: the built-in ones and a practice's overrides, checked key by key."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.domain.terms import Category, Language, Level
from agent.safety.resources import Resources
from knowledge.errors import InputError

MAX_WORDS = 60
_TOP_KEYS = frozenset({"language", "version", "sentence", "options", "card", "answer", "notice"})
_TEXT_KEYS = frozenset({"id", "text", "actions", "ask", "when"})
_WHEN_KEYS = frozenset(
    {"category", "categories", "levels", "rules", "about_other", "minor", "repeat"}
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Which assessments a card serves; `rules` are the starts of rule ids that narrow it."""

    categories: frozenset[Category]
    levels: frozenset[Level]
    rules: tuple[str, ...] = ()
    about_other: bool = False
    minor: bool = False
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class CardText:
    """One fixed text; `ask` adds the question and its buttons."""

    id: str
    version: str
    text: str
    actions: tuple[str, ...]
    ask: bool = False
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class CardSet:
    """Every text of one language, by id, in file order."""

    language: Language
    texts: Mapping[str, CardText]
    sentences: Mapping[str, str]
    options: Mapping[str, str]


def read_card_set(path: Path, resources: Resources) -> CardSet:
    raw = _document(path)
    version = _text(path, raw, "version")
    texts = {
        entry.id: entry
        for kind in ("card", "answer", "notice")
        for entry in (_card(path, kind, item, version, resources) for item in raw.get(kind, ()))
    }
    return CardSet(
        _text(path, raw, "language"), texts, raw.get("sentence", {}), raw.get("options", {})
    )


def with_overrides(built_in: CardSet, path: Path, resources: Resources) -> CardSet:
    """`built_in` with the texts of the file at `path` in the place of those with the same id. An
    override may leave out `when`, `actions` and `ask`; an id that nobody knows is an error."""
    override = read_card_set(path, resources)
    texts = dict(built_in.texts)
    for entry in override.texts.values():
        known = texts.get(entry.id)
        if known is None:
            raise InputError(f"{path}: {entry.id}: there is no safety card with this id")
        texts[entry.id] = replace(
            entry,
            when=entry.when or known.when,
            actions=entry.actions or known.actions,
            ask=entry.ask or known.ask,
        )
    return replace(
        built_in,
        texts=texts,
        sentences={**built_in.sentences, **override.sentences},
        options={**built_in.options, **override.options},
    )


def language_of(path: Path) -> str:
    return _text(path, _document(path), "language")


def _document(path: Path) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    for key in raw:
        if key not in _TOP_KEYS:
            raise InputError(f"{path}: unknown key {key!r}")
    return raw


def _card(
    path: Path, kind: str, raw: Mapping[str, Any], version: str, resources: Resources
) -> CardText:
    card_id = _text(path, raw, "id")
    where = f"{path}: {kind} {card_id}"
    for key in raw:
        if key not in _TEXT_KEYS:
            raise InputError(f"{where}: unknown key {key!r}")
    text = _text(path, raw, "text")
    if len(text.split()) > MAX_WORDS:
        raise InputError(f"{where}: text has more than {MAX_WORDS} words")
    actions = tuple(raw.get("actions", ()))
    for action in actions:
        if action not in resources.table:
            raise InputError(f"{where}: actions: {action!r} is not in resources.toml")
    when = _condition(where, raw["when"]) if "when" in raw else None
    return CardText(card_id, version, text, actions, bool(raw.get("ask", False)), when)


def _condition(where: str, raw: Mapping[str, Any]) -> Condition:
    for key in raw:
        if key not in _WHEN_KEYS:
            raise InputError(f"{where}: when: unknown key {key!r}")
    names: Sequence[str] = raw.get("categories") or [raw.get("category", "")]
    try:
        return Condition(
            categories=frozenset(Category(name) for name in names),
            levels=frozenset(Level(level) for level in raw.get("levels", (2, 3, 4))),
            rules=tuple(raw.get("rules", ())),
            about_other=bool(raw.get("about_other", False)),
            minor=bool(raw.get("minor", False)),
            repeat=bool(raw.get("repeat", False)),
        )
    except ValueError as error:
        raise InputError(f"{where}: when: {error}") from None


def _text(path: Path, raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{path}: {key} must be a text")
    return value
