"""Reads the lexicon files, as rules a clinician can check.

A rule says in plain words what it hears (`hears`), with examples, a category, a level and
patterns. Idioms are taken out of the text before the rules of the categories they concern look at
it; guards (negation, past, fiction, question) make a match count as `lowered`. Everything is data
in `lexicon/`; a mistake there is an InputError that names the file and the rule.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.domain.terms import Category, Level
from agent.safety.patterns import Lists, Node, PatternError, Phrases, read_list, read_phrases
from knowledge.errors import InputError

LEXICON_DIR = Path(__file__).parent / "lexicon"
LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Guard:
    """`before`: the text up to the match, in its sentence, must end with `phrases`; else they are
    looked for in the whole sentence. In both cases `unless` must not be in the sentence."""

    id: str
    phrases: Phrases
    before: bool
    unless: Phrases | None


@dataclass(frozen=True, slots=True)
class Idiom:
    """A harmless phrase, invisible to the rules of its categories."""

    phrases: Phrases
    categories: frozenset[Category]


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    category: Category
    level: Level
    hears: str
    examples: tuple[str, ...]
    phrases: Phrases
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class WindowRule:
    """Danger that shows only with what the patient wrote before: `now` after `before`."""

    id: str
    category: Category
    level: Level
    before: Phrases
    now: Phrases


@dataclass(frozen=True, slots=True)
class RuleBook:
    version: str
    rules: tuple[Rule, ...]
    window: tuple[WindowRule, ...]
    idioms: tuple[Idiom, ...]
    other_person: Phrases


def read_rules(folder: Path = LEXICON_DIR) -> RuleBook:
    """All rules of all languages; every message is read with all of them."""
    rules: list[Rule] = []
    window: list[WindowRule] = []
    idioms: list[Idiom] = []
    others: list[Node] = []
    for language in LANGUAGES:
        words = _Words.read(folder / f"{language}_words.toml")
        others.append(words.lists["other_person"])
        guards, defaults = _guards(folder / f"{language}_guards.toml", words)
        for path in sorted(folder.glob(f"{language}_*.toml")):
            document = _document(path)
            for raw in document.get("rule", []):
                rules.append(_rule(path, raw, words, guards, defaults))
            for raw in document.get("window", []):
                window.append(_window_rule(path, raw, words))
            for raw in document.get("idiom", []):
                idioms.append(_idiom(path, raw, words))
    _reject_twins(folder, [r.id for r in rules] + [w.id for w in window])
    version = _document(folder / "en_words.toml")["version"]
    return RuleBook(version, tuple(rules), tuple(window), tuple(idioms), Phrases(others))


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}") from None


@dataclass(frozen=True)
class _Words:
    """One language's named lists, and the little words that may stand inside every phrase."""

    lists: Lists
    little: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> "_Words":
        """Lists may use the lists above them."""
        document = _document(path)
        little = frozenset(document["little"])
        lists: dict[str, Node] = {}
        for name, entries in document["lists"].items():
            try:
                lists[name] = read_list(entries, lists, little)
            except PatternError as error:
                raise InputError(f"{path}: {name}: {error}") from None
        return cls(lists, little)

    def phrases(self, path: Path, rule_id: str, patterns: Sequence[str]) -> Phrases:
        try:
            return read_phrases(patterns, self.lists, self.little)
        except PatternError as error:
            raise InputError(f"{path}: {rule_id}: {error}") from None


def _guards(path: Path, words: _Words) -> tuple[dict[str, Guard], dict[Category, list[str]]]:
    document = _document(path)
    guards = {}
    for raw in document.get("guard", []):
        unless = raw.get("unless")
        guards[raw["id"]] = Guard(
            id=raw["id"],
            phrases=words.phrases(path, raw["id"], raw["patterns"]),
            before=raw["before"],
            unless=words.phrases(path, raw["id"], unless) if unless else None,
        )
    defaults = {Category(name): names for name, names in document["default"].items()}
    return guards, defaults


def _rule(
    path: Path,
    raw: Mapping[str, Any],
    words: _Words,
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
            hears=raw["hears"],
            examples=tuple(raw["examples"]),
            phrases=words.phrases(path, raw["id"], raw["patterns"]),
            guards=tuple(guards[name] for name in names),
        )
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: rule {raw.get('id', '?')}: {error}") from None


def _window_rule(path: Path, raw: Mapping[str, Any], words: _Words) -> WindowRule:
    return WindowRule(
        id=raw["id"],
        category=Category(raw["category"]),
        level=Level(raw["level"]),
        before=words.phrases(path, raw["id"], raw["before"]),
        now=words.phrases(path, raw["id"], raw["now"]),
    )


def _idiom(path: Path, raw: Mapping[str, Any], words: _Words) -> Idiom:
    return Idiom(
        phrases=words.phrases(path, "idiom", raw["patterns"]),
        categories=frozenset(Category(name) for name in raw["categories"]),
    )


def _reject_twins(folder: Path, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for rule_id in ids:
        if rule_id in seen:
            raise InputError(f"{folder}: rule {rule_id} stands twice")
        seen.add(rule_id)
