"""Reads the lexicon's phrase patterns and finds them in a normalised message, word by word.

A pattern is words as a clinician would write them (case, accents and punctuation are gone):

    word        that word                      suicid*     any ending
    (a b|c)     one of these                   [a|b]       one of these, or nothing
    {name}      a named list of words.toml     ..          up to 3 words, same sentence
    ...         up to 8 words, same sentence   >>          up to 20 words, also across sentences
    ~           up to 3 words without a pause, "but", "and" ...: one phrase
    ^  $        start or end of the message
    <  >        start or end of a sentence

Between any two words of a pattern may stand a comma and up to three of the language's little words
("just", "really"; `little` in words.toml), so that no pattern has to spell them out.
What a gap passes over does not negate what comes after it: "husband .. hits me" is not heard in
"my husband never hits me", and a pattern that wants the negation writes it.

A pattern is a tree whose nodes turn the set of places where a match may be into the set of places
where it may go on. There is no backtracking: the time is linear in the length of the message.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Places = set[int]
Lists = Mapping[str, "Node"]

_TERM = re.compile(r">>|\.\.\.|\.\.|[~\^$<>|(){}\[\]]|[a-z0-9_]+\*?|\*")
_ENDS = frozenset(".?")
_PAUSES = frozenset((*".?,", *"but and now just still because except then".split()))
_NEGATIONS = frozenset("no not never nobody cannot nunca jamas tampoco nadie ni".split())
_BEFORE_THE_VERB = frozenset("ever me te se le les lo la los las nos he ha han".split())
"""May stand between a negation and what it negates: "no me ha pegado"."""
_MAX_LITTLE = 3


class PatternError(ValueError):
    """The pattern cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """The words of a normalised message, and what patterns are looked up by: the words and the
    beginnings of words (`suicid*`)."""

    words: tuple[str, ...]
    vocabulary: frozenset[str]


def read_line(text: str) -> Line:
    """`text` as `normalise` writes it: words with one space after each."""
    words = tuple(text.split())
    beginnings = {f"{word[:n]}*" for word in set(words) for n in range(1, len(word) + 1)}
    return Line(words, frozenset(words) | beginnings)


class Node(Protocol):
    @property
    def needs(self) -> frozenset[str] | None:
        """Words one of which every match has; None: no such words."""

    @property
    def begins(self) -> frozenset[str] | None:
        """Words one of which every match begins with; None: with anything."""

    @property
    def may_be_empty(self) -> bool: ...

    def ends(self, words: Sequence[str], starts: Places) -> Places: ...


@dataclass(frozen=True, slots=True)
class _Words:
    """One word out of several, and the little words after it."""

    plain: frozenset[str]
    stems: tuple[str, ...]
    little: frozenset[str]
    may_be_empty = False

    @property
    def needs(self) -> frozenset[str]:
        return self.plain | {f"{stem}*" for stem in self.stems}

    begins = needs

    def ends(self, words: Sequence[str], starts: Places) -> Places:
        found = set()
        for at in starts:
            if at < len(words) and (words[at] in self.plain or words[at].startswith(self.stems)):
                found.add(at + 1)
                for after in range(at + 1, min(at + 1 + _MAX_LITTLE, len(words))):
                    if words[after] not in self.little:
                        break
                    found.add(after + 1)
        return found


@dataclass(frozen=True, slots=True)
class _Row:
    """`all_needs`: every match has a word of each; `needs` is the one with the rarest words."""

    parts: tuple[Node, ...]
    all_needs: tuple[frozenset[str], ...]
    needs: frozenset[str] | None
    begins: frozenset[str] | None
    may_be_empty: bool

    def ends(self, words: Sequence[str], starts: Places) -> Places:
        for part in self.parts:
            starts = part.ends(words, starts)
            if not starts:
                break
        return starts


@dataclass(frozen=True, slots=True)
class _Choice:
    branches: tuple[Node, ...]
    needs: frozenset[str] | None
    begins: frozenset[str] | None
    may_be_empty: bool

    def ends(self, words: Sequence[str], starts: Places) -> Places:
        return set().union(*(branch.ends(words, starts) for branch in self.branches))


