"""The words that say what the next word is, from `data/cues.toml`."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache

from agent.privacy.tokens import Token
from agent.privacy.wordlists import DATA

_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Cues:
    names: frozenset[str]
    labels: frozenset[str]
    titles: frozenset[str]
    honorifics: frozenset[str]
    loose_titles: frozenset[str]
    no_names: frozenset[str]
    introductions: frozenset[str]
    kin: frozenset[str]
    particles: frozenset[str]
    farewells: frozenset[str]
    places: frozenset[str]
    surely_places: frozenset[str]
    languages: frozenset[str]
    determiners: frozenset[str]


@cache
def load_cues() -> Cues:
    content = tomllib.loads((DATA / "cues.toml").read_text(encoding="utf-8"))
    return Cues(**{field.name: frozenset(content[field.name]) for field in fields(Cues)})


def follows(tokens: tuple[Token, ...], at: int, cues: frozenset[str], glue: str = " .,") -> bool:
    """Whether one of the cues ends right before token `at`, with nothing but `glue` between."""
    phrase = ""
    for back in range(1, min(_LONGEST, at) + 1):
        before = tokens[at - back]
        if before.glue.strip(glue if back == 1 else " "):
            return False
        phrase = f"{before.word} {phrase}".strip()
        if phrase in cues:
            return True
    return False
