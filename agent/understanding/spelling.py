"""Compares words as people type them: without case or accents, forgiving a slip of the finger."""

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_LONG_REPEAT = re.compile(r"([a-z])\1{2,}")


def fold(text: str) -> str:
    """Lower case, no accents, straight apostrophes, single spaces."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).lower())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def squeezed(text: str) -> str:
    """Folded, with drawn-out letters shortened: `yeeees` becomes `yes`."""
    return _LONG_REPEAT.sub(r"\1", fold(text))


def words(text: str) -> list[str]:
    """The folded words of a text, numbers included."""
    return _WORD.findall(fold(text))


def distance(one: str, other: str, limit: int = 3) -> int:
    """Edits (insert, delete, replace, swap of neighbours) between two words, at most `limit`."""
    if abs(len(one) - len(other)) >= limit:
        return limit
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        new = [i]
        for j, b in enumerate(other, start=1):
            cost = min(new[j - 1] + 1, row[j] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
    return min(row[-1], limit)


def alike(word: str, name: str) -> bool:
    """Whether `word` is `name`, perhaps misspelt: one edit from five letters on, two from eight."""
    if word == name:
        return True
    if len(name) < 5 or len(word) < 4 or word[0] != name[0]:
        return False
    return distance(word, name) <= (2 if len(name) >= 8 else 1)
