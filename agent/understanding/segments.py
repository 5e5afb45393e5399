"""Cuts a message where one wish may end and the next begin; a reader decides if they differ."""

import re

_ABBREVIATIONS = re.compile(
    r"\b(dr|dra|mr|mrs|ms|st|no|vs|sr|sra|appt|apt|approx|a\.m|p\.m|e\.g|i\.e)\.", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$|[¿¡A-ZÁÉÍÓÚ])|[\n;]+|(?<=\S)\s+(?=[¿¡])")
_JOINT = re.compile(
    r"\s*,?\s+(?:and also|and then|and|also|plus|oh and|as well as|but also|but|btw|by the way|n"
    r"|then"
    r"|y tambi[eé]n|y adem[aá]s|y|e|tambi[eé]n|adem[aá]s|pero|aparte|de paso|luego)\s+(?=\S)"
    r"|\s*[,&+/]\s+|\s+[&+]\s*|\s+[-–—]\s+",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"[()\[\]]")
_HOLDS_THE_FLOOR = (
    r"(?:(?:oh |no )?(?:wait|hold on|hang on|one sec(?:ond)?|hmm+|um+|uh+|er|hey|ok(?:ay)?|so"
    r"|well|actually|sorry|please|listen|look|right|anyway|and|esper[ae]|un momento|oye|oiga|bueno"
    r"|pues|mire|mira|perd[oó]n|disculpe|ah|eh|a ver|este|por favor|y|e))"
)
_FILLER = re.compile(rf"{_HOLDS_THE_FLOOR}(?: {_HOLDS_THE_FLOOR})*", re.IGNORECASE)
"""Words that hold the floor and ask for nothing."""

MOST_PIECES = 8


def pieces(text: str) -> tuple[str, ...]:
    """The clauses of a message in order, at most eight; the text itself when it has only one."""
    plain = _ABBREVIATIONS.sub(lambda found: found[1], _BRACKET.sub(", ", text))
    found: list[str] = []
    for sentence, end in _sentences(plain):
        clauses = [c.strip(" ,.-–—") for c in _JOINT.split(sentence)]
        clauses = [c for c in clauses if any(map(str.isalnum, c)) and not _FILLER.fullmatch(c)]
        if clauses and "?" in end:
            clauses[-1] += "?"
        found.extend(clauses)
    if len(found) <= 1 or len(found) > MOST_PIECES * 2:
        return (text.strip(),)
    return tuple(_joined(found))


def _sentences(text: str) -> list[tuple[str, str]]:
    """(sentence, its end mark) pairs."""
    cut = []
    start = 0
    for found in _SENTENCE_END.finditer(text):
        cut.append((text[start : found.start()], found[0]))
        start = found.end()
    cut.append((text[start:], ""))
    return cut


def _joined(found: list[str]) -> list[str]:
    """A single short word belongs to its neighbour: lists of names, "yes, please"."""
    kept: list[str] = []
    for clause in found:
        if kept and len(kept) >= MOST_PIECES:
            kept[-1] += ", " + clause
        else:
            kept.append(clause)
    return kept
