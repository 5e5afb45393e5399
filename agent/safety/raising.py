"""What the language model's word on danger is worth: it may raise, never lower (DOMAIN D.2, L3)."""

from agent.domain.safety import Assessment
from agent.domain.terms import Category, Level
from agent.safety.screen import MENTAL_STATES


def raised(
    local: Assessment, level: Level, category: Category | None, *, fixed_phrases_only: bool = False
) -> Assessment:
    """`local`, or what the model says if that is higher.

    With `fixed_phrases_only` its word on mental states counts for nothing (DOMAIN D.7). What it
    calls distress at a level of danger is taken as the kind that most needs a person.
    """
    if category is None or level <= local.level:
        return local
    if category in MENTAL_STATES:
        if fixed_phrases_only:
            return local
        category = _of_mind(level, category)
    elif level is Level.DISTRESS:
        return local
    return Assessment(level, category, (*local.reasons, f"model:{int(level)}"))


def _of_mind(level: Level, category: Category) -> Category:
    if level is Level.DISTRESS:
        return Category.DISTRESS
    return Category.SELF_HARM if category is Category.DISTRESS else category
