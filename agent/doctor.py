"""`portico doctor`: what of a practice works, and what would fail, before a patient finds out."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.adapters.ehrs import open_ehr
from agent.adapters.llm.opening import open_model
from agent.adapters.practice_folder import load_practice, practice_warnings
from agent.adapters.site import Site
from agent.bootstrap import Models, load_models
from agent.clock import RunningClock
from agent.copies import Mirrored
from agent.domain.incidents import Stranger
from agent.domain.prompt import NoAnswer
from agent.domain.terms import Capability
from agent.policy import Practice
from agent.ports import Ehr, ModelUnavailable, PortError
from agent.safety.cards import load_cards
from agent.safety.jurisdictions import is_known, load_jurisdictions
from agent.safety.resources import load_resources
from agent.settings import (
    GENERATED,
    KEYS_FILE,
    ModelSettings,
    load_ehr_settings,
    load_model_settings,
    load_settings,
)
from agent.wording.wording import load_wording
from knowledge.errors import InputError
from knowledge.index.sync import SyncReport, sync_index
from knowledge.practice import read_settings


class State(StrEnum):
    WORKS = "works"
    LOOK = "look"
    FAILS = "fails"


T = TypeVar("T")

EHR_SECONDS = 30.0

STYLES = {State.WORKS: "green", State.LOOK: "yellow", State.FAILS: "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    state: State
    words: str


def doctor(
    practice: Annotated[Path, typer.Option("--practice", help="The practice folder.")],
    data: Annotated[Path, typer.Option("--data", help="Where the server stores.")] = Path("data"),
) -> None:
    """Say what of a practice works and what would fail; exit status 1 when something would."""
    findings = list(examine(practice, data, datetime.now(UTC).date()))
    table = Table("part", "state", "what", box=None, pad_edge=False)
    for finding in findings:
        table.add_row(finding.part, Text(finding.state, STYLES[finding.state]), Text(finding.words))
    Console().print(table)
    if any(finding.state is State.FAILS for finding in findings):
        raise typer.Exit(1)


def examine(practice_dir: Path, data_dir: Path, today: date) -> Iterator[Finding]:
    """Every part in turn; a part that cannot be examined without a failed one is left out."""
    read = _tried("practice", lambda: load_practice(practice_dir), _name)
    practice = read[0]
    yield read[1]
    if practice is not None:
        yield from _people(practice)
        yield _ehr(practice, practice_dir)
        yield _tried(
            "templates",
            lambda: load_wording(practice.timezone, practice_dir),
            lambda _: "every text is there",
        )[1]
    yield _tried("cards", lambda: load_cards(practice_dir), lambda _: "every card is there")[1]
    yield _help_lines(today)
    yield _law(practice, today)
    yield _keys(data_dir)
    yield from examine_model()
    loaded = _tried("models", load_models, lambda _: "encoder and reader load")
    models = loaded[0]
    yield loaded[1]
    if models is not None:
        yield from _documents(practice_dir, data_dir, models, today)


def _tried(
    part: str, attempt: Callable[[], T], words: Callable[[T], str]
) -> tuple[T | None, Finding]:
    try:
        found = attempt()
    except InputError as error:
        return None, Finding(part, State.FAILS, str(error))
    return found, Finding(part, State.WORKS, words(found))


def _name(practice: Practice) -> str:
    return f"{practice.name} ({practice.id})"


def _people(practice: Practice) -> Iterator[Finding]:
    for warning in practice_warnings(practice):
        yield Finding("practice", State.LOOK, warning)
    on_call = sum("on_call" in member.roles for member in practice.staff)
    if on_call:
        yield Finding("on-call", State.WORKS, f"{on_call} of {len(practice.staff)} staff")
    else:
        yield Finding("on-call", State.FAILS, "nobody has the role on_call: no alert finds anybody")


class _Unheard:
    """Implements `Incidents`: no patient is asked for here, so nobody's record can come back."""

    async def stranger(self, found: Stranger) -> None:
        pass


def _ehr(practice: Practice, practice_dir: Path) -> Finding:
    """Opens it over an empty data folder, so that a server's own is not touched."""
    adapter = practice.ehr_adapter
    try:
        with TemporaryDirectory() as data:
            clock, secrets = RunningClock(), load_ehr_settings()
            site = Site(practice, practice_dir, Path(data), clock, secrets, _Unheard())
            words = asyncio.run(_ehr_words(site))
    except InputError as error:
        return Finding("ehr", State.FAILS, f"{adapter}: {error}")
    except PortError as error:
        return Finding("ehr", State.FAILS, f"{adapter}: does not answer: {error}")
    except TimeoutError:
        return Finding("ehr", State.FAILS, f"{adapter}: no answer in {EHR_SECONDS:.0f} seconds")
    return Finding("ehr", State.WORKS, f"{adapter}: {words}")


