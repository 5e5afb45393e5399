"""`portico ehr check`: what of an EHR works, tried on an invented patient and taken back."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.adapters.ehrs import open_ehr
from agent.adapters.practice_folder import load_practice
from agent.adapters.site import Site
from agent.clock import RunningClock
from agent.domain.ids import PatientId
from agent.ehr_check.check import Heard, check
from agent.ehr_check.report import Report, State
from agent.policy import Practice
from agent.ports import PortError
from agent.settings import load_ehr_settings
from knowledge.errors import InputError

STYLES = {
    State.WORKS: "green",
    State.FAILS: "bold red",
    State.UNTRIED: "yellow",
    State.UNDECLARED: "dim",
}

app = typer.Typer(add_completion=False)


@app.callback()
def ehr() -> None:
    """What of a practice's EHR works."""


@app.command("check")
def check_command(
    practice: Annotated[Path, typer.Option("--practice", help="The practice folder.")],
    patient: Annotated[
        str | None, typer.Option("--patient", help="An invented patient of the EHR.")
    ] = None,
    data: Annotated[Path, typer.Option("--data", help="Where the server stores.")] = Path("data"),
) -> None:
    """Try every capability on an invented patient and take back what was done; exit status 1 when
    a declared one fails."""
    loaded = load_practice(practice)
    chosen = patient or loaded.ehr_test_patient
    if chosen is None:
        raise InputError(
            "practice.toml: ehr.test_patient: is not set: name an invented patient of the EHR there"
            " or with --patient, for this books, moves and cancels in their name"
        )
    report = asyncio.run(_checked(loaded, practice, data, PatientId(chosen)))
    console = Console()
    console.print(f"{loaded.ehr_adapter} at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    console.print(_table(report))
    if report.fails:
        raise typer.Exit(1)


async def _checked(practice: Practice, folder: Path, data: Path, patient_id: PatientId) -> Report:
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    clock, heard = RunningClock(), Heard()
    site = Site(practice, folder, data, clock, load_ehr_settings(), heard)
    try:
        async with open_ehr(site) as opened:
            return await check(opened, patient_id, clock, uuid4().hex[:12], heard)
    except PortError as error:
        report = Report()
        report.note("opening", State.FAILS, type(error).__name__)
        return report


def _table(report: Report) -> Table:
    table = Table("capability", "state", "ms", "what", box=None, pad_edge=False)
    for result in report.results:
        spent = "" if result.milliseconds is None else f"{result.milliseconds:.0f}"
        state = Text(result.state, STYLES[result.state])
        table.add_row(result.what, state, Text(spent, justify="right"), Text(result.words))
    return table
