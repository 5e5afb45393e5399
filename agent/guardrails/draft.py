"""What the checks look at: a reply laid out in sentences, beside its grounds."""

from dataclasses import dataclass

from agent.guardrails.folding import fold, sentences
from agent.guardrails.grounds import Grounds


@dataclass(frozen=True, slots=True)
class Sentence:
    """`quoted`: a sentence of the facts, word for word and whole."""

    text: str
    folded: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    grounds: Grounds
    sentences: tuple[Sentence, ...]

    @property
    def folded(self) -> str:
        """All of it as one run of words, for what crosses sentences."""
        return fold(self.text)


def lay_out(text: str, grounds: Grounds) -> Draft:
    """Raises `TypeError` for what is not text, `ValueError` for what says nothing."""
    if not isinstance(text, str):
        raise TypeError("a draft is text")
    if not text.strip():
        raise ValueError("a draft says something")
    said = frozenset(fold(sentence) for fact in grounds.facts for sentence in sentences(fact))
    laid = ((sentence, fold(sentence)) for sentence in sentences(text))
    return Draft(text, grounds, tuple(Sentence(s, f, f in said) for s, f in laid))
