"""Recognises long numbers: nobody says seven digits that are not a phone, a card or an account."""

import re

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

LEAST_DIGITS = 7
_RUN = re.compile(
    r"(?<![\w$€£.])(?:\+|00)?\(?\d+\)?(?:[ .\-–/()]{1,3}\(?\d+\)?)*"
    r"(?:\s?(?:x|ext\.?|extension)\s?\d{1,6})?(?![\w%])",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d")
_SURE = {"CREDIT_CARD": 0.95}
_PHONE = range(7, 16)


class DigitRecogniser(EntityRecognizer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(
            supported_entities=["PHONE_NUMBER", "CREDIT_CARD", "ID"],
            supported_language="en",
            name="digits",
        )

    def load(self) -> None:
        """Presidio asks for it; there is nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        return [
            RecognizerResult(kind, *match.span(), _SURE.get(kind, 0.5))
            for match in _RUN.finditer(text)
            if sum(letter.isdigit() for letter in match.group()) >= LEAST_DIGITS
            and not _YEARS.fullmatch(match.group())
            for kind in [_kind(match.group())]
        ]


def _kind(number: str) -> str:
    digits = "".join(letter for letter in number if letter.isdigit())
    if 13 <= len(digits) <= 19 and passes_luhn(digits):
        return "CREDIT_CARD"
    broken = any(not letter.isdigit() for letter in number)
    return "PHONE_NUMBER" if len(digits) in _PHONE and (broken or len(digits) == 10) else "ID"


def passes_luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1)."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    rest = sum(int(digit) for digit in digits[-1::-2])
    return (rest + sum(value - 9 if value > 9 else value for value in doubled)) % 10 == 0
