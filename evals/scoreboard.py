"""Shows what an evaluation found: one table, on the terminal, as JSON and as a page of HTML."""

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table

from evals.figures import ALL, Key, Measured, Number, Score
from evals.gates import BLOCKING, Judged, Verdict

NO_MODEL, MODEL = "no model", "model"

_WIDEST = 400

_COLOURS = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.UNSCORED: "red"}
_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }
table { border-collapse: collapse } th { background: #f1f3f5; position: sticky; top: 0 }
td, th { border: 1px solid #d9dce1; padding: .2rem .5rem; text-align: left }
td.n { text-align: right; font-variant-numeric: tabular-nums }
.passed { color: #17653a } .failed, .unscored { color: #a3201d; font-weight: 600 }
.skipped { color: #5b6470 }
"""


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """`withit` None: no language model was configured, and `llm`, its name, is None too."""

    without: Measured
    withit: Measured | None
    judged: Sequence[Judged]
    llm: str | None
    at: datetime

    @property
    def passed(self) -> bool:
        return not self.blocking

    @property
    def blocking(self) -> tuple[Judged, ...]:
        return tuple(each for each in self.judged if each.verdict in BLOCKING)

    @property
    def columns(self) -> tuple[tuple[str, Measured], ...]:
        ways = ((NO_MODEL, self.without), (MODEL, self.withit))
        return tuple((name, found) for name, found in ways if found is not None)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One figure in every column; None where it was not taken."""

    key: Key
    scores: tuple[Score | None, ...]
    judged: Judged | None

    @property
    def cells(self) -> tuple[str, ...]:
        """Count, rows, rate and interval of each column."""
        return tuple(cell for score in self.scores for cell in _cells(score))


def rows(board: Scoreboard) -> Iterator[BoardRow]:
    """Suites in the order they ran; a figure that only a gate names has a row too."""
    judged = {each.gate.key: each for each in board.judged}
    keys = dict.fromkeys(key for _, found in board.columns for key in found.figures)
    suites = list(dict.fromkeys(key.suite for key in (*keys, *judged)))
    ordered = sorted(
        {*keys, *judged},
        key=lambda key: (suites.index(key.suite), key.category, key.measure, _place(key)),
    )
    for key in ordered:
        scores = tuple(found.figures.get(key) for _, found in board.columns)
        yield BoardRow(key, scores, judged.get(key))


def _place(key: Key) -> tuple[bool, str]:
    """All languages together stand first."""
    return key.language != ALL, key.language


def _cells(score: Score | None) -> tuple[str, str, str, str]:
    if score is None or score.value is None:
        return "", "0" if score is not None else "", "", ""
    if isinstance(score, Number):
        return "", str(score.n), f"{score.value:.3f}", ""
    low, high = score.interval or (0.0, 1.0)
    return str(score.count), str(score.n), _percent(score.value), f"{low:.1%} – {high:.1%}"


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _heads(board: Scoreboard) -> list[str]:
    columns = [
        f"{head} ({name})" if len(board.columns) > 1 else head
        for name, _ in board.columns
        for head in ("count", "n", "rate", "95 %")
    ]
    return ["suite", "category", "language", "measure", *columns, "aim", "gate"]


def print_table(board: Scoreboard, out: TextIO) -> None:
    """As wide as it is: whether in a terminal or piped into a file, nothing is cut."""
    console = Console(file=out, width=_WIDEST, soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in _heads(board):
        numeric = head.split(" ")[0] in ("count", "n", "rate")
        table.add_column(head, justify="right" if numeric else "left", no_wrap=True)
    before = ""
    for row in rows(board):
        if before and row.key.suite != before:
            table.add_section()
        before = row.key.suite
        table.add_row(*_place_names(row.key), *row.cells, *_gate(row, coloured=True))
    console.print(table)
    console.print(summary(board), highlight=False)
    for each in board.blocking:
        key = each.gate.key
        console.print(
            f"{each.verdict}: {key.suite}, {key.category}, {key.language}, {key.measure} "
            f"{each.gate.aim}: {each.gate.why}",
            highlight=False,
            markup=False,
        )


def _place_names(key: Key) -> tuple[str, str, str, str]:
    return key.suite, key.category, key.language, key.measure


def _gate(row: BoardRow, *, coloured: bool) -> tuple[str, str]:
    if row.judged is None:
        return "", ""
    verdict = row.judged.verdict
    colour = _COLOURS.get(verdict)
    shown = f"[{colour}]{verdict}[/]" if coloured and colour else verdict.value
    return row.judged.gate.aim, shown


def summary(board: Scoreboard) -> str:
    counts = {v: sum(each.verdict is v for each in board.judged) for v in Verdict}
    said = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
    return f"{len(board.judged)} gates: {said or 'none'}"


def as_json(board: Scoreboard) -> str:
    content = {
        "at": board.at.isoformat(timespec="seconds"),
        "model": board.llm,
        "passed": board.passed,
        "gates": {v: sum(each.verdict is v for each in board.judged) for v in Verdict},
        "rows": [_json_row(board, row) for row in rows(board)],
        "misses": {name: list(found.misses) for name, found in board.columns},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _json_row(board: Scoreboard, row: BoardRow) -> dict[str, Any]:
    key, judged = row.key, row.judged
    found: dict[str, Any] = {
        "suite": key.suite,
        "category": key.category,
        "language": key.language,
        "measure": key.measure,
    }
    for (name, _), score in zip(board.columns, row.scores, strict=True):
        found[name] = None if score is None else _json_score(score)
    if judged is not None:
        gate = judged.gate
        found["gate"] = {"aim": gate.aim, "verdict": judged.verdict, "why": gate.why}
    return found


def _json_score(score: Score) -> dict[str, Any]:
    found: dict[str, Any] = {"n": score.n, "value": score.value}
    if not isinstance(score, Number):
        found |= {"count": score.count, "interval": score.interval}
    return found


def as_html(board: Scoreboard) -> str:
    heads = "".join(f"<th>{html.escape(head)}</th>" for head in _heads(board))
    body = "".join(_html_row(row) for row in rows(board))
    model = f"; model: {html.escape(board.llm)}" if board.llm else ""
    verdict = "passed" if board.passed else "failed"
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Portico eval</title>'
        f"<style>{_STYLE}</style><h1>Portico eval: "
        f'<span class="{verdict}">{verdict}</span></h1>'
        f"<p>{board.at:%Y-%m-%d %H:%M} UTC; {html.escape(summary(board))}{model}</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></html>\n"
    )


def _html_row(row: BoardRow) -> str:
    names = "".join(f"<td>{html.escape(name)}</td>" for name in _place_names(row.key))
    cells = "".join(f'<td class="n">{html.escape(cell)}</td>' for cell in row.cells)
    aim, verdict = _gate(row, coloured=False)
    why = html.escape(row.judged.gate.why) if row.judged else ""
    gate = f'<td>{html.escape(aim)}</td><td class="{verdict}" title="{why}">{verdict}</td>'
    return f"<tr>{names}{cells}{gate}</tr>"
