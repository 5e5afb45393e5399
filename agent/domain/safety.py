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


GRAVE_SHARE = 0.25
"""A danger that is as grave as this with one chance in four is treated as that grave."""


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
        """The likeliest kind of level 2 or more, at the highest of its levels that it has with
        `GRAVE_SHARE` of its probability; distress when there is none."""
        grave = [kind for kind in self.kinds if kind[1] > Level.DISTRESS]
        category, _, _ = max(
            grave, key=lambda kind: kind[2], default=(Category.DISTRESS, Level.DISTRESS, 0.0)
        )
        of_it = [(level, chance) for kind, level, chance in grave if kind is category]
        whole = sum(chance for _, chance in of_it)
        levels = (
            level
            for level, _ in of_it
            if sum(chance for other, chance in of_it if other >= level) >= GRAVE_SHARE * whole
        )
        return category, max(levels, default=Level.DISTRESS)
