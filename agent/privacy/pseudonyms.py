"""One turn's names for what a model must not read, and the way back."""

from collections.abc import Sequence
from datetime import date

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

from agent.privacy.detector import Detector, load_detector
from agent.privacy.facts import Facts
from agent.privacy.placeholders import BENT, EXACT, placeholder
from agent.privacy.recognisers.known import KnownRecogniser
from agent.privacy.spans import Span, settled

_LONGEST = 48
"""Characters that the longest bent placeholder can have."""


class Mangled(Exception):
    """A model lost or bent a placeholder: the draft must not leave."""


class Pseudonymiser:
    """Built once, shared by all turns and threads."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._engine = AnonymizerEngine()

    def turn(
        self,
        *,
        patient: Sequence[str] = (),
        staff: Sequence[str] = (),
        born: Sequence[date] = (),
        allowed: Sequence[str] = (),
    ) -> "Pseudonyms":
        """`patient` and `staff`: names (and numbers) to hide by exact match, whatever their case
        and accents; `born`: birth dates, in the spellings of `agent.privacy.birthdays`; `allowed`:
        practice facts that stay readable."""
        known = self._detector.knowing([*patient, *staff], born)
        return Pseudonyms(self._detector, self._engine, known, Facts(allowed))


class Pseudonyms:
    """One turn, used by one task at a time; the same value has the same placeholder in all its
    texts. Finding is CPU work of some ten milliseconds: call it through `asyncio.to_thread`."""

    def __init__(
        self, detector: Detector, engine: AnonymizerEngine, known: KnownRecogniser, facts: Facts
    ) -> None:
        self._detector = detector
        self._engine = engine
        self._known = known
        self._facts = facts
        self._placeholders: dict[str, str] = {}
        self._values: dict[str, str] = {}

    def hide(self, text: str) -> str:
        return self.redact(text)[0]

    def redact(self, text: str) -> tuple[str, tuple[Span, ...]]:
        """The hidden text, and where in `text` the hidden parts stood."""
        spans = self._find(text)
        for span in spans:
            self._name(text[span.start : span.end], span.type)
        # Every value has its placeholder by now: presidio replaces from the end of the text.
        lookup = OperatorConfig("custom", {"lambda": self._placeholders.__getitem__})
        hidden = self._engine.anonymize(
            text,
            [RecognizerResult(span.type, span.start, span.end, 1.0) for span in spans],
            operators={"DEFAULT": lookup},
        )
        return hidden.text, spans

    def restore(self, text: str) -> str:
        """Raises `Mangled` for an unknown or bent placeholder."""
        restoring = self.restoring()
        return restoring.feed(text) + restoring.end()

    def restoring(self) -> "Restoring":
        """For a stream."""
        return Restoring(self._values)

    def _find(self, text: str) -> tuple[Span, ...]:
        literal = [Span(match.start(), match.end(), "LITERAL") for match in BENT.finditer(text)]
        found = self._detector.find(text, self._known, self._facts)
        return settled(text, [*literal, *found]) if literal else found

    def _name(self, value: str, kind: str) -> None:
        if value in self._placeholders:
            return
        number = 1 + sum(name.startswith(f"<{kind}_") for name in self._values)
        self._placeholders[value] = placeholder(kind, number)
        self._values[self._placeholders[value]] = value


class Restoring:
    """Restores a stream piece by piece; never hands out half a placeholder."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values
        self._rest = ""

    def feed(self, piece: str) -> str:
        """What is surely complete by now. Raises `Mangled`."""
        self._rest += piece
        return self._take(self._certain())

    def end(self) -> str:
        """The rest. Raises `Mangled`."""
        return self._take(len(self._rest))

    def _certain(self) -> int:
        """How much of the rest no further piece can change."""
        tail = max(0, len(self._rest) - _LONGEST)
        for match in EXACT.finditer(self._rest, tail):
            tail = match.end()
        return next(
            (
                at
                for at in range(tail, len(self._rest))
                if BENT.fullmatch(self._rest, at, partial=True)
            ),
            len(self._rest),
        )

    def _take(self, length: int) -> str:
        text, self._rest = self._rest[:length], self._rest[length:]
        parts, done = [], 0
        for match in EXACT.finditer(text):
            parts += [self._plain(text[done : match.start()]), self._value(match.group())]
            done = match.end()
        return "".join([*parts, self._plain(text[done:])])

    def _plain(self, text: str) -> str:
        if BENT.search(text):
            raise Mangled("a placeholder came back bent")
        return text

    def _value(self, name: str) -> str:
        try:
            return self._values[name]
        except KeyError:
            raise Mangled("a placeholder came back that nothing was hidden under") from None


def load_pseudonymiser() -> Pseudonymiser:
    """Loads the language data (about a second, and some 5 s of imports); call it once."""
    return Pseudonymiser(load_detector())
