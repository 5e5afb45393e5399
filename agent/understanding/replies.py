"""Whether a reply to a read-back says yes or no.

The grammar has the first word: what it understands whole is what it is. A reply that it does not
know is the network's to judge, and a yes more narrowly than a no: a no changes nothing, a yes
writes.
"""

import re

from agent.reader.reader import Reader
from agent.understanding.answers import Answered, YesNo, is_neither, wants_out, yes_or_no
from agent.understanding.calendar_words import MONTHS, WEEKDAYS
from agent.understanding.phrases import any_of, read_phrases
from agent.understanding.restating import restates
from agent.understanding.spelling import squeezed

SURE_YES, SURE_NO = 0.95, 0.90
"""Probabilities from which the network's yes and no count, set on evals/development: at .90 "add
that I'm allergic to sulfa, then you can send it" was a yes."""

CONTRADICTED = 0.60
"""... and from which its yes leaves open what the grammar heard as no ("go ahead, no changes")."""

LONGEST_YES = 20
"""Words of a reply that may be a yes on the network's word."""

_SAID = read_phrases("answers")


def _phrases(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{any_of(_SAID[name])})(?![\w'])")


_RESERVED, _UNRESERVED = _phrases("reserved"), _phrases("unreserved")
_SET_RIGHT = _phrases("set_right")
_ACCENTED_YES = re.compile(r"\bs[íÍ]\b", re.IGNORECASE)  # "si" without it is also "if"
_TIME = re.compile(rf"\d|\b(?:{'|'.join([*WEEKDAYS, *MONTHS])})\b")


def reply_to(question: str, text: str, reader: Reader) -> YesNo | None:
    """What `text` answers to `question`; None when it is neither yes nor no, and when it drops the
    matter."""
    said = yes_or_no(text)
    if wants_out(text) or (said is None and is_neither(text)):
        return None
    if said is not None and (said.answered is Answered.YES or _says_again(said, question, text)):
        return YesNo(Answered.YES)
    chances = reader.read(text).replies
    if said is not None and said.answered is Answered.NO:
        return None if chances["yes"] >= CONTRADICTED else said
    if chances["no"] >= SURE_NO and not (said is not None and sets_right(said.rest)):
        return YesNo(Answered.NO)
    if chances["yes"] >= SURE_YES and not _is_reserved(text):
        return YesNo(Answered.YES)
    return said


def _says_again(said: YesNo, question: str, text: str) -> bool:
    """ "Yes, tuesday at 10", where tuesday at 10 is what was asked."""
    return said.answered is Answered.YES_BUT and "?" not in text and restates(said.rest, question)


def sets_right(rest: str) -> bool:
    """What is left of "no, I meant the other pharmacy", "no, thursday"."""
    return bool(_SET_RIGHT.search(rest) or _TIME.search(rest))


def _is_reserved(text: str) -> bool:
    """Whether it asks, doubts, excepts, adds or names a time: then no network makes it a yes."""
    plain = _UNRESERVED.sub(" ", squeezed(_ACCENTED_YES.sub("yes", text)))
    asks = "?" in text or len(plain.split()) > LONGEST_YES
    return asks or bool(_RESERVED.search(plain) or _TIME.search(plain))
