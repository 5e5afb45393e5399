"""Recognises what is known before the text is read: the patient's and the staff's names, the
patient's numbers and birth date."""

import re
from collections.abc import Iterable
from datetime import date

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from agent.privacy.birthdays import spelled
from agent.privacy.cues import load_cues
from agent.privacy.tokens import Token, tokens_of
from agent.privacy.vocabulary import Vocabulary
from agent.privacy.wordlists import fold


class KnownRecogniser(EntityRecognizer):  # type: ignore[misc]
    """Case, accents and order do not matter; a part that is also an everyday word counts only
    with a capital inside a sentence, or beside another part of the name."""

    def __init__(
        self, values: Iterable[str], dates: Iterable[date], vocabulary: Vocabulary
    ) -> None:
        names = [value for value in values if not _is_number(value)]
        self._parts = frozenset(part for name in names for part in _parts_of(name))
        self._vocabulary = vocabulary
        self._numbers = [
            (_kind_of(value), _loosely(value))
            for value in values
            if _is_number(value) and value.strip()
        ] + [("DATE_TIME", spelled(day)) for day in dates]
        super().__init__(
            supported_entities=["PERSON", "ID", "PHONE_NUMBER", "EMAIL_ADDRESS", "DATE_TIME"],
            supported_language="en",
            name="known",
        )

    def load(self) -> None:
        """Presidio asks for it; the names were handed over."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        tokens = tokens_of(text)
        hits = [at for at, token in enumerate(tokens) if self._has(token)]
        people = [
            RecognizerResult("PERSON", tokens[at].start, tokens[at].end, 1.0)
            for at in hits
            if self._surely(tokens, at, hits)
        ]
        numbers = [
            RecognizerResult(kind, *match.span(), 1.0)
            for kind, number in self._numbers
            for match in number.finditer(text)
        ]
        return people + numbers

    def _has(self, token: Token) -> bool:
        return token.word in self._parts or any(
            part in self._parts for part in token.word.split("-") if len(part) > 2
        )

    def _surely(self, tokens: tuple[Token, ...], at: int, hits: list[int]) -> bool:
        token = tokens[at]
        if not self._vocabulary.knows(token.word):
            return True
        if at - 1 in hits or at + 1 in hits:
            return True
        return token.capital and not token.opens


def _parts_of(name: str) -> list[str]:
    particles = load_cues().particles | load_cues().titles
    return [
        part
        for token in tokens_of(name)
        for part in {token.word, *token.word.split("-")}
        if len(part) > 1 and part not in particles
    ]


def _is_number(value: str) -> bool:
    return any(letter.isdigit() for letter in value) or "@" in value


def _kind_of(value: str) -> str:
    if "@" in value:
        return "EMAIL_ADDRESS"
    return "PHONE_NUMBER" if value.startswith("+") else "ID"


def _loosely(value: str) -> re.Pattern[str]:
    """The value with any separators between its characters."""
    letters = [letter for letter in fold(value) if letter.isalnum()]
    return re.compile(r"(?<!\w)" + r"[\W_]{0,2}".join(map(re.escape, letters)) + r"(?!\w)", re.I)
