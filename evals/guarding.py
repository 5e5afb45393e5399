"""Scores a guard on tables of drafts: of each check and language, how many are judged rightly."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.guardrails.grounds import Grounds
from agent.guardrails.guard import Verdict
from knowledge.errors import InputError

TABLES = Path(__file__).parent / "tables" / "guardrails"

Check = Callable[[str, Grounds], Awaitable[Verdict]]


class Row(BaseModel):
    """One draft with its grounds. `passes`: whether the check of its table should let it out.
    `held`: written before the check was, and never tuned on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    language: str
    passes: bool
    held: bool
    text: str
    facts: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    patient: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    generated: bool = False
    has_task: bool = False
    asked: str = ""

    @property
    def grounds(self) -> Grounds:
        return Grounds(
            facts=self.facts,
            known=self.known,
            patient=self.patient,
            strangers=self.strangers,
            generated=self.generated,
            has_task=self.has_task,
            asked=self.asked,
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """What is counted together."""

    check: str
    language: str
    held: bool
    passes: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """`right` of `of` rows; `wrong` names the others by their number in the rows given."""

    right: int
    of: int
    wrong: tuple[int, ...] = ()


def load_tables(folder: Path = TABLES) -> tuple[Row, ...]:
    """Every row of `<check>.jsonl`, in order of file and line; raises `InputError` with both."""
    rows: list[Row] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                rows.append(Row.model_validate({"check": path.stem, **json.loads(line)}))
            except json.JSONDecodeError as error:
                raise InputError(f"{path}: line {number}: {error.msg}") from None
            except ValidationError as error:
                key = ".".join(str(part) for part in error.errors()[0]["loc"])
                raise InputError(f"{path}: line {number}: {key}") from None
    return tuple(rows)


async def score_guard(rows: Sequence[Row], check: Check) -> Mapping[Cell, Judged]:
    """A row counts as right when the check of its table (and no matter which other) says so; a
    check that could not run is wrong either way."""
    right: Counter[Cell] = Counter()
    of: Counter[Cell] = Counter()
    wrong: dict[Cell, list[int]] = {}
    for number, row in enumerate(rows):
        cell = Cell(row.check, row.language, row.held, row.passes)
        of[cell] += 1
        if _is_right(row, await check(row.text, row.grounds)):
            right[cell] += 1
        else:
            wrong.setdefault(cell, []).append(number)
    return {cell: Judged(right[cell], of[cell], tuple(wrong.get(cell, ()))) for cell in of}


def _is_right(row: Row, verdict: Verdict) -> bool:
    if any(reason.startswith("unable") for reason in verdict.reasons):
        return False
    failed = row.check in _lowered(verdict.reasons)
    return failed is not row.passes


def _lowered(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)
