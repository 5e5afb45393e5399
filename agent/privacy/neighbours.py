"""The parts of an address that mean something only beside its other parts."""

import re

from agent.privacy.cues import load_cues
from agent.privacy.spans import Span
from agent.privacy.wordlists import fold, words_of

_UNIT = (
    r"(?!\s*(?:mg|mcg|ml|%|am\b|pm\b|a\.m|p\.m|min|hour|hr|day|week|month|year|yr|time|mile|session"
    r"|visit|people|hora|d[ií]a|semana|mes|a[nñ]o|vece|milla|or\b|to\b|and\b|y\b|o\b|:|/))"
)
_ROAD = (
    r"gate|gata|gatan|vei|vej|veien|v[aä]g|v[aä]gen|tee|tie|katu|u|utca|[uú]t|[uú]tja|t[eé]r|tere|rkp"
    r"|terrasse|strasse|stra[sß]e|str|laan|straat|plein|weg|platz|allee|t[aä]nav|iela|cesta|n[aá]m|ulice"
)
_HOUSE = re.compile(
    rf"(?:(?: [^\W\d_]+)? (?:{_ROAD})\b\.?)?"
    rf",? (?:#|no\.? ?|n[º°]\.? ?)?(\d{{1,5}}(?:[- ]?[A-Za-z])?)(?![\w.:/%]*\w){_UNIT}",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"[\s,|>?]{1,12}(?:[A-Z]{2,3}\b)?[\s,|>?]{0,12}"
    r"(\d{3,6}(?:[ -]\d{2,4})?(?: [A-Z]{2}\b)?|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w%/:-])" + _UNIT
)
_STATE = re.compile(
    r",? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI"
    r"|S[CD]|T[NX]|UT|V[AT]|W[AIVY])\b"
)
_BEFORE = re.compile(r"(?<![\w$€#./-])\d{1,6}(?:-\d+)?,? {1,2}(?:\d{1,6}[A-Z]? {1,2})?$")
_ASIDE = re.compile(r" \([^\W\d_a-z][^\W\d_]+\)")
_REGION = re.compile(
    r"\.?[\s,|>?]{1,12}([^\W\d_]{2,3}|\d\d)\.?[\s,|>?]{1,12}\d{4,6}(?:-\d{4})?(?![\w%/:-])" + _UNIT
)
_STATE_CODE = re.compile(
    rf"(?:{_STATE.pattern[:-2]}|(?<=\b[A-Z]\w)\.|(?<=\b[A-Z]\w\w)\.|(?<=\b[A-Z]\w\w\w)\.)\.?,?"
    r"\s{1,4}\d{5}(?:-\d{4})?(?![\w%/:-])",
    re.IGNORECASE,
)
_CROSSING = re.compile(r" (?:and|&|y|e) ")
_FORGOTTEN = re.compile(
    r"(?:[ \t]*[,\n][\s,?|>]{0,12}| )([^\W\d_]+(?: [^\W\d_]+){0,2})"
    r"(?:[ \t]*[,\n][\s,?|>]{0,12}| )"
)
_AT_A_PLACE = re.compile(r"\b(?:on|at|of|near|outside|behind|opposite|to|en)\s$", re.IGNORECASE)
_SAME_ADDRESS = re.compile(r"[ \t>?|]*[,\n][\s,>?|]{0,12}")
_TOWN = re.compile(
    r"(?: {1,2}|\.?[ \t>?|]*[,\n][\s,>?|]{0,12})(?=[^\W\d_a-z])([^\W\d_]{2,})(?!\w)"
    r"(?:[ '’-]{1,2}(?=[^\W\d_a-z])[^\W\d_]+(?!\w)){0,3}"
)
_STREET_LIKE = frozenset({"PERSON", "ORGANIZATION", "LOCATION", "NRP"})


def with_neighbours(text: str, spans: tuple[Span, ...]) -> list[Span]:
    """The spans with the house number, town or postal code beside each drawn in.

    A name on the line after a street is the town's, and one before "and" and a street is the street
    that crosses it.
    """
    drawn: list[Span] = []
    for span in spans:
        last = drawn[-1] if drawn else None
        if last is not None and _is_one_address(text, last, span):
            drawn[-1] = last = Span(last.start, span.start, "LOCATION")
        town = (
            last is not None
            and _is_street(text, last)
            and span.type in _STREET_LIKE
            and (
                span.start <= last.end
                or _SAME_ADDRESS.fullmatch(text[last.end : span.start]) is not None
            )
        )
        whole = Span(span.start, span.end, "LOCATION") if town else span
        drawn.append(_before(text, _after(text, whole)))
    return drawn


def _after(text: str, span: Span) -> Span:
    if span.type in _STREET_LIKE - {"NRP"} and not _is_person(text, span):
        house = _HOUSE.match(text, span.end)
        if house:
            return _after(text, _before(text, Span(span.start, house.end(1), "LOCATION")))
    if span.type == "LOCATION":
        town = _TOWN.match(text, span.end) if _is_street(text, span) else None
        if town and _may_be_town(town):
            return _after(text, Span(span.start, town.end(), "LOCATION"))
        region = _REGION.match(text, span.end) if _is_street(text, span) else None
        if region and region[1] not in words_of("public_words"):
            return Span(span.start, region.end(), "LOCATION")
        zipped = _STATE_CODE.match(text, span.end) if _is_street(text, span) else None
        if zipped:
            return Span(span.start, zipped.end(), "LOCATION")
        state = _STATE.match(text, span.end)
        if state:
            return _after(text, Span(span.start, state.end(), "LOCATION"))
        aside = _ASIDE.match(text, span.end)
        if aside:
            return _after(text, Span(span.start, aside.end(), "LOCATION"))
        code = _CODE.match(text, span.end)
        if code:
            return Span(span.start, code.end(1), "LOCATION")
    return span


def _before(text: str, span: Span) -> Span:
    if span.type != "LOCATION":
        return span
    number = _BEFORE.search(text, 0, span.start)
    return Span(number.start(), span.end, span.type) if number else span


def _is_street(text: str, span: Span) -> bool:
    return span.type == "LOCATION" and any(
        letter.isdigit() for letter in text[span.start : span.end]
    )


def _is_person(text: str, span: Span) -> bool:
    """A given name: the number after it is no house number, unless all of it stands at a place."""
    words = fold(text[span.start : span.end]).split()
    if span.type != "PERSON" or words[0] not in words_of("given_names"):
        return False
    at_a_place = _AT_A_PLACE.search(text, 0, span.start) or _BEFORE.search(text, 0, span.start)
    return len(words) == 1 or not at_a_place


def _may_be_town(town: re.Match[str]) -> bool:
    first, more = fold(town[1]), " " in town.group().strip()
    if more and first in load_cues().particles:
        return True
    return first not in words_of("public_words") | words_of("spanish_words")


def _is_one_address(text: str, last: Span, span: Span) -> bool:
    """Two streets that cross, or a street and its country with a town between that no list has."""
    if span.type not in _STREET_LIKE or last.type not in _STREET_LIKE:
        return False
    between = text[last.end : span.start]
    if _CROSSING.fullmatch(between):
        one_word = " " not in text[last.start : last.end]
        return one_word and text[last.start].isupper() and _is_street(text, span)
    town = _FORGOTTEN.fullmatch(between) if _is_street(text, last) else None
    return town is not None and not (
        set(fold(town[1]).split()) & (words_of("public_words") | words_of("spanish_words"))
    )
