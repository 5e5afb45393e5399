"""How a text is laid out for the checks: sentences of plain words, without case or accents.

A folded sentence is its words between single spaces, with a space at both ends; a comma stands for
whatever parts it inside. English contractions are written out, so that one pattern serves both.
"""

import re
import unicodedata

from knowledge.ingest.sentences import split_sentences

_TOKEN = re.compile(r"[a-z0-9$%@#_]+(?:['./:@_-][a-z0-9_]+)*|[,;:()\[\]{}<>|—–\"“”]|\*\*")
_LETTER_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_IS = re.compile(r"\b(it|that|this|what|there|here|he|she|who|where|how|everything)'s\b")
_CONTRACTIONS = (
    (re.compile(r"\bcan(?:'t|not)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"\blet's\b"), "let us"),
    (_IS, r"\1 is"),
)


def plain(text: str) -> str:
    """Lower case without accents, character for character: positions stay those of `text`."""
    if text.isascii():
        return text.lower()
    return "".join(_plain(c) for c in text)


def _plain(character: str) -> str:
    if character.isascii():
        return character.lower()
    if character in "’‘ʼ":
        return "'"
    if character.isspace():
        return " "
    base = unicodedata.normalize("NFKD", character)[0]
    lowered = base.lower()
    return lowered if len(lowered) == 1 else character


def fold(sentence: str) -> str:
    """The words of one sentence, as patterns read them."""
    if not sentence.isascii():
        sentence = "".join(c for c in sentence if unicodedata.category(c) != "Cf")
    text = plain(sentence)
    if "'" in text or "cannot" in text:
        for contraction, written_out in _CONTRACTIONS:
            text = contraction.sub(written_out, text)
    words = (word if word[0].isalnum() or word[0] in "$#%@_" else "," for word in _words(text))
    return f" {' '.join(words)} "


def _words(text: str) -> list[str]:
    return _TOKEN.findall(text)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, each line apart, without the marks of a list."""
    found: list[str] = []
    for line in text.splitlines():
        found.extend(split_sentences(_LETTER_MARK.sub("", line)))
    return tuple(sentence for sentence in found if sentence.strip())
