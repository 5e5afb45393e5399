"""Splits prose into sentences without cutting at abbreviations, in English and Spanish."""

import re

_BOUNDARY = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-ZÁÉÍÓÚÑ¿¡0-9$])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|dra|drs|mr|mrs|ms|sr|sra|srta|st|ste|ave|av|blvd|rd|no|núm|num|tel|ext|apt|fl"
    r"|approx|aprox|incl|e\.g|i\.e|p\.ej|ej|vs|etc|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
    r"|ee|uu|u\.s|m\.d|o\.d|ph\.d|psy\.d|[a-z])\.$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)


def split_sentences(text: str) -> tuple[str, ...]:
    """Sentences in order, whitespace made single; nothing is lost or rewritten."""
    flat = " ".join(text.split())
    sentences: list[str] = []
    start = 0
    for boundary in _BOUNDARY.finditer(flat):
        head = flat[start : boundary.start()]
        if _ABBREVIATION.search(head) and not _CLOCK.search(head):
            continue
        sentences.append(flat[start : boundary.end()].rstrip())
        start = boundary.end()
    if start < len(flat):
        sentences.append(flat[start:])
    return tuple(sentences)
