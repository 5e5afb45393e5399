"""Compiles the lexicon's readable phrase patterns to regular expressions over normalised text.

A pattern is words as a clinician would write them, matched word by word (case, accents and
punctuation are already gone):

    word        that word                      suicid*     any ending
    (a b|c)     one of these                   [a|b]       one of these, or nothing
    {name}      a named list of words.toml     ..          up to 3 words, same sentence
    ...         up to 8 words, same sentence   >>          up to 20 words, also across sentences
    ~           up to 3 words without a pause, "but", "and" ...: one phrase
    ^  $        start or end of the message
    <  >        start or end of a sentence
"""

import re
from collections.abc import Mapping

_TERM = re.compile(r">>|\.\.\.|\.\.|[~\^$<>|(){}\[\]]|[a-z0-9_]+\*?|\*")
_PAUSE = "(?:, )?"
_WORD = r"(?:(?![.?] )[^ ]+ )"
_SAME_PHRASE = r"(?:(?!(?:[.?,]|but|and|now|just|still|because|except|then) )[^ ]+ )"
_GAPS = {
    "~": _SAME_PHRASE + "{0,3}?",
    "..": _WORD + "{0,3}?",
    "...": _WORD + "{0,8}?",
    ">>": "(?:[^ ]+ ){0,20}?",
}
_EDGES = {
    "^": r"(?<!.)",
    "$": r"(?:[.?] )*\Z",
    "<": r"(?:(?<!.)|(?<=[.?] ))",
    ">": r"(?=[.?] |\Z)",
}
_START = r"(?:(?<=\s)|(?<!.))"


class PatternError(ValueError):
    """The pattern cannot be read; the text says why."""


def compile_patterns(patterns: list[str], lists: Mapping[str, str]) -> re.Pattern[str]:
    """One expression that matches any of `patterns`."""
    return re.compile(
        _START + "(?:" + "|".join(_expression(p, lists) for p in patterns) + ")", re.S
    )


def list_expression(words: list[str], lists: Mapping[str, str]) -> str:
    """The expression of a named list whose entries are themselves patterns."""
    return "(?:" + "|".join(_expression(word, lists) for word in words) + ")"


def _expression(pattern: str, lists: Mapping[str, str]) -> str:
    terms = _TERM.findall(pattern)
    if "".join(terms) != pattern.replace(" ", ""):
        raise PatternError(f"cannot read the pattern {pattern!r}")
    reader = _Reader(pattern, terms, lists)
    expression = reader.alternatives(closing=None)
    if not expression or not re.search("[a-z0-9]", pattern):
        raise PatternError(f"empty pattern {pattern!r}")
    return expression


class _Reader:
    """Reads one pattern's terms from left to right."""

    def __init__(self, pattern: str, terms: list[str], lists: Mapping[str, str]) -> None:
        self._pattern = pattern
        self._terms = terms
        self._lists = lists
        self._at = 0

    def alternatives(self, closing: str | None) -> str:
        branches = [""]
        while self._at < len(self._terms):
            term = self._terms[self._at]
            self._at += 1
            if term == closing:
                return self._joined(branches)
            if term == "|":
                branches.append("")
            else:
                branches[-1] += self._term(term)
        if closing is not None:
            raise PatternError(f"{closing!r} is missing in {self._pattern!r}")
        return self._joined(branches)

    def _joined(self, branches: list[str]) -> str:
        if any(not branch for branch in branches):
            raise PatternError(f"an alternative is empty in {self._pattern!r}")
        return branches[0] if len(branches) == 1 else "(?:" + "|".join(branches) + ")"

    def _term(self, term: str) -> str:
        if term == "(":
            return "(?:" + self.alternatives(")") + ")"
        if term == "[":
            return "(?:" + self.alternatives("]") + ")?"
        if term == "{":
            return self._named()
        if term in _GAPS:
            return _GAPS[term]
        if term in _EDGES:
            return _EDGES[term]
        if not term[0].isalnum():
            raise PatternError(f"{term!r} stands alone in {self._pattern!r}")
        stem = re.escape(term.removesuffix("*"))
        return (f"{stem}[^ ]* " if term.endswith("*") else f"{stem} ") + _PAUSE

    def _named(self) -> str:
        name, *closed = self._terms[self._at : self._at + 2] or [""]
        self._at += 2
        if closed != ["}"] or name not in self._lists:
            raise PatternError(f"no list {name!r} for {self._pattern!r}")
        return self._lists[name]
