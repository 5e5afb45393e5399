"""Reads the ordinary phrasings of the understanding room's data as harmless training messages.

The files are read by path: they are data, and this room imports no other. What scolds the agent,
and every line in which this room's own rules hear danger, is left out.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from agent.domain.terms import Level
from agent.safety.classifier import NO_DANGER
from agent.safety.lexicon import Lexicon
from agent.safety.normalise import normalise
from agent.safety.samples import Sample

ORDINARY_DIR = Path(__file__).parents[1] / "understanding" / "data"
_LEFT_OUT = frozenset({"abuse"})
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Slots = Mapping[str, Mapping[str, Sequence[str]]]


def read_ordinary(lexicon: Lexicon, folder: Path = ORDINARY_DIR) -> list[Sample]:
    """One sample a line, in file order; all messages of one intent are one family."""
    slots: Slots = json.loads((folder / "slots.json").read_text(encoding="utf-8"))
    return [
        sample
        for path in sorted(folder.glob("*.jsonl"))
        for sample in _samples(path, slots)
        if not _is_heard(lexicon, sample.text)
    ]


def _samples(path: Path, slots: Slots) -> Iterator[Sample]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["intent"] not in _LEFT_OUT:
            language = "es" if row["language"] == "es" else "en"
            text = _filled(row["text"], slots[language])
            yield Sample(text, NO_DANGER, f"ordinary.{row['intent']}", language)


def _filled(text: str, slots: Mapping[str, Sequence[str]]) -> str:
    """The same word for the same line in every run."""

    def word(match: re.Match[str]) -> str:
        words = slots[match.group(1)]
        return words[zlib.crc32(f"{text} {match.start()}".encode()) % len(words)]

    return _PLACEHOLDER.sub(word, text)


def _is_heard(lexicon: Lexicon, text: str) -> bool:
    return any(hit.level > Level.DISTRESS for hit in lexicon.read(normalise(text)))
