"""Finds what must not be read in a text: presidio's analyser over our recognisers."""

from collections.abc import Sequence
from datetime import date

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

from agent.privacy.blocks import with_blocks
from agent.privacy.eponyms import is_eponym
from agent.privacy.facts import Facts
from agent.privacy.language import Reader, load_language
from agent.privacy.neighbours import with_neighbours
from agent.privacy.recognisers.digits import DigitRecogniser
from agent.privacy.recognisers.entities import EntityReader
from agent.privacy.recognisers.firms import FirmRecogniser
from agent.privacy.recognisers.known import KnownRecogniser
from agent.privacy.recognisers.names import NameRecogniser
from agent.privacy.recognisers.patterns import PatternRecogniser, load_patterns
from agent.privacy.recognisers.places import PlaceRecogniser
from agent.privacy.spans import Span, settled
from agent.privacy.vocabulary import Vocabulary


class Detector:
    """Loaded once; may be used from several threads."""

    def __init__(self, analyzer: AnalyzerEngine, vocabulary: Vocabulary) -> None:
        self._analyzer = analyzer
        self._vocabulary = vocabulary

    def knowing(self, values: Sequence[str], dates: Sequence[date] = ()) -> KnownRecogniser:
        return KnownRecogniser(values, dates, self._vocabulary)

    def find(
        self, text: str, known: KnownRecogniser | None = None, facts: Facts | None = None
    ) -> tuple[Span, ...]:
        """Sorted spans that do not overlap; a fact of the practice is none."""
        if not text.strip():
            return ()
        results = self._analyzer.analyze(
            text, language="en", ad_hoc_recognizers=[known] if known else None
        )
        spans = [Span(found.start, found.end, found.entity_type, found.score) for found in results]
        spans = [span for span in spans if not is_eponym(text, span)]
        if facts is not None:
            public = [span for span in spans if facts.holds(text, span)]
            spans = [span for span in spans if not any(_inside(span, fact) for fact in public)]
        whole = settled(text, with_neighbours(text, settled(text, spans)))
        whole = settled(text, with_blocks(text, whole))
        return tuple(span for span in whole if facts is None or not facts.holds(text, span))


def _inside(span: Span, other: Span) -> bool:
    return other.start <= span.start and span.end <= other.end


def load_detector() -> Detector:
    """Loads the language model and the lists: about a second, some 150 MB."""
    language, lookups = load_language()
    vocabulary = Vocabulary(lookups)
    reader = Reader(language)
    registry = RecognizerRegistry(
        recognizers=[
            EntityReader(reader, vocabulary),
            NameRecogniser(vocabulary),
            PlaceRecogniser(vocabulary),
            PatternRecogniser(load_patterns()),
            DigitRecogniser(),
            FirmRecogniser(),
        ],
        supported_languages=["en"],
    )
    return Detector(
        AnalyzerEngine(registry=registry, nlp_engine=reader, supported_languages=["en"]),
        vocabulary,
    )
