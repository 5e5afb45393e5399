"""Sums and doses as people say them: "the hundred milligram", "27 con 40", "64 and change"."""

import re
from collections.abc import Callable, Sequence

from agent.understanding.phrases import any_of, expanded, read_phrases

_SAID = read_phrases("amounts")
_VALUES: dict[str, int] = {
    word: int(value) for value, names in _SAID["values"].items() for word in names.split()
}
_RUN = re.compile(expanded(_SAID["run"], {"NUMBER": any_of(_VALUES)}))
_WORD = re.compile(any_of(_VALUES) + r"\b")
_NUMBER = re.compile(expanded(_SAID["number"], _SAID["words"]))
_AMOUNT = re.compile(
    r"\$ ?(?P<sum>\d[\d,]*(?:\.\d+)?)|(?P<dose>\d+(?:\.\d+)?|\.\d+) ?(?:mg|mcg|ml|g|%|min)"
)
_DOSE = re.compile(r"(\d+(?:\.\d+)?|\.\d+) ?(?:mg|mcg)\b|^[a-z]{5,} (\d{2,}(?:\.\d+)?)$")


def in_figures(text: str) -> str:
    """Numbers in words become figures, from ten on: "thirty eight fifty" is "38 50"."""
    return _RUN.sub(_figures, text)


def _figures(found: re.Match[str]) -> str:
    said = _WORD.findall(found[0])
    if len(said) == 1 and said[0] in _SAID["alone_something_else"]:
        return found[0]
    groups: list[int] = []
    for value in (_VALUES[word] for word in said):
        joined = _joined(groups[-1], value) if groups else None
        groups = [*groups, value] if joined is None else [*groups[:-1], joined]
    return " ".join(map(str, groups)) if max(groups) >= 10 else found[0]


def _joined(before: int, value: int) -> int | None:
    """The number that two in a row are together, if they are one: 30 and 8, 2 and 100."""
    if value in (100, 1000):
        return before * value if before < value else None
    unit_after_tens = value < 10 and before % 10 == 0 and before % 100 >= 20
    return before + value if unit_after_tens or (value < 100 and before % 100 == 0) else None


def amount(label: str) -> float:
    """The dose or the sum of money that a label tells; 0 where it tells none."""
    said = _AMOUNT.search(label)
    return _value(said["sum"] or said["dose"]) if said else 0.0


def by_number(core: str, labels: Sequence[str]) -> int | None:
    """ "The 150", "los 27 con 40": a number that stands in one label alone."""
    said = _NUMBER.fullmatch(in_figures(core))
    if said is None:
        return None
    numbers = [_numbers(label) for label in labels]
    for meant in _readings(_value(said["whole"]), said["cents"], bool(said["change"])):
        same = [i for i, of_label in enumerate(numbers) if any(map(meant, of_label))]
        if same:
            return same[0] if len(same) == 1 else None
    return None


def _readings(whole: float, cents: str | None, change: bool) -> tuple[Callable[[float], bool], ...]:
    """What the number may mean, the closest first: itself, or its label's without the cents."""
    if cents:
        exact = round(whole + int(cents) / 100, 2), whole * 100 + int(cents)
        return (lambda number: number == exact[0], lambda number: number in exact[1:])
    rounded = (lambda number: int(number) == whole,)
    return rounded if change else (lambda number: number == whole, *rounded)


def other_dose(plain: str, labels: Sequence[str]) -> bool:
    """ "Sertraline 100" where only 50 is listed."""
    said = {float(n) for pair in _DOSE.findall(plain) for n in pair if n}
    return bool(said) and not any(said <= set(_numbers(label)) for label in labels)


def _numbers(label: str) -> list[float]:
    return [_value(n) for n in re.findall(r"\d[\d,]*(?:\.\d+)?|\.\d+", label)]


def _value(figures: str) -> float:
    return float(figures.replace(",", ""))
