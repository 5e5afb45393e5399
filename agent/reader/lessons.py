"""What the network is taught: messages with the danger and the intent they carry.

`data/danger/*.toml` holds families of messages with one danger label each (`none`, or
`category.level`); `data/intents/*.jsonl` ordinary messages with their intent;
`data/replies/*.jsonl` what was replied to "shall I do this?", and whether it said yes, no or
neither. The last two carry no danger unless a line says so.
"""

import itertools
import json
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

DATA = Path(__file__).parent / "data"
DANGERS = DATA / "danger"
INTENTS = DATA / "intents"
REPLIED = DATA / "replies"

NO_DANGER = "none"
CONTEXT = "context"
"""The intent of a part of a message that asks for nothing by itself ("mornings are better")."""

REPLIES = ("neither", "no", "yes")
NO_REPLY_EVERY = 6
"""One ordinary message in so many also teaches that it is no reply."""

_MAY_REPLY = frozenset({CONTEXT, "appointment_confirm", "thanks", "goodbye", "greeting"})
"""Intents whose messages may also be a reply."""

MOST_VARIANTS = 8
_CHOICE = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"\{(\w+)\}")
_SEED = 7


@dataclass(frozen=True, slots=True)
class Lesson:
    """One message. `danger` and `intent` are labels, None where nothing is taught; `language` is
    `en`, `es` or `mix`; a whole `family` (a manner of writing) is held out together."""

    text: str
    language: str
    family: str
    danger: str | None
    intent: str | None = None
    reply: str | None = None

    @property
    def is_danger(self) -> bool:
        """Of level 2 or more."""
        return self.danger not in (None, NO_DANGER) and not str(self.danger).endswith(".1")


def read_lessons() -> list[Lesson]:
    """All of them, in a fixed order."""
    return [*read_dangers(), *read_intents(), *read_replies()]


def read_dangers(folder: Path = DANGERS) -> list[Lesson]:
    """Every line with its alternatives spelled out, at most MOST_VARIANTS a line, in file order."""
    lessons = []
    for path in sorted(folder.glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for family in document["family"]:
            for line in family["lines"]:
                lessons += [
                    Lesson(text, document["language"], family["id"], family["label"])
                    for text in spelled_out(line)
                ]
    return lessons


def spelled_out(line: str) -> list[str]:
    """`"I {want|need} it"` -> `["I want it", "I need it"]`; evenly spaced ones when too many."""
    parts = _CHOICE.split(line)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    variants = ["".join(chosen) for chosen in itertools.product(*choices)]
    step = max(1, -(-len(variants) // MOST_VARIANTS))
    return variants[::step]


def read_intents(folder: Path = INTENTS) -> list[Lesson]:
    """Every line with its placeholders filled; one that names something, twice."""
    values: dict[str, dict[str, list[str]]] = json.loads(
        (folder / "slots.json").read_text(encoding="utf-8")
    )
    chance = random.Random(_SEED)  # noqa: S311 - not for secrets
    lessons = []
    for number, row in enumerate(rows(folder)):
        is_no_reply = number % NO_REPLY_EVERY == 0 and row["intent"] not in _MAY_REPLY
        named = values["es" if row["language"] == "es" else "en"]
        lessons += [
            Lesson(
                text,
                row["language"],
                row["family"],
                row.get("danger", NO_DANGER),
                row["intent"],
                REPLIES[0] if is_no_reply else None,
            )
            for text in _filled(row["text"], named, chance)
        ]
    return lessons


def read_replies(folder: Path = REPLIED) -> list[Lesson]:
    """Every line."""
    return [
        Lesson(
            row["text"],
            row["language"],
            "reply",
            row.get("danger", NO_DANGER),
            None,
            row["reply"],
        )
        for row in rows(folder)
    ]


def rows(folder: Path = INTENTS) -> Iterator[dict[str, str]]:
    """The lines as written, placeholders unfilled."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _filled(text: str, values: dict[str, list[str]], chance: random.Random) -> list[str]:
    times = 2 if _SLOT.search(text) else 1
    return [_SLOT.sub(lambda slot: chance.choice(values[slot[1]]), text) for _ in range(times)]


def data_digest() -> str:
    """Changes with every change of what is taught."""
    whole = sha256()
    for path in sorted(
        [*DANGERS.glob("*.toml"), *INTENTS.glob("*.json*"), *REPLIED.glob("*.jsonl")]
    ):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()
