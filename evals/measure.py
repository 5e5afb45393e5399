"""`make eval`: runs the suites, shows every figure with its gate, and writes them down.

Status 1 when a gate failed or what it names was not scored, 2 for wrong input.
"""

import knowledge.quiet  # noqa: F401

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer

from agent.bootstrap import Models, load_models
from agent.clock import RunningClock
from agent.settings import NO_MODEL, ModelSettings, load_model_settings
from evals.figures import Key, Measured, Score
from evals.gates import Condition, Gate, judge, read_gates
from evals.scoreboard import Scoreboard, as_html, as_json, print_table
from evals.split import DEVELOPMENT, LOCKED, Split
from evals.subject import Sources, Subject
from evals.suites.table import SUITES, Suite
from evals.warm import warmed
from knowledge.errors import InputError

ROOT = Path(__file__).parents[1]
SOURCES = Sources(
    splits=(Split(LOCKED, locked=True), Split(DEVELOPMENT, locked=False)),
    shared=ROOT.parent / "shared" / "data",
    portal=ROOT / "tests" / "privacy" / "portal.jsonl",
    drafts=ROOT / "evals" / "tables" / "guardrails",
    conversations=ROOT / "evals" / "conversations",
    practices=ROOT / "knowledge" / "practices",
)
PRACTICE = "harbor"
"""Whose agent reads the messages: one of a state where the classifier may speak."""

_NOW = datetime(2026, 6, 1, 16, tzinfo=UTC)

# A pretty traceback prints local variables: rows of the locked split would be among them.
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def measure(
    json_file: Annotated[Path, typer.Option("--json", help="Write JSON here.")] = ROOT
    / "reports/eval.json",
    html_file: Annotated[Path, typer.Option("--html", help="Write a page here.")] = ROOT
    / "reports/eval.html",
    suite: Annotated[
        list[str] | None, typer.Option("--suite", help="Only this one (may be repeated).")
    ] = None,
) -> None:
    """Runs the suites and holds their figures against the release gates."""
    _quieten()
    suites = chosen(suite or ())
    gates = [gate for gate in read_gates() if any(each.owns(gate.key) for each in suites)]
    board = asyncio.run(evaluate(suites, gates, SOURCES, load_model_settings(), _say))
    print_table(board, sys.stdout)
    for path, render in ((json_file, as_json), (html_file, as_html)):
        write(path, render(board))
    if not board.passed:
        raise typer.Exit(1)


def chosen(names: Sequence[str]) -> tuple[Suite, ...]:
    known = {suite.name: suite for suite in SUITES}
    for name in names:
        if name not in known:
            raise InputError(f"--suite: {name!r}: none of {', '.join(known)}")
    return tuple(suite for suite in SUITES if not names or suite.name in names)


async def evaluate(
    suites: Sequence[Suite],
    gates: Sequence[Gate],
    sources: Sources,
    llm: ModelSettings,
    say: Callable[[str], None],
) -> Scoreboard:
    """All suites without a model and, when one is configured, those that it bears on with it."""
    for split in sources.splits:
        split.check()
    models = await asyncio.to_thread(load_models)
    without = await _column(suites, sources, models, NO_MODEL, say)
    theirs = [suite for suite in suites if suite.by_model] if llm.configured else []
    withit = await _column(theirs, sources, models, llm, say) if llm.configured else None
    absent = frozenset[Condition]() if sources.has_shared else frozenset[Condition](["shared data"])
    judged = [
        judge(gate, _columns(gate, theirs, without.figures, withit), absent=absent)
        for gate in gates
    ]
    return Scoreboard(without, withit, tuple(judged), llm.model, datetime.now(UTC))


def _columns(
    gate: Gate, theirs: Sequence[Suite], without: Mapping[Key, Score], withit: Measured | None
) -> list[Mapping[Key, Score]]:
    """Data that may be absent is not put before a model at all."""
    by_model = gate.when is None and any(suite.owns(gate.key) for suite in theirs)
    return [without, withit.figures] if by_model and withit is not None else [without]


async def _column(
    suites: Sequence[Suite],
    sources: Sources,
    models: Models,
    llm: ModelSettings,
    say: Callable[[str], None],
) -> Measured:
    """What the suites find with one way to run."""
    figures, misses = dict[Key, Score](), list[str]()
    async with AsyncExitStack() as stack:
        practice = sources.practices / PRACTICE
        warm = await stack.enter_async_context(warmed(practice, _NOW, models, llm))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portico-eval-"))
        agent = await stack.enter_async_context(warm.agent(Path(folder), RunningClock(_NOW)))
        subject = Subject(agent.rooms, models, llm, sources)
        for suite in suites:
            started = time.perf_counter()
            found = await suite.measure(subject)
            figures |= found.figures
            misses += [f"{suite.name}: {miss}" for miss in found.misses]
            way = "with the model" if subject.with_model else "no model"
            say(f"{suite.name}, {way}: {time.perf_counter() - started:.0f} s")
        figures |= subject.answers()
    return Measured(figures, tuple(misses))


def write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _quieten() -> None:
    """Standard output is the table's; of the log nothing but what must not happen."""
    logging.disable(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    try:
        app()
    except InputError as error:
        _say(f"eval: {error}")
        sys.exit(2)


if __name__ == "__main__":
    main()
