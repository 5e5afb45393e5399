"""Recognises what spaCy's English model takes for a person, a place or an organisation."""

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from agent.privacy.language import Reader
from agent.privacy.tokens import Token, shouted, tokens_of
from agent.privacy.vocabulary import Vocabulary
from agent.privacy.wordlists import words_of

_MEANT = {
    "PERSON": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "ORG": "ORGANIZATION",
    "NORP": "NRP",
}
_LOWER_CASE = 0.04
"""A text with a smaller share of capitals is read once more with a capital on every word."""


class EntityReader(EntityRecognizer):  # type: ignore[misc]
    def __init__(self, reader: Reader, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        super().__init__(
            supported_entities=sorted(set(_MEANT.values())),
            supported_language="en",
            name="entities",
        )

    def load(self) -> None:
        """Presidio asks for it; the model is loaded already."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        tokens = tokens_of(text)
        found = self._found(text, tokens, nlp_artifacts, cased=not shouted(text))
        if _lacks_case(text):
            titled = "".join(
                letter.upper() if at in {token.start for token in tokens} else letter.lower()
                for at, letter in enumerate(text)
            )
            if len(titled) == len(text):
                again = self._reader.process_text(titled, "en")
                found += self._found(text, tokens, again, cased=False)
        return found

    def _found(
        self, text: str, tokens: tuple[Token, ...], artifacts: NlpArtifacts, *, cased: bool
    ) -> list[RecognizerResult]:
        results = []
        for entity in artifacts.entities:
            kind = _MEANT.get(entity.label_)
            inside = _first_line(
                [t for t in tokens if entity.start_char <= t.start < entity.end_char]
            )
            if kind is None or not self._believable(kind, inside, cased):
                continue
            if kind == "PERSON":
                inside = self._without_bystanders(inside)
            results.append(RecognizerResult(kind, inside[0].start, inside[-1].end, 0.6))
        return results

    def _believable(self, kind: str, inside: list[Token], cased: bool) -> bool:
        """Some word of it is no everyday word; without case, only what lists confirm."""
        if not inside:
            return False
        unknown = [
            token for token in inside if not self._explained(token, kind, alone=len(inside) == 1)
        ]
        if kind == "PERSON" and any(token.word in self._vocabulary.closed for token in inside):
            return any(_listed(token) for token in inside)
        if kind in ("ORGANIZATION", "LOCATION") and cased and self._titled(inside):
            return True
        if not cased:
            return kind in ("PERSON", "LOCATION") and (
                any(_listed(token) for token in unknown)
                or (kind == "PERSON" and len(unknown) == len(inside) > 1)
            )
        if kind == "ORGANIZATION" and all(
            token.shouts and len(token.text) < 6 for token in unknown
        ):
            return False
        return any(token.capital for token in unknown)

    def _without_bystanders(self, inside: list[Token]) -> list[Token]:
        """The model takes "Soy" before a Spanish name, and "me" after one, for a part of it."""
        while len(inside) > 1 and self._stands_by(inside[-1]):
            inside = inside[:-1]
        for at, token in enumerate(inside):
            if _listed(token) or not self._vocabulary.knows(token.word) or len(inside) - at == 1:
                return inside[at:]
        return inside

    def _stands_by(self, token: Token) -> bool:
        names = words_of("surname_words") | words_of("given_words")
        return not token.capital and token.word not in names and self._vocabulary.knows(token.word)

    def _titled(self, inside: list[Token]) -> bool:
        """Several words, each with a capital, none of which everybody knows."""
        return len(inside) > 1 and all(
            token.capital and not token.shouts and token.word not in self._vocabulary.closed
            for token in inside
        )

    def _explained(self, token: Token, kind: str, *, alone: bool) -> bool:
        """An everyday word; one that is also a name only where the model sees no person."""
        names = words_of("surname_words") | words_of("given_words")
        seen = kind == "PERSON" and alone and token.word not in self._vocabulary.closed
        return self._vocabulary.knows(token.word) and not (seen and token.word in names)


def _first_line(inside: list[Token]) -> list[Token]:
    """The model runs on over the ends of lines; nothing's name does."""
    for at, token in enumerate(inside):
        if "\n" in token.glue or any(letter.isdigit() for letter in token.glue):
            return inside[: at + 1]
    return inside


def _listed(token: Token) -> bool:
    return any(token.word in words_of(name) for name in ("surnames", "given_names", "proper_nouns"))


def _lacks_case(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return shouted(text) or (len(letters) > 8 and capitals <= 1 + _LOWER_CASE * len(letters) / 2)
