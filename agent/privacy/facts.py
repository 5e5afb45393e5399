"""What the practice says about itself: facts that stay readable in what a model is shown."""

import re
from collections.abc import Iterable

from agent.privacy.cues import load_cues
from agent.privacy.spans import Span
from agent.privacy.wordlists import fold

_WORD = re.compile(r"[^\W_]+")
_PHONE_DIGITS = 7


class Facts:
    """A finding is public when it is a fact, or a run of words out of one."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._facts = [words for words in map(_words_of, allowed) if words]
        self._numbers = [digits for digits in map(_digits_of, allowed) if digits]

    def holds(self, text: str, span: Span) -> bool:
        value = text[span.start : span.end]
        digits = _digits_of(value)
        if len(digits) >= _PHONE_DIGITS and span.type in ("PHONE_NUMBER", "ID"):
            return any(
                number.endswith(digits) or digits.endswith(number) for number in self._numbers
            )
        words = _words_of(value)
        return bool(words) and any(_within(words, fact, span.type) for fact in self._facts)


def _within(words: list[str], fact: list[str], kind: str) -> bool:
    if kind == "PERSON" and len(words) == 1:
        # A surname stands for its owner; a first name may be anybody's.
        return words[0] == fact[-1]
    if len(words) == 1 and len(fact) > 1 and words[0].isdigit():
        return False
    return any(fact[at : at + len(words)] == words for at in range(len(fact) - len(words) + 1))


def _words_of(text: str) -> list[str]:
    titles = load_cues().titles
    words = list(_WORD.findall(fold(text)))
    return [word for word in words if word not in titles] or words


def _digits_of(text: str) -> str:
    digits = "".join(letter for letter in text if letter.isdigit())
    return digits if len(digits) >= _PHONE_DIGITS else ""
