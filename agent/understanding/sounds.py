"""Names written by ear: "zertralina", "yoliet", "folow"."""

import re
from collections.abc import Sequence

from agent.understanding.spelling import alike, fold, words

_SAME_SOUND = (
    (r"ph", "f"),
    (r"qu(?=[ei])|ck|c(?=[^eih]|$)|q", "k"),
    (r"z|c(?=[ei])", "s"),
    (r"v", "b"),
    (r"ll|j|g(?=[ei])", "y"),
    (r"(?<![cs])h", ""),
    (r"(.)\1+", r"\1"),
)
_RULES = tuple((re.compile(letters), sound) for letters, sound in _SAME_SOUND)
_SHORTEST = 5


def by_ear(text: str, labels: Sequence[str]) -> str:
    """The text with its words put right that sound like one word of the labels and no other."""
    known = {word for label in labels for word in words(label) if len(word) >= _SHORTEST}
    return " ".join(_heard(word, known) for word in fold(text).split())


def _heard(word: str, known: set[str]) -> str:
    if len(word) < _SHORTEST or not word.isalpha():
        return word
    close = [name for name in known if alike(_sound(word), _sound(name))]
    return close[0] if len(close) == 1 else word


def _sound(word: str) -> str:
    """English and Spanish spellings of one sound made one: yoliet and joliet, benavides and b-."""
    for letters, sound in _RULES:
        word = letters.sub(sound, word)
    return word
