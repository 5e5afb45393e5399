"""The release gates: what a figure must reach before a version goes out."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evals.figures import ALL, Key, Score
from knowledge.errors import InputError

GATES_FILE = Path(__file__).parent / "gates.toml"

Condition = Literal["shared data"]
"""What may rightly be absent where an evaluation runs."""


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    UNSCORED = "unscored"
    """No row was scored: as bad as failed."""
    SKIPPED = "skipped"
    """The gate says that its data may be absent, and it is."""


BLOCKING = frozenset({Verdict.FAILED, Verdict.UNSCORED})


class Gate(BaseModel):
    """One bound on one figure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: str
    category: str
    language: str = ALL
    measure: str
    at_least: float | None = Field(default=None, ge=0)
    at_most: float | None = Field(default=None, ge=0)
    when: Condition | None = None
    why: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) is (self.at_most is None):
            raise ValueError("needs exactly one of at_least, at_most")
        return self

    @property
    def key(self) -> Key:
        return Key(self.suite, self.category, self.language, self.measure)

    @property
    def aim(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"

    def holds(self, value: float) -> bool:
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True, slots=True)
class Judged:
    gate: Gate
    verdict: Verdict


def read_gates(path: Path = GATES_FILE) -> tuple[Gate, ...]:
    """Raises `InputError` that names file, gate and key."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    unknown = sorted(content.keys() - {"gate"})
    if unknown:
        raise InputError(f"{path}: {unknown[0]}: unknown key")
    gates: dict[Key, Gate] = {}
    for number, table in enumerate(content.get("gate", ()), start=1):
        gate = _gate(f"{path}: gate {number}", table)
        if gate.key in gates:
            raise InputError(f"{path}: gate {number}: a gate before it bounds the same figure")
        gates[gate.key] = gate
    return tuple(gates.values())


def _gate(where: str, table: object) -> Gate:
    try:
        return Gate.model_validate(table)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = "".join(f"{part}: " for part in fault["loc"])
        raise InputError(f"{where}: {key}{fault['msg'].removeprefix('Value error, ')}") from None


def judge(
    gate: Gate, columns: Sequence[Mapping[Key, Score]], *, absent: frozenset[Condition]
) -> Judged:
    """The worst verdict over `columns`, those of the ways to run that the gate applies to."""
    if gate.when is not None and gate.when in absent:
        return Judged(gate, Verdict.SKIPPED)
    verdicts = {_verdict(gate, column.get(gate.key)) for column in columns}
    for worst in (Verdict.FAILED, Verdict.UNSCORED, Verdict.PASSED):
        if worst in verdicts:
            return Judged(gate, worst)
    return Judged(gate, Verdict.UNSCORED)


def _verdict(gate: Gate, score: Score | None) -> Verdict:
    if score is None or score.value is None:
        return Verdict.UNSCORED
    return Verdict.PASSED if gate.holds(score.value) else Verdict.FAILED
