"""Reads the written training messages of `data/*.toml` into labelled samples."""

import itertools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from agent.domain.terms import Language
from agent.safety.classifier import NO_DANGER

DATA_DIR = Path(__file__).parent / "data"
MAX_VARIANTS = 8
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One message; the whole `family` is held out together."""

    text: str
    label: str
    family: str
    language: Language

    @property
    def is_danger(self) -> bool:
        return self.label != NO_DANGER and not self.label.endswith(".1")


def read_samples(folder: Path = DATA_DIR) -> list[Sample]:
    """Every line with its alternatives spelled out, at most MAX_VARIANTS a line, in file order."""
    samples = []
    for path in sorted(folder.glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for family in document["family"]:
            for line in family["lines"]:
                samples += [
                    Sample(text, family["label"], family["id"], document["language"])
                    for text in spelled_out(line)
                ]
    return samples


def spelled_out(line: str) -> list[str]:
    """`"I {want|need} it"` -> `["I want it", "I need it"]`; evenly spaced ones when too many."""
    parts = _CHOICE.split(line)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    variants = ["".join(chosen) for chosen in itertools.product(*choices)]
    step = max(1, -(-len(variants) // MAX_VARIANTS))
    return variants[::step]
