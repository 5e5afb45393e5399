"""`portico eval`: runs scripted conversations and says what held."""

import asyncio
import logging
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from agent.settings import load_model_settings
from evals.loading import Loaded, load_scripts
from evals.reports import as_html, as_json, as_junit, describe, write_report
from evals.results import EvalResult, ScriptResult
from evals.runner import run_script
from evals.warm import Warm, warmed


def run(
    paths: Annotated[list[Path], typer.Argument(help="Scripts, or folders of them.")],
    practice: Annotated[Path, typer.Option("--practice", help="The practice folder.")],
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Runs of each script.")] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write JSON here.")] = None,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", help="Write JUnit XML here.")
    ] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a page here.")] = None,
) -> None:
    """Runs scripted conversations; status 1 when any fails."""
    _quieten()
    loaded = load_scripts(paths)
    console = Console(soft_wrap=True)
    result = asyncio.run(evaluate(loaded, practice, repeat, console))
    _summarise(result, console)
    reports = ((json_file, as_json), (junit_file, as_junit), (html_file, as_html))
    for path, render in reports:
        if path is not None:
            write_report(result, path, render)
    if not result.passed:
        raise typer.Exit(1)


async def evaluate(
    loaded: Sequence[Loaded], practice: Path, repeat: int, console: Console
) -> EvalResult:
    """With the language model that the environment names, if it names one. Raises `InputError` for
    it or a faulty practice folder before any script runs."""
    started = time.perf_counter()
    llm = load_model_settings()
    async with warmed(practice, datetime.now(UTC), llm=llm) as warm:
        scripts = [await _run_one(one, warm, repeat, console) for one in loaded]
        name = warm.practice_name
    return EvalResult(name, repeat, tuple(scripts), time.perf_counter() - started)


async def _run_one(loaded: Loaded, warm: Warm, repeat: int, console: Console) -> ScriptResult:
    runs = [await run_script(loaded.script, warm) for _ in range(repeat)]
    result = ScriptResult(loaded, tuple(runs))
    if not result.passed:
        console.print(f"[red]fail[/] {loaded.script.id} ({loaded.path})", highlight=False)
        for number, one in enumerate(runs, start=1):
            for failure in one.failures:
                of_run = f"run {number}, " if repeat > 1 else ""
                console.print(f"  {of_run}{describe(failure)}", markup=False, highlight=False)
    return result


def _quieten() -> None:
    """Standard output is the report's; of the log only errors, on standard error."""
    logging.disable(logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _summarise(result: EvalResult, console: Console) -> None:
    by_tag: dict[str, list[ScriptResult]] = {}
    for script in result.scripts:
        for tag in script.loaded.script.tags or ["(no tag)"]:
            by_tag.setdefault(tag, []).append(script)
    table = Table("tag", "scripts", "passed", box=None)
    for tag, scripts in sorted(by_tag.items()):
        passed = sum(script.passed for script in scripts)
        colour = "green" if passed == len(scripts) else "red"
        table.add_row(tag, str(len(scripts)), f"[{colour}]{passed}[/]")
    console.print(table)
    passed = len(result.scripts) - len(result.failed)
    rates = f"pass^1 {result.pass_1:.1%}"
    if result.repeat > 1:
        rates += f", pass^{result.repeat} {result.pass_k:.1%}"
    console.print(
        f"{passed} of {len(result.scripts)} scripts passed, {rates}, {result.seconds:.1f} s",
        highlight=False,
    )
