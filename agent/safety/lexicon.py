"""Reads one message with the rules of the rule book and says what fired.

Deterministic; a message of 100 characters takes about a millisecond. A rule whose every match is
guarded (negation, past, fiction, question) is reported as lowered, at no level, so that the desk
can still see that the words were there.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from agent.domain.terms import Category, Level
from agent.safety.patterns import Line, Phrases, Span, read_line
from agent.safety.rules import Guard, Rule, RuleBook

_HIDDEN = "_"
_SENTENCE_ENDS = frozenset(".?")
_WRITER = frozenset({"i", "me", "myself", "yo", "mi"})
_PIECE_WORDS = 6
"""A message of at most so many words may be a piece of a sentence that was sent in two."""


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
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._always = []
        for number, rule in enumerate(book.rules):
            if rule.phrases.needs is None:
                self._always.append(number)
            for word in rule.phrases.needs or ():
                self._by_word[word].append(number)
        self.version = book.version

    def read(self, text: str) -> list[Hit]:
        """Hits in a normalised text."""
        return self._hits(read_line(text), beyond=0)

    def read_with_earlier(self, earlier: Sequence[str], text: str) -> list[Hit]:
        """Hits that the normalised `text` has only together with `earlier`, oldest first."""
        before = read_line("".join(f"{line}. " for line in earlier))
        now = read_line(text)
        hits = [
            Hit(rule.id, rule.category, rule.level)
            for rule in self._book.window
            if rule.now.in_line(now) and rule.before.in_line(before)
        ]
        if earlier and _is_piece(earlier[-1]) and _is_piece(text):
            start = earlier[-1].removesuffix(". ")
            if not self.read(start):
                joined = self._hits(read_line(start + text), beyond=len(start.split()))
                hits += [hit for hit in joined if hit.lowered_by is None]
        return hits

    def _hits(self, line: Line, beyond: int) -> list[Hit]:
        rules = self._rules_for(line)
        if not rules:
            return []
        idioms = [
            (idiom.categories, list(idiom.phrases.spans(line))) for idiom in self._book.idioms
        ]
        visible: dict[Category, Line] = {}
        hits = []
        for rule in rules:
            if rule.category not in visible:
                spans = [
                    s for categories, found in idioms if rule.category in categories for s in found
                ]
                visible[rule.category] = _without(line, spans)
            hit = self._first_hit(rule, visible[rule.category], beyond)
            if hit is not None:
                hits.append(hit)
        return hits

    def _rules_for(self, line: Line) -> list[Rule]:
        """Rules that have at least one of their words in the line, in the order of the book."""
        numbers = set(self._always)
        for word in line.vocabulary & self._by_word.keys():
            numbers.update(self._by_word[word])
        return [self._book.rules[number] for number in sorted(numbers)]

    def _first_hit(self, rule: Rule, line: Line, beyond: int) -> Hit | None:
        lowered: Hit | None = None
        for span in rule.phrases.spans(line, beyond):
            if beyond and span.start >= beyond:
                continue
            sentence = _sentence(line.words, span)
            guard = _guard_that_holds(rule.guards, line.words, span, sentence)
            third = _is_about_other(self._book.other_person, line.words, span, sentence)
            if guard is None:
                return Hit(rule.id, rule.category, rule.level, third_person=third)
            lowered = Hit(rule.id, rule.category, Level.NONE, guard.id, third)
        return lowered


def _without(line: Line, spans: Sequence[Span]) -> Line:
    if not spans:
        return line
    words = list(line.words)
    for span in spans:
        words[span.start : span.end] = [_HIDDEN] * (span.end - span.start)
    return read_line(" ".join(words))


def _is_piece(text: str) -> bool:
    return 0 < len(text.split()) <= _PIECE_WORDS


_INTERJECTED = {("no", ","), ("nope", ","), ("nah", ","), ("tampoco", ","), ("nadie", ",")}
"""Answers or ends something before it and negates nothing after it: "no, I will kill myself"."""


def _guard_that_holds(
    guards: Sequence[Guard], words: Sequence[str], span: Span, sentence: Span
) -> Guard | None:
    before = _part(words, sentence.start, span.start)
    cut_off = tuple(words[max(span.start - 2, 0) : span.start]) in _INTERJECTED
    whole = _part(words, sentence.start, sentence.end)
    for guard in guards:
        if guard.before:
            holds = not cut_off and guard.phrases.at_end(before)
        else:
            holds = guard.phrases.in_line(whole)
        if holds and (guard.unless is None or not guard.unless.in_line(whole)):
            return guard
    return None


def _is_about_other(other: Phrases, words: Sequence[str], span: Span, sentence: Span) -> bool:
    if not _WRITER.isdisjoint(words[span.start : span.end]):
        return False
    nearby = _part(words, sentence.start, span.end)
    return "myself" not in nearby.words and other.in_line(nearby)


def _part(words: Sequence[str], start: int, end: int) -> Line:
    return read_line(" ".join(words[start:end]))


def _sentence(words: Sequence[str], span: Span) -> Span:
    start = span.start
    while start > 0 and words[start - 1] not in _SENTENCE_ENDS:
        start -= 1
    end = span.end
    while end < len(words) and words[end] not in _SENTENCE_ENDS:
        end += 1
    return Span(start, end)
