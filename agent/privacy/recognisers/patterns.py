"""Recognises what has a shape, such as dates and addresses, by `data/patterns.toml`."""

import re
import tomllib
from dataclasses import dataclass

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from agent.privacy.wordlists import DATA


@dataclass(frozen=True, slots=True)
class Pattern:
    """`least_*` is what the hidden part must have at least of each."""

    type: str
    expression: re.Pattern[str]
    least_digits: int = 0
    least_length: int = 0
    least_capitals: int = 0

    def suits(self, text: str) -> bool:
        return (
            len(text) >= self.least_length
            and sum(letter.isdigit() for letter in text) >= self.least_digits
            and sum(letter.isupper() for letter in text) >= self.least_capitals
        )


def load_patterns() -> tuple[Pattern, ...]:
    content = tomllib.loads((DATA / "patterns.toml").read_text(encoding="utf-8"))
    parts: dict[str, str] = content["parts"]
    return tuple(_pattern(entry, parts) for entry in content["pattern"])


class PatternRecogniser(EntityRecognizer):  # type: ignore[misc]
    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        self._patterns = patterns
        types = sorted({pattern.type for pattern in patterns})
        super().__init__(supported_entities=types, supported_language="en", name="patterns")

    def load(self) -> None:
        """Presidio asks for it; the table is loaded already."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        return [
            RecognizerResult(pattern.type, *match.span(_part(match)), 0.9)
            for pattern in self._patterns
            for match in pattern.expression.finditer(text)
            if pattern.suits(match.group(_part(match)))
        ]


def _part(match: re.Match[str]) -> str | int:
    return "hide" if "hide" in match.re.groupindex else 0


def _pattern(entry: dict[str, object], parts: dict[str, str]) -> Pattern:
    expression = str(entry.pop("expression"))
    for name, part in parts.items():
        expression = expression.replace("{" + name + "}", part)
    cased = entry.pop("cased", False)
    kind = str(entry.pop("type"))
    least = {name: int(str(value)) for name, value in entry.items()}
    return Pattern(kind, re.compile(expression, 0 if cased else re.IGNORECASE), **least)
