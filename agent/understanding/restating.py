"""Whether what stands beside a yes only says the question again ("yes, tuesday at 10")."""

import re

from agent.understanding.calendar_words import MONTHS, WEEKDAYS
from agent.understanding.phrases import read_phrases
from agent.understanding.spelling import squeezed

_LINKS = frozenset(read_phrases("answers")["links"])
_WORD = re.compile(r"[a-z']+|\d{1,2}[: ]\d{2}(?!\d)|\d+")


def restates(said: str, question: str) -> bool:
    """True only when every word of `said` stands in `question` or links such words. Where the
    question names several days ("from ... to ..."), day, date and time have to be the last one's:
    the one that would be booked. "10" is 10:00, never 10:30."""
    asked = [_plain(word) for word in _WORD.findall(squeezed(question))]
    days = [place for place, word in enumerate(asked) if word in WEEKDAYS]
    last = asked[days[-1] :] if days else asked
    when = {_as_when(word) for word in last} - {""}
    whole = {word for word in asked if not _as_when(word)}
    words = [_plain(word) for word in _WORD.findall(said)]
    return bool(words) and all(
        word in _LINKS or (_as_when(word) in when if _as_when(word) else word in whole)
        for word in words
    )


def _plain(word: str) -> str:
    """An hour without its minutes, when those are none; the colon may be lost ("10 30")."""
    return word.replace(" ", ":").removesuffix(":00").lstrip("0") or "0"


def _as_when(word: str) -> str:
    """What tells a day or a time, in one spelling; empty for other words."""
    if word in WEEKDAYS:
        return f"day {WEEKDAYS[word]}"
    if word in MONTHS:
        return f"month {MONTHS[word]}"
    return word if word[0].isdigit() else ""
