"""The rules of one check, read from its file in `data/`: what no draft may say, and why."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.guardrails.phrases import PatternError, compiled
from knowledge.errors import InputError

DATA = Path(__file__).parent / "data"
_PART = re.compile(r" (?:but|however|although|though|pero|aunque|sino|sin embargo) ")


class _RuleEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    why: str
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    quotable: bool = True


class _RuleFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lists: dict[str, tuple[str, ...]] = {}
    rule: tuple[_RuleEntry, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A part of a sentence that one of the patterns finds breaks it, unless an exception stands in
    the same part. `quotable`: an approved text may say it."""

    id: str
    quotable: bool
    patterns: re.Pattern[str]
    unless: re.Pattern[str]

    def broken_by(self, part: str) -> bool:
        return self.patterns.search(part) is not None and self.unless.search(part) is None


@dataclass(frozen=True, slots=True)
class Rulebook:
    rules: tuple[Rule, ...]

    def broken(self, folded: str, *, approved: bool = False) -> tuple[Rule, ...]:
        """The rules that a folded sentence breaks; what follows a "but" is judged by itself. An
        `approved` sentence breaks only what nobody may quote."""
        pieces = [piece.strip() for piece in _PART.split(folded)]
        parts = [f" {piece} " for piece in pieces if piece]
        rules = [rule for rule in self.rules if not (approved and rule.quotable)]
        return tuple(rule for rule in rules if any(rule.broken_by(part) for part in parts))

    def rule(self, identity: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == identity)


@cache
def load_rulebook(name: str) -> Rulebook:
    """`data/<name>.toml`; raises `InputError` with file and key."""
    path = DATA / f"{name}.toml"
    try:
        file = _RuleFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{path}: {where}: {fault['msg']}") from None
    return Rulebook(tuple(_rule(path, entry, file.lists) for entry in file.rule))


def _rule(path: Path, entry: _RuleEntry, lists: dict[str, tuple[str, ...]]) -> Rule:
    try:
        return Rule(
            entry.id,
            entry.quotable,
            compiled(entry.patterns, lists),
            compiled(entry.unless, lists),
        )
    except PatternError as error:
        raise InputError(f"{path}: rule {entry.id}: {error}") from None
