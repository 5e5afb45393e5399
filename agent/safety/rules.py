"""Reads the lexicon files, as rules a clinician can check.

A rule has an id, a category, a level and patterns. Idioms are taken out of the text before the
rules of the categories they concern look at it; guards (negation, past, fiction, question) make a
match count as `lowered`. Everything is data in `lexicon/`; a mistake there is an InputError that
names the file and the rule.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.domain.terms import Category, Level
from agent.safety.patterns import PatternError, compile_patterns, list_expression
from knowledge.errors import InputError

LEXICON_DIR = Path(__file__).parent / "lexicon"
LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Guard:
    """`before`: the text up to the match, in its sentence, must end with it; else `expression` is
    looked for in the whole sentence and `unless` must not be there."""

    id: str
    expression: re.Pattern[str]
    before: bool
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Idiom:
    """A harmless phrase, invisible to the rules of its categories."""

    expression: re.Pattern[str]
    categories: frozenset[Category]


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    category: Category
    level: Level
    expression: re.Pattern[str]
    guards: tuple[Guard, ...]
    masked: bool


@dataclass(frozen=True, slots=True)
class WindowRule:
    """Danger that shows only with what the patient wrote before: `now` after `before`."""

    id: str
    category: Category
    level: Level
    before: re.Pattern[str]
    now: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RuleBook:
    version: str
    rules: tuple[Rule, ...]
    window: tuple[WindowRule, ...]
    idioms: tuple[Idiom, ...]
    other_person: re.Pattern[str]


def read_rules(folder: Path = LEXICON_DIR) -> RuleBook:
    """All rules of all languages; every message is read with all of them."""
    rules: list[Rule] = []
    window: list[WindowRule] = []
    idioms: list[Idiom] = []
    others: list[str] = []
    for language in LANGUAGES:
        lists = _word_lists(folder / f"{language}_words.toml")
        others.append(lists["other_person"])
        guards, defaults = _guards(folder / f"{language}_guards.toml", lists)
        for path in sorted(folder.glob(f"{language}_*.toml")):
            document = _document(path)
            for raw in document.get("rule", []):
                rules.append(_rule(path, raw, lists, guards, defaults))
            for raw in document.get("window", []):
                window.append(_window_rule(path, raw, lists))
            for raw in document.get("idiom", []):
                idioms.append(_idiom(path, raw, lists))
    _reject_twins(folder, [r.id for r in rules] + [w.id for w in window])
    version = _document(folder / "en_words.toml")["version"]
    person = re.compile(r"(?<!\S)(?:" + "|".join(others) + ")")
    return RuleBook(version, tuple(rules), tuple(window), tuple(idioms), person)


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}") from None


def _word_lists(path: Path) -> dict[str, str]:
    """Lists may use the lists above them."""
    lists: dict[str, str] = {}
    for name, words in _document(path)["lists"].items():
        try:
            lists[name] = list_expression(words, lists)
        except PatternError as error:
            raise InputError(f"{path}: {name}: {error}") from None
    return lists


def _guards(
    path: Path, lists: Mapping[str, str]
) -> tuple[dict[str, Guard], dict[Category, list[str]]]:
    document = _document(path)
    guards = {}
    for raw in document.get("guard", []):
        unless = raw.get("unless")
        guards[raw["id"]] = Guard(
            id=raw["id"],
            expression=_compiled(path, raw["id"], raw["patterns"], lists, raw["before"]),
            before=raw["before"],
            unless=_compiled(path, raw["id"], unless, lists) if unless else None,
        )
    defaults = {Category(name): names for name, names in document["default"].items()}
    return guards, defaults


def _rule(
    path: Path,
    raw: Mapping[str, Any],
    lists: Mapping[str, str],
    guards: Mapping[str, Guard],
    defaults: Mapping[Category, list[str]],
) -> Rule:
    try:
        category = Category(raw["category"])
        names = raw.get("guards", defaults[category])
        return Rule(
            id=raw["id"],
            category=category,
            level=Level(raw["level"]),
            expression=_compiled(path, raw["id"], raw["patterns"], lists),
            guards=tuple(guards[name] for name in names),
            masked=raw.get("idioms", True),
        )
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: rule {raw.get('id', '?')}: {error}") from None


def _window_rule(path: Path, raw: Mapping[str, Any], lists: Mapping[str, str]) -> WindowRule:
    return WindowRule(
        id=raw["id"],
        category=Category(raw["category"]),
        level=Level(raw["level"]),
        before=_compiled(path, raw["id"], raw["before"], lists),
        now=_compiled(path, raw["id"], raw["now"], lists),
    )


def _idiom(path: Path, raw: Mapping[str, Any], lists: Mapping[str, str]) -> Idiom:
    return Idiom(
        expression=_compiled(path, "idiom", raw["patterns"], lists),
        categories=frozenset(Category(name) for name in raw["categories"]),
    )


def _compiled(
    path: Path,
    rule_id: str,
    patterns: list[str],
    lists: Mapping[str, str],
    at_end: bool = False,
) -> re.Pattern[str]:
    try:
        compiled = compile_patterns(patterns, lists)
    except PatternError as error:
        raise InputError(f"{path}: {rule_id}: {error}") from None
    return re.compile(compiled.pattern + r"\Z", re.S) if at_end else compiled


def _reject_twins(folder: Path, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for rule_id in ids:
        if rule_id in seen:
            raise InputError(f"{folder}: rule {rule_id} stands twice")
        seen.add(rule_id)
