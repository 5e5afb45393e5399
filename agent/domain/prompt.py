"""What a language model is asked, and what asking it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Prompt:
    """A filled template; `id` and `version` name it (`agent/prompts`) in the ledger. Both texts are
    pseudonymised already: whoever holds a Prompt may send it."""

    id: str
    version: str
    system: str
    user: str

    @property
    def name(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint counted them; zero where it does not say."""

    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Decided:
    """A JSON object of the asked form."""

    value: Mapping[str, object]
    usage: Usage = Usage()


class NoAnswer(StrEnum):
    """Why a model gave nothing usable."""

    OVER_BUDGET = "over_budget"
    """The prompt or the answer is longer than the practice lets it be."""
    CROWDED = "crowded"
    """As many calls as allowed were running all the time."""
    RESTING = "resting"
    """It failed several times in a row and is left alone for a while."""
    SLOW = "slow"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """The endpoint wants none of it: a wrong key, model or request."""
    BUSY = "busy"
    FAILED = "failed"
    CUT_SHORT = "cut_short"
    EMPTY = "empty"
    MALFORMED = "malformed"
    TOOL_CALL = "tool_call"
    """It wants to act; nobody asked it to."""
    FILTERED = "filtered"


UNUSABLE = frozenset(
    {
        NoAnswer.OVER_BUDGET,
        NoAnswer.CUT_SHORT,
        NoAnswer.EMPTY,
        NoAnswer.MALFORMED,
        NoAnswer.TOOL_CALL,
        NoAnswer.FILTERED,
    }
)
"""The model answered (or was not asked); with the others it was not there to answer."""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call for the turn's record: never a word of what was asked or said."""

    model: str
    prompt: str
    """`id@version`."""
    outcome: str
    """`used`, `blocked:<check>`, `unusable:<why>` or `unavailable:<why>` (`NoAnswer`)."""
    tokens_in: int = 0
    tokens_out: int = 0
    ms: float = 0.0
    writes: bool = False
    """It was asked for words of the reply, not for a reading."""


def outcome_of(reason: NoAnswer) -> str:
    """A failed call's outcome, for `ModelCall`."""
    return f"{'unusable' if reason in UNUSABLE else 'unavailable'}:{reason.value}"
