"""Compiles the readable phrase patterns of `data/*.toml` to regular expressions.

A pattern is words as anybody would write them, matched word by word on a folded sentence (case,
accents and punctuation are gone, "can't" reads "can not"):

    word       that word                   suicid*    any ending
    (a b|c)    one of these                [a|b]      one of these, or nothing
    {name}     a named list of the file    ..         up to 3 words without a pause
    ^  $       start or end of the part    ...        up to 8 words
    !(a|b)     not one of these here       *          any word
"""

import re
from collections.abc import Mapping, Sequence

_TERM = re.compile(r"\.\.\.|\.\.|!\(|[\^$|()\[\]]|\{\w+\}|,|[\w%#@'/-]+\*?|\*")
_GAPS = {"..": r"(?:(?!,)\S+ ){0,3}?", "...": r"(?:\S+ ){0,8}?"}
_MARKS = {
    "(": "(?:",
    ")": ")",
    "[": "(?:",
    "]": ")?",
    "|": "|",
    "!(": "(?!",
    "^": r"\A ",
    "$": r"\Z",
}


class PatternError(ValueError):
    """The pattern cannot be read; the text says why."""


def compiled(patterns: Sequence[str], lists: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """One expression for all `patterns`; raises `PatternError`. Without patterns it never
    matches."""
    if not patterns:
        return re.compile(r"(?!)")
    return re.compile("|".join(f"(?:{_source(each, lists)})" for each in patterns))


def _source(pattern: str, lists: Mapping[str, Sequence[str]]) -> str:
    terms = _TERM.findall(pattern)
    if "".join(terms) != pattern.replace(" ", ""):
        raise PatternError(f"{pattern!r} has a sign that is not one of the pattern's")
    body = "".join(_term(term, pattern, lists) for term in terms)
    try:
        re.compile(body)
    except re.error as error:
        raise PatternError(f"{pattern!r}: {error}") from None
    return body if terms[0] == "^" else rf"(?<= ){body}"


def _term(term: str, pattern: str, lists: Mapping[str, Sequence[str]]) -> str:
    if term in _GAPS:
        return _GAPS[term]
    if term in _MARKS:
        return _MARKS[term]
    if term.startswith("{"):
        name = term[1:-1]
        if name not in lists:
            raise PatternError(f"{pattern!r}: there is no list {name!r}")
        return f"(?:{'|'.join(_source(each, {}).removeprefix('(?<= )') for each in lists[name])})"
    if term.endswith("*"):
        return rf"{re.escape(term[:-1])}\S* " if term != "*" else r"\S+ "
    return f"{re.escape(term)} "