async def _ehr_words(site: Site) -> str:
    """Asks for what every adapter has: what the practice offers, and what it can do."""
    async with asyncio.timeout(EHR_SECONDS), open_ehr(site) as ehr:
        people, services = await ehr.practitioners(), await ehr.service_types()
        can = f"{len(ehr.capabilities)} of {len(Capability)} capabilities"
        return f"{len(people)} practitioners, {len(services)} services, {can}{_age(ehr, site)}"


def _age(ehr: Ehr, site: Site) -> str:
    if not isinstance(ehr, Mirrored):
        return ""
    hours = (site.clock.now() - ehr.as_of).total_seconds() / 3600
    return f", exported {hours:.1f} hours ago"


def _help_lines(today: date) -> Finding:
    """What the safety cards send people to; a review that is overdue fails a release."""
    lines = load_resources()
    overdue = lines.overdue(today)
    if overdue:
        return Finding("help lines", State.FAILS, f"review overdue: {', '.join(overdue)}")
    return Finding("help lines", State.WORKS, f"reviewed; again by {lines.review_by}")


def _law(practice: Practice | None, today: date) -> Finding:
    table = load_jurisdictions()
    if table.overdue(today):
        words = f"jurisdictions.toml: review was due by {table.review_by}"
        return Finding("jurisdiction", State.FAILS, words)
    place = practice.jurisdiction if practice is not None else ""
    if not is_known(place):
        words = f"{place or 'none named'}: the strictest rules of every state apply"
        return Finding("jurisdiction", State.LOOK, words)
    sources = "; ".join(table.profile(place).sources) or "nothing beyond what holds everywhere"
    return Finding("jurisdiction", State.WORKS, f"{place}: {sources}; again by {table.review_by}")


def _keys(data_dir: Path) -> Finding:
    """Looks without making any: the first start of the server does that."""
    missing = [variable for variable in GENERATED if not os.environ.get(variable)]
    production = os.environ.get("PORTICO_ENV") == "production"
    if missing and not production and not (data_dir / KEYS_FILE).exists():
        return Finding("keys", State.LOOK, f"the first start makes them in {data_dir / KEYS_FILE}")
    return _tried("keys", lambda: load_settings(data_dir), lambda _: "in place")[1]


WHY_NOT: dict[NoAnswer, str] = {
    NoAnswer.UNREACHABLE: "nobody answers at PORTICO_LLM_BASE_URL",
    NoAnswer.REFUSED: "it refuses: the model, the key or the path of the URL is wrong",
    NoAnswer.SLOW: "no answer within PORTICO_LLM_READ_SECONDS",
    NoAnswer.BUSY: "it is busy (429)",
    NoAnswer.FAILED: "it fails (5xx)",
}


def examine_model() -> Iterator[Finding]:
    """One token is asked for: whether the endpoint, the key and the model's name are right."""
    settings, read = _tried("language model", load_model_settings, lambda _: "none is configured")
    if settings is None or not settings.configured:
        yield read
        return
    started = time.perf_counter()
    failed = asyncio.run(_asked(settings))
    spent = (time.perf_counter() - started) * 1000
    if failed is None:
        words = f"{settings.model} answers in {spent:.0f} ms"
        yield Finding("language model", State.WORKS, words)
    else:
        words = WHY_NOT.get(failed, f"no usable answer ({failed.value})")
        yield Finding("language model", State.FAILS, f"{words}; patients get the no-model answers")


async def _asked(settings: ModelSettings) -> NoAnswer | None:
    async with open_model(settings) as model:
        assert model is not None
        try:
            await model.answer_one_token()
        except ModelUnavailable as error:
            return error.reason
    return None


def _documents(
    practice_dir: Path, data_dir: Path, models: Models, today: date
) -> Iterator[Finding]:
    def planned() -> SyncReport:
        settings = read_settings(practice_dir)
        return sync_index(settings, data_dir, models.encoder, today=today, dry_run=True)

    compared = _tried("documents", planned, _index_words)
    report = compared[0]
    yield compared[1]
    if report is not None:
        if not (report.added or report.changed or report.unchanged):
            yield Finding("documents", State.LOOK, "there are none: every question goes to staff")
        for source in report.overdue:
            yield Finding("documents", State.LOOK, f"{source}: its review date has passed")


def _index_words(report: SyncReport) -> str:
    waiting = len(report.added) + len(report.changed) + len(report.removed)
    if not waiting:
        return f"{len(report.unchanged)} in the index"
    return (
        f"{len(report.unchanged)} in the index; the next start or ingest adds {len(report.added)},"
        f" changes {len(report.changed)}, removes {len(report.removed)}"
    )
