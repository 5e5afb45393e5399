"""The scripts of evals/conversations/lakeside, as they are, on FHIR servers, not the demo EHR.

Each starts on the practice's data as they were laid down. An outage is one of the adapter here;
that a server really goes away is test_fhir_outage's.
"""

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.options import SCOPES
from agent.bootstrap import load_models
from evals.loading import Loaded, load_scripts
from evals.reports import describe
from evals.runner import run_script
from evals.warm import Warm, warmed
from tests.adapters.ehr.fhir_writes.practice import PATIENCE, Practice
from tests.fhir.serve import connect
from tests.fhir.servers import STARTS, FhirServer, own
from tests.fhir.world import lay_down, seeded

ROOT = Path(__file__).parents[2]
LAKESIDE = ROOT / "knowledge" / "practices" / "lakeside"
ZONE = ZoneInfo("America/Chicago")
DAYS = 10
"""For which slots are laid down; no script asks for a later one."""
WRITABLE = re.findall(r"system/(\w+)\.[rs]*[cu]", SCOPES)
NEVER = datetime.max.replace(tzinfo=UTC)


def _by_start(loaded: Loaded) -> datetime:
    return loaded.script.starts_at(NEVER)


SCRIPTS = sorted(load_scripts([ROOT / "evals" / "conversations" / "lakeside"]), key=_by_start)


@dataclass
class Lakeside:
    """The practice's data on a FHIR server, and the practice connected to it."""

    server: FhirServer
    records: Practice
    warm: Warm
    laid_at: datetime | None = None
    laid: dict[str, str] = field(default_factory=dict)

    def lay_down(self, now: datetime) -> None:
        """The data as they are before a script that starts at `now`."""
        if self.laid_at == now and self.standing() == self.laid:
            return
        self.server.clear()
        world = seeded(LAKESIDE / "ehr.json", now, ZONE, DAYS)
        lay_down(self.server.base_url, world.resources())
        self.laid_at, self.laid = now, self.standing()

    def standing(self) -> dict[str, str]:
        """The version of everything that the adapter may write."""
        return {
            f"{kind}/{one['id']}": one["meta"]["versionId"]
            for kind in WRITABLE
            for one in self.records.all(kind)
        }


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as one:
        yield one


@pytest.fixture(scope="module")
def warm(runner: asyncio.Runner) -> Iterator[Warm]:
    """The documents do not depend on the EHR: read once for both servers."""
    holding = warmed(LAKESIDE, _by_start(SCRIPTS[0]), load_models())
    yield runner.run(holding.__aenter__())
    runner.run(holding.__aexit__(None, None, None))


@pytest.fixture(scope="module", params=STARTS)
def lakeside(
    request: pytest.FixtureRequest, warm: Warm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lakeside]:
    folder = tmp_path_factory.mktemp(request.param) / "lakeside"
    shutil.copytree(LAKESIDE, folder)
    with (
        own(STARTS[request.param]()) as server,
        httpx.Client(timeout=PATIENCE, trust_env=False) as http,
    ):
        connect(folder, server.base_url)
        records = Practice(server.base_url, http)
        yield Lakeside(server, records, replace(warm, practice_dir=folder))


@pytest.mark.parametrize("loaded", SCRIPTS, ids=[one.script.id for one in SCRIPTS])
def test_conversation(lakeside: Lakeside, loaded: Loaded, runner: asyncio.Runner) -> None:
    lakeside.lay_down(_by_start(loaded))
    result = runner.run(run_script(loaded.script, lakeside.warm))
    assert result.passed, "\n".join(describe(failure) for failure in result.failures)
    assert lakeside.records.faults() == []


def test_the_scripts_that_change_the_ehr_changed_this_one(
    lakeside: Lakeside, runner: asyncio.Runner
) -> None:
    (books,) = [one for one in SCRIPTS if one.script.id == "lakeside-book-exam"]
    lakeside.lay_down(_by_start(books))
    before = lakeside.standing()
    runner.run(run_script(books.script, lakeside.warm))
    new = lakeside.standing().keys() - before.keys()
    assert [name.partition("/")[0] for name in new] == ["Appointment"]
