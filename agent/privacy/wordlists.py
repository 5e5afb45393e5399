"""The room's word lists: text files of folded words, lines that start with `#` are comments."""

import unicodedata
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'"})


def fold(word: str) -> str:
    """Lower case, no accents, straight apostrophes."""
    plain = unicodedata.normalize("NFKD", word.translate(_APOSTROPHES).lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@cache
def words_of(name: str) -> frozenset[str]:
    """The single words of `data/NAME.txt`."""
    return frozenset(word for line in lines_of(name) for word in line.split())


@cache
def lines_of(name: str) -> tuple[str, ...]:
    """The entries of `data/NAME.txt`, a line each."""
    text = (DATA / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line and not line.startswith("#"))
