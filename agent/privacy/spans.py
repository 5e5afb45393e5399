"""Where a text says something that must not be read, and how findings that meet become one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_EDGES = " \t\r\n,;:.!?¡¿\"“”'‘’()[]{}<>|*"
_BETWEEN_NAMES = re.compile(r"[ \t]{1,2}")
_BETWEEN_PLACES = re.compile(r"[\s,.;|>?()'’-]{0,8}(?:[A-Z]{2}\b[\s,.;|>?-]{0,6})?")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]`, in characters; `type` is one of presidio's entity types."""

    start: int
    end: int
    type: str
    sure: float = field(default=1.0, compare=False)
    """0 to 1: of findings as long as each other the surer one gives the type."""


def settled(text: str, found: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted and apart: what overlaps is joined under the type of the longer, and so are the
    words of one name and the lines of one address."""
    spans: list[Span] = []
    for span in sorted(_trimmed(text, span) for span in found):
        if span.end <= span.start:
            continue
        last = spans[-1] if spans else None
        if last is None or not _one(text, last, span):
            spans.append(span)
            continue
        longer = max(last, span, key=lambda one: (one.end - one.start, one.sure))
        spans[-1] = Span(last.start, max(last.end, span.end), longer.type, longer.sure)
    return tuple(spans)


def _one(text: str, last: Span, span: Span) -> bool:
    if span.start < last.end:
        return True
    between = text[last.end : span.start]
    if last.type == span.type == "PERSON":
        return bool(_BETWEEN_NAMES.fullmatch(between))
    if last.type == span.type == "LOCATION":
        return bool(_BETWEEN_PLACES.fullmatch(between))
    return False


def _trimmed(text: str, span: Span) -> Span:
    if span.type == "LITERAL":
        return span
    start, end = span.start, span.end
    while start < end and text[start] in _EDGES and text[start] != "(":
        start += 1
    while end > start and text[end - 1] in _EDGES and text[end - 1] != ")":
        end -= 1
    return Span(start, end, span.type, span.sure)
