"""Recognises firms that are called by their partners: `Lopez, Santos and Coleman`."""

import re

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from agent.privacy.wordlists import fold, words_of

_NAME = r"([^\W\d_](?:[^\W\d_]|[-'’](?!s\b))+)"
_FIRM = re.compile(rf"\b{_NAME}, {_NAME},? (?:and|&|y|e) {_NAME}(?!\w)")


class FirmRecogniser(EntityRecognizer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(supported_entities=["ORGANIZATION"], supported_language="en", name="firms")

    def load(self) -> None:
        """Presidio asks for it; the lists are loaded already."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        return [
            RecognizerResult("ORGANIZATION", *match.span(), 0.8)
            for match in _FIRM.finditer(text)
            if _are_partners(match.groups())
        ]


def _are_partners(names: tuple[str, ...]) -> bool:
    """Surnames all, and not all of them given names too: those are a family."""
    given = words_of("given_names") | words_of("given_words")
    return not all(fold(name) in given for name in names) and all(
        fold(name) in words_of("surnames")
        or (name[0].isupper() and fold(name) in words_of("surname_words"))
        for name in names
    )
