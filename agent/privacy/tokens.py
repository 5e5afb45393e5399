"""The words of a text with what their shape and place say about them."""

import re
from dataclasses import dataclass

from agent.privacy.wordlists import fold

_WORD = re.compile(r"[^\W\d_]+(?:['’´`\-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’´`]s$", re.IGNORECASE)
_CONTRACTION = re.compile(r"['’´`](?:ll|ve|re|d|m|t|em)$", re.IGNORECASE)
_OPENING = re.compile(r"(?:^|[.!?¿¡:;\n\r>•|*\"“”(\[]|\s[-–—])[\s\"“'‘¿¡(\[>*-]*$")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:dr|dra|mr|mrs|ms|sr|sra|srta|st|av|lic))\.\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Token:
    """`opens`: a capital is expected here anyway. `glue` is what stands between it and the next."""

    text: str
    word: str
    """Folded, without a possessive or a contracted verb."""
    start: int
    end: int
    """Without a possessive."""
    opens: bool
    glue: str

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def shouts(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()


def tokens_of(text: str) -> tuple[Token, ...]:
    found = [
        (match.start(), match.start() + len(_POSSESSIVE.sub("", match.group())), match.end())
        for match in _WORD.finditer(text)
    ]
    tokens = []
    for number, (start, end, _) in enumerate(found):
        following = found[number + 1][0] if number + 1 < len(found) else len(text)
        shown = text[start:end]
        word = fold(_CONTRACTION.sub("", shown)) or fold(shown)
        tokens.append(Token(shown, word, start, end, _opens(text, start), text[end:following]))
    return tuple(tokens)


def shouted(text: str) -> bool:
    """Whether the text is written in capitals, which then say nothing."""
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 12 and sum(letter.isupper() for letter in letters) > 0.7 * len(letters)


def _opens(text: str, start: int) -> bool:
    before = text[max(0, start - 24) : start]
    return bool(_OPENING.search(before)) and not _ABBREVIATED.search(before)
