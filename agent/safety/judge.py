"""When the network's probabilities count as danger."""

from dataclasses import dataclass

from agent.domain.safety import DangerChances
from agent.domain.terms import Category, Level

SHORT = 4
"""A message of at most so many words says little: the lexicon judges it, unless it is clear."""


BODILY = frozenset({Category.MEDICAL, Category.OVERDOSE, Category.POST_OPERATIVE, Category.EYE})


@dataclass(frozen=True, slots=True)
class Raised:
    level: Level
    category: Category
    probability: float
    """Of any danger (of distress, for level 1)."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which a finding counts: `danger` of a mind or a home, `body` of an
    emergency of the body, `eye` of the eye (what an eye clinic hears all day, and much of it is for
    today and not for 911), `cautious` when the lexicon saw a negation, a question or the past
    around dangerous words, `short` for a message of a few words.

    Set on the development half of messages by authors who had seen neither rules nor lessons; the
    figures stand in docs/SAFETY.md."""

    danger: float = 0.45
    body: float = 0.60
    eye: float = 0.70
    distress: float = 0.95
    cautious: float = 0.90
    short: float = 0.80


THRESHOLDS = Thresholds()


def judge(
    chances: DangerChances, words: int, *, cautious: bool, limits: Thresholds = THRESHOLDS
) -> Raised | None:
    """What `chances` raise for a message of so many `words`, if anything."""
    is_short = words <= SHORT
    category, level = chances.likeliest
    limit = limits.body if category in BODILY else limits.danger
    if category is Category.EYE:
        limit = limits.eye
    if cautious:
        limit = limits.cautious
    elif is_short:
        limit = max(limit, limits.short)
    if chances.danger >= limit:
        return Raised(level, category, chances.danger)
    if chances.any >= limits.distress and not cautious and not is_short:
        return Raised(Level.DISTRESS, Category.DISTRESS, chances.any)
    return None