@dataclass(frozen=True, slots=True)
class _Maybe:
    inner: Node
    needs = None
    may_be_empty = True

    @property
    def begins(self) -> frozenset[str] | None:
        return self.inner.begins

    def ends(self, words: Sequence[str], starts: Places) -> Places:
        return starts | self.inner.ends(words, starts)


@dataclass(frozen=True, slots=True)
class _Gap:
    """Up to `most` words, none of `stops`, the last of which do not negate what follows."""

    most: int
    stops: frozenset[str]
    needs = None
    begins = None
    may_be_empty = True

    def ends(self, words: Sequence[str], starts: Places) -> Places:
        found = set(starts)
        for start in starts:
            negated = False
            for at in range(start, min(start + self.most, len(words))):
                word = words[at]
                if word in self.stops:
                    break
                negated = word in _NEGATIONS or (negated and word in _BEFORE_THE_VERB)
                if not negated:
                    found.add(at + 1)
        return found


@dataclass(frozen=True, slots=True)
class _Edge:
    sign: str
    needs = None
    begins = None
    may_be_empty = True

    def ends(self, words: Sequence[str], starts: Places) -> Places:
        return {at for at in starts if self._holds(words, at)}

    def _holds(self, words: Sequence[str], at: int) -> bool:
        match self.sign:
            case "^":
                return at == 0
            case "<":
                return at == 0 or words[at - 1] in _ENDS
            case ">":
                return at == len(words) or words[at] in _ENDS
            case _:
                return all(word in _ENDS for word in words[at : at + 3])


_GAPS = {
    "~": _Gap(3, _PAUSES),
    "..": _Gap(3, _ENDS),
    "...": _Gap(8, _ENDS),
    ">>": _Gap(20, frozenset()),
}
_EDGES = {sign: _Edge(sign) for sign in "^$<>"}


@dataclass(frozen=True, slots=True)
class Span:
    """Words `start` up to, not including, `end` of a line."""

    start: int
    end: int


class Phrases:
    """Patterns that stand for each other: any of them is a match."""

    def __init__(self, patterns: Sequence[Node]) -> None:
        self._always = [p for p in patterns if p.needs is None]
        self._by_word: dict[str, list[Node]] = defaultdict(list)
        for pattern in patterns:
            for word in pattern.needs or ():
                self._by_word[word].append(pattern)

    @property
    def needs(self) -> frozenset[str] | None:
        """Words one of which every match has, as in `Line.vocabulary`; None: no such words."""
        return None if self._always else frozenset(self._by_word)

    def spans(self, line: Line, beyond: int = 0) -> Iterator[Span]:
        """Matches, each as short as may be; only those that end after `beyond`."""
        for pattern in self._candidates(line):
            starts = _starts(pattern, line.words)
            if max(pattern.ends(line.words, starts), default=0) <= beyond:
                continue
            for start in sorted(starts):
                ends = [e for e in pattern.ends(line.words, {start}) if e > max(beyond, start)]
                if ends:
                    yield Span(start, min(ends))

    def in_line(self, line: Line) -> bool:
        words = line.words
        return any(p.ends(words, _starts(p, words)) for p in self._candidates(line))

    def at_end(self, line: Line) -> bool:
        """Whether a match ends with the last word."""
        words = line.words
        return any(
            len(words) in pattern.ends(words, _starts(pattern, words))
            for pattern in self._candidates(line)
        )

    def _candidates(self, line: Line) -> list[Node]:
        found = {id(pattern): pattern for pattern in self._always}
        for word in self._by_word.keys() & line.vocabulary:
            found.update((id(pattern), pattern) for pattern in self._by_word[word])
        return [pattern for pattern in found.values() if _may_be_in(pattern, line)]


def _may_be_in(pattern: Node, line: Line) -> bool:
    needs = pattern.all_needs if isinstance(pattern, _Row) else ()
    return not any(line.vocabulary.isdisjoint(words) for words in needs)


def _starts(pattern: Node, words: Sequence[str]) -> Places:
    if pattern.begins is None:
        return set(range(len(words) + 1))
    plain = pattern.begins
    stems = tuple(word[:-1] for word in plain if word.endswith("*"))
    return {i for i, word in enumerate(words) if word in plain or word.startswith(stems)}


def read_phrases(patterns: Sequence[str], lists: Lists, little: frozenset[str]) -> Phrases:
    return Phrases([read_pattern(pattern, lists, little) for pattern in patterns])


