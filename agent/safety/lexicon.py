"""Reads one message with the rules of the rule book and says what fired.

Deterministic; a normalised message of 100 characters takes well under a millisecond. A rule whose
every match is guarded (negation, past, fiction, question) is reported as lowered, at no level, so
that the desk can still see that the words were there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.domain.terms import Category, Level
from agent.safety.rules import Guard, Rule, RuleBook

_SENTENCE_END = re.compile(r"(?:^|(?<= ))[.?] ")
_HIDDEN = "_ "


@dataclass(frozen=True, slots=True)
class Hit:
    """`lowered_by` is the guard that took the level away; `third_person`: about someone else."""

    rule_id: str
    category: Category
    level: Level
    lowered_by: str | None = None
    third_person: bool = False


class Lexicon:
    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self.version = book.version

    def read(self, text: str, boundary: int = 0) -> list[Hit]:
        """Hits in a normalised text; only matches that reach beyond `boundary` count."""
        hidden: dict[Category, str] = {}
        hits = []
        for rule in self._book.rules:
            if rule.masked and rule.category not in hidden:
                hidden[rule.category] = self._without_idioms(text, rule.category)
            hit = self._first_hit(rule, hidden[rule.category] if rule.masked else text, boundary)
            if hit is not None:
                hits.append(hit)
        return hits

    def read_with_earlier(self, earlier: Sequence[str], text: str) -> list[Hit]:
        """Hits that the normalised `text` has only together with `earlier`, oldest first."""
        before = "".join(f"{line}. " for line in earlier)
        hits = [
            Hit(rule.id, rule.category, rule.level)
            for rule in self._book.window
            if rule.now.search(text) and rule.before.search(before)
        ]
        if earlier and 0 < len(earlier[-1].split()) <= 6 and len(text.split()) <= 6:
            start = earlier[-1].removesuffix(". ")
            if not self.read(start):
                joined = self.read(start + text, boundary=len(start))
                hits += [hit for hit in joined if hit.lowered_by is None]
        return hits

    def _without_idioms(self, text: str, category: Category) -> str:
        for idiom in self._book.idioms:
            if category in idiom.categories:
                text = idiom.expression.sub(_HIDDEN, text)
        return text

    def _first_hit(self, rule: Rule, text: str, boundary: int) -> Hit | None:
        lowered: Hit | None = None
        for match in rule.expression.finditer(text):
            if match.end() <= boundary or (boundary and match.start() >= boundary):
                continue
            sentence_start = _sentence_start(text, match.start())
            guard = _guard_that_holds(rule.guards, text, sentence_start, match)
            nearby = text[sentence_start : match.end()]
            third = _is_about_other(self._book.other_person, nearby, match.group())
            if guard is None:
                return Hit(rule.id, rule.category, rule.level, third_person=third)
            lowered = Hit(rule.id, rule.category, Level.NONE, guard.id, third)
        return lowered


def _guard_that_holds(
    guards: tuple[Guard, ...], text: str, sentence_start: int, match: re.Match[str]
) -> Guard | None:
    before = text[sentence_start : match.start()]
    sentence = text[sentence_start : _sentence_end(text, match.end())]
    for guard in guards:
        if not guard.expression.search(before if guard.before else sentence):
            continue
        if guard.unless is None or not guard.unless.search(sentence):
            return guard
    return None


def _is_about_other(other: re.Pattern[str], nearby: str, matched: str) -> bool:
    if re.search(r"(?<!\S)(?:i|myself|me|mi|yo) ", matched):
        return False
    return other.search(nearby) is not None and " myself " not in f" {nearby}"


def _sentence_start(text: str, at: int) -> int:
    ends = [m.end() for m in _SENTENCE_END.finditer(text, 0, at)]
    return ends[-1] if ends else 0


def _sentence_end(text: str, at: int) -> int:
    following = _SENTENCE_END.search(text, max(0, at - 1))
    return following.start() if following else len(text)
