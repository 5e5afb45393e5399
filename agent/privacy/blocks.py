"""Whole lines of a signature or an address: what stands between a name and where to reach it."""

import re

from agent.privacy.spans import Span

_QUOTED = " \t>|?*"
_MOST_LINES = 2
_MOST_WORDS = 6
_PLAIN = re.compile(r"[^\W\d_][^.!?:;\d\n]*\.?")
_HEADING = re.compile(r"[^\W\d_][^.!?;\d\n]{0,30}:")
_REACHED = frozenset({"LOCATION", "PHONE_NUMBER", "EMAIL_ADDRESS", "URL"})


def with_blocks(text: str, spans: tuple[Span, ...]) -> list[Span]:
    """With the job title and the firm of a signature: at most two short lines between a line that
    is a name and one that begins with a place, a number or an address to write to."""
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text) if m.group().strip(_QUOTED)]
    hidden = list(spans)
    for at, (start, end) in enumerate(lines):
        if not any(span.type == "PERSON" and _fills(text, span, start, end) for span in spans):
            continue
        between: list[Span] = []
        for line in lines[at + 1 :]:
            if any(_begins(text, span, *line) for span in spans):
                hidden += between
                break
            content = text[slice(*line)].strip(_QUOTED)
            if _HEADING.fullmatch(content):
                continue
            short = _PLAIN.fullmatch(content) and len(content.split()) <= _MOST_WORDS
            if not short or len(between) == _MOST_LINES:
                break
            between.append(Span(*line, "ORGANIZATION"))
    return hidden


def _fills(text: str, span: Span, start: int, end: int) -> bool:
    if not start <= span.start < span.end <= end:
        return False
    return not (text[start : span.start] + text[span.end : end]).strip(_QUOTED + ",.")


def _begins(text: str, span: Span, start: int, end: int) -> bool:
    """Whether the line is a place, or a number or an address to write to with its label before."""
    if span.type not in _REACHED or not start <= span.start < end:
        return False
    before = text[start : span.start].strip(_QUOTED)
    return not before or (before.endswith(":") and len(before.split()) <= 2)