def read_list(entries: Sequence[str], lists: Lists, little: frozenset[str]) -> Node:
    """A named list, whose entries are themselves patterns."""
    return _choice([read_pattern(entry, lists, little) for entry in entries])


def read_pattern(pattern: str, lists: Lists, little: frozenset[str]) -> Node:
    terms = _TERM.findall(pattern)
    if "".join(terms) != pattern.replace(" ", ""):
        raise PatternError(f"cannot read the pattern {pattern!r}")
    if not re.search("[a-z0-9]", pattern):
        raise PatternError(f"empty pattern {pattern!r}")
    return _Reader(pattern, terms, lists, little | {","}).alternatives(closing=None)


class _Reader:
    """Reads one pattern's terms from left to right."""

    def __init__(
        self, pattern: str, terms: Sequence[str], lists: Lists, little: frozenset[str]
    ) -> None:
        self._pattern = pattern
        self._terms = terms
        self._lists = lists
        self._little = little
        self._at = 0

    def alternatives(self, closing: str | None) -> Node:
        branches: list[list[Node]] = [[]]
        while self._at < len(self._terms):
            term = self._terms[self._at]
            self._at += 1
            if term == closing:
                return self._joined(branches)
            if term == "|":
                branches.append([])
            else:
                branches[-1].append(self._term(term))
        if closing is not None:
            raise PatternError(f"{closing!r} is missing in {self._pattern!r}")
        return self._joined(branches)

    def _joined(self, branches: list[list[Node]]) -> Node:
        if not all(branches):
            raise PatternError(f"an alternative is empty in {self._pattern!r}")
        return _choice([_row(branch) for branch in branches])

    def _term(self, term: str) -> Node:
        if term == "(":
            return self.alternatives(")")
        if term == "[":
            return _Maybe(self.alternatives("]"))
        if term == "{":
            return self._named()
        if term in _GAPS:
            return _GAPS[term]
        if term in _EDGES:
            return _EDGES[term]
        if not term[0].isalnum():
            raise PatternError(f"{term!r} stands alone in {self._pattern!r}")
        if term.endswith("*"):
            return _Words(frozenset(), (term[:-1],), self._little)
        return _Words(frozenset({term}), (), self._little)

    def _named(self) -> Node:
        name, *closed = self._terms[self._at : self._at + 2] or [""]
        self._at += 2
        if closed != ["}"] or name not in self._lists:
            raise PatternError(f"no list {name!r} for {self._pattern!r}")
        return self._lists[name]


def _row(parts: Sequence[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    needs = [part.needs for part in parts if part.needs is not None]
    return _Row(
        parts=tuple(parts),
        all_needs=tuple(needs),
        needs=max(needs, key=_rarity) if needs else None,
        begins=_begins(parts),
        may_be_empty=all(part.may_be_empty for part in parts),
    )


def _choice(branches: Sequence[Node]) -> Node:
    """Single words of the same kind become one set, which is looked up at once."""
    words = [branch for branch in branches if isinstance(branch, _Words)]
    rest = [branch for branch in branches if not isinstance(branch, _Words)]
    if words:
        plain = frozenset().union(*(w.plain for w in words))
        stems = tuple(stem for w in words for stem in w.stems)
        rest.append(_Words(plain, stems, words[0].little))
    if len(rest) == 1:
        return rest[0]
    return _Choice(
        branches=tuple(rest),
        needs=_union([branch.needs for branch in rest]),
        begins=None
        if any(b.may_be_empty for b in rest)
        else _union([branch.begins for branch in rest]),
        may_be_empty=any(branch.may_be_empty for branch in rest),
    )


def _begins(parts: Sequence[Node]) -> frozenset[str] | None:
    found: list[frozenset[str] | None] = []
    for part in parts:
        if isinstance(part, _Edge):
            continue
        found.append(part.begins)
        if not part.may_be_empty:
            return _union(found)
    return None


def _union(sets: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    known = [each for each in sets if each is not None]
    return frozenset().union(*known) if len(known) == len(sets) else None


def _rarity(words: frozenset[str]) -> tuple[int, int]:
    """Long words are rare words."""
    return min(len(word) for word in words), -len(words)
