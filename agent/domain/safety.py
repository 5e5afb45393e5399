"""What the danger screen says of a message."""

from dataclasses import dataclass

from agent.domain.terms import Category, Level


@dataclass(frozen=True, slots=True)
class Assessment:
    """Level and category of one message; `reasons` name the layer and rule that fired,
    never the patient's words (`lexicon:self_harm.active`, `classifier:0.91`)."""

    level: Level = Level.NONE
    category: Category | None = None
    reasons: tuple[str, ...] = ()


SAFE = Assessment()
