"""Recognises places and peoples by lists and by the words before them."""

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from agent.privacy.cues import follows, load_cues
from agent.privacy.places import country_names, place_names
from agent.privacy.tokens import Token, shouted, tokens_of
from agent.privacy.vocabulary import Vocabulary
from agent.privacy.wordlists import words_of

_LONGEST_PLACE = 4


class PlaceRecogniser(EntityRecognizer):  # type: ignore[misc]
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._names = place_names()
        super().__init__(
            supported_entities=["LOCATION", "NRP"], supported_language="en", name="places"
        )

    def load(self) -> None:
        """Presidio asks for it; the lists are loaded already."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        tokens, loud = tokens_of(text), shouted(text)
        found = []
        for at, token in enumerate(tokens):
            last = self._listed(tokens, at, loud)
            if last is None and self._after_cue(tokens, at, loud):
                last = self._end_of_run(tokens, at)
            if last is not None:
                found.append(RecognizerResult("LOCATION", token.start, tokens[last].end, 0.7))
            elif self._people(tokens, at):
                found.append(RecognizerResult("NRP", token.start, token.end, 0.6))
        return found

    def _listed(self, tokens: tuple[Token, ...], at: int, loud: bool) -> int | None:
        """The last token of the longest listed place that starts here."""
        for last in range(min(at + _LONGEST_PLACE, len(tokens)) - 1, at - 1, -1):
            if any(token.glue not in (" ", ". ", "  ") for token in tokens[at:last]):
                continue
            name = " ".join(token.word for token in tokens[at : last + 1])
            if name in self._names and self._meant(tokens, at, last, loud):
                return last
        return None

    def _meant(self, tokens: tuple[Token, ...], at: int, last: int, loud: bool) -> bool:
        token = tokens[at]
        if last > at:
            return True
        if token.word in self._vocabulary.closed:
            return False
        capital = token.capital and not loud
        if token.word in words_of("place_words") or self._vocabulary.knows(token.word):
            country = token.word in country_names() - words_of("place_words")
            return capital and (
                country or not token.opens or follows(tokens, at, load_cues().places)
            )
        return capital or len(token.word) > 3

    def _after_cue(self, tokens: tuple[Token, ...], at: int, loud: bool) -> bool:
        token, cues = tokens[at], load_cues()
        if len(token.text) < 3:
            return False
        if token.word in self._vocabulary.closed:
            named = at + 1 < len(tokens) and token.glue == " " and tokens[at + 1].capital
            surely = follows(tokens, at, cues.surely_places, " ")
            return surely and named and token.capital and not loud
        if self._vocabulary.knows(token.word):
            surely = follows(tokens, at, cues.surely_places, " ")
            shown = token.capital and not loud and not token.opens
            return shown and (surely or self._goes_before_town(tokens, at))
        if token.capital and not loud:
            return follows(tokens, at, cues.places, " ")
        return follows(tokens, at, cues.surely_places, " ")

    def _goes_before_town(self, tokens: tuple[Token, ...], at: int) -> bool:
        """An everyday word with a capital after a place's cue, before a capital unheard of."""
        cues = load_cues()
        if at + 1 == len(tokens) or tokens[at].glue != " ":
            return False
        return (
            tokens[at + 1].capital
            and not self._vocabulary.knows(tokens[at + 1].word)
            and tokens[at].word not in cues.titles | cues.introductions | cues.labels
            and follows(tokens, at, cues.places, " ")
        )

    def _end_of_run(self, tokens: tuple[Token, ...], at: int) -> int:
        """The last of the capitals that follow each other."""
        while (
            at + 1 < len(tokens)
            and tokens[at].glue == " "
            and tokens[at].capital
            and tokens[at + 1].capital
            and tokens[at + 1].word not in self._vocabulary.closed
        ):
            at += 1
        return at

    def _people(self, tokens: tuple[Token, ...], at: int) -> bool:
        word = tokens[at].word
        if word in words_of("languages"):
            asked = any(token.word in words_of("language_cues") for token in tokens)
            return not asked and not follows(tokens, at, load_cues().languages, " ")
        return word in words_of("peoples") or word.removesuffix("s") in words_of("peoples")
