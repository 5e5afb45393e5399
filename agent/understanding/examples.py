"""The training examples: read from `data/*.jsonl`, their placeholders filled, slips of the finger
added. Deterministic."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

DATA = Path(__file__).parent / "data"
CONTEXT = "context"
"""A part of a message that asks for nothing by itself ("mornings are better")."""

_SLOT = re.compile(r"\{(\w+)\}")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    letter: row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
    for row in _ROWS
    for at, letter in enumerate(row)
}


@dataclass(frozen=True, slots=True)
class Example:
    """`family`: a manner of writing; whole families are held out to measure."""

    text: str
    intent: str
    language: str
    family: str


def read_examples() -> list[Example]:
    """All examples as written, placeholders unfilled, in a fixed order."""
    return [
        Example(**json.loads(line))
        for path in sorted(DATA.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def data_digest() -> str:
    whole = sha256()
    for path in sorted([*DATA.glob("*.jsonl"), DATA / "slots.json"]):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


class Filler:
    """Fills `{dr}` or `{day}` with one of the values of the example's language."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, list[str]]] = json.loads(
            (DATA / "slots.json").read_text("utf-8")
        )

    def fill(self, text: str, language: str, chance: random.Random) -> str:
        values = self._values["es" if language == "es" else "en"]
        return _SLOT.sub(lambda slot: chance.choice(values[slot[1]]), text)


def expanded(examples: list[Example], seed: int = 7) -> Iterator[Example]:
    """Each example as written, again with other nouns if it names any, every other one mistyped."""
    filler, chance = Filler(), random.Random(seed)  # noqa: S311 - not for secrets
    for number, example in enumerate(examples):
        text = filler.fill(example.text, example.language, chance)
        yield replace(example, text=text)
        if _SLOT.search(example.text):
            text = filler.fill(example.text, example.language, chance)
            yield replace(example, text=text)
        if number % 2 and len(text) > 8:
            yield replace(example, text=mistyped(text, chance))


def mistyped(text: str, chance: random.Random) -> str:
    """One or two slips: a letter swapped, lost, doubled or its neighbour; accents dropped."""
    letters = list(text.translate(str.maketrans("áéíóúñ¿¡", "aeioun  ")))
    for _ in range(1 + (len(letters) > 30)):
        at = chance.randrange(1, len(letters) - 1)
        if not letters[at].isalpha() or not letters[at - 1].isalpha():
            continue
        kind = chance.randrange(4)
        if kind == 0:
            letters[at], letters[at - 1] = letters[at - 1], letters[at]
        elif kind == 1:
            letters[at] = ""
        elif kind == 2:
            letters[at] *= 2
        else:
            letters[at] = chance.choice(_NEIGHBOURS.get(letters[at].lower(), letters[at]))
    return "".join(letters).strip()
