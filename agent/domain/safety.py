"""What the danger screen says of a message."""

from dataclasses import dataclass

from agent.domain.terms import Category, Level


@dataclass(frozen=True, slots=True)
class Assessment:
    """Level and category of one message; `reasons` name the layer and rule that fired,
    never the patient's words (`lexicon:self_harm.active`, `network:0.91`)."""

    level: Level = Level.NONE
    category: Category | None = None
    reasons: tuple[str, ...] = ()


SAFE = Assessment()


@dataclass(frozen=True, slots=True)
class DangerChances:
    """What the network makes of one message: each kind of danger with its probability; what is
    missing to one is the probability of none."""

    kinds: tuple[tuple[Category, Level, float], ...]

    @property
    def danger(self) -> float:
        """The probability of any danger of level 2 or more."""
        return sum(chance for _, level, chance in self.kinds if level > Level.DISTRESS)

    @property
    def any(self) -> float:
        """The probability of danger or distress."""
        return sum(chance for *_, chance in self.kinds)

    @property
    def likeliest(self) -> tuple[Category, Level]:
        """The likeliest kind of level 2 or more; distress when there is none."""
        category, level, _ = max(
            (kind for kind in self.kinds if kind[1] > Level.DISTRESS),
            key=lambda kind: kind[2],
            default=(Category.DISTRESS, Level.DISTRESS, 0.0),
        )
        return category, level
