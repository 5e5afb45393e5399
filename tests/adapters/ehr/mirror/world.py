"""Lays a demo seed down as an export folder, and opens the mirror over it."""

import csv
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from agent.adapters.ehr.demo.seed import load_seed
from agent.adapters.ehr.mirror.ehr import MirrorEhr
from agent.adapters.ehr.mirror.opening import opened
from agent.adapters.ehr.mirror.rows import SHAPES
from agent.adapters.site import Site
from agent.clock import RunningClock
from agent.domain.incidents import Stranger
from agent.policy import Practice
from agent.settings import EhrSettings


class NoIncidents:
    async def stranger(self, found: Stranger) -> None:
        raise AssertionError(found)


@asynccontextmanager
async def mirror_world(
    folder: Path, seed: Path, now: datetime, timezone: ZoneInfo
) -> AsyncIterator[MirrorEhr]:
    export = folder / "export"
    export.mkdir()
    world = load_seed(seed, now, timezone)
    for name in SHAPES:
        rows: Iterable[BaseModel] = getattr(world, name)
        _write(export / f"{name}.csv", rows, now)
    async with opened(site(folder, RunningClock(now), timezone, {"folder": "export"})) as ehr:
        yield ehr


def site(folder: Path, clock: RunningClock, zone: ZoneInfo, options: dict[str, object]) -> Site:
    """A practice in `folder` whose EHR is a mirror."""
    practice = Practice(
        "p", "P", zone, ("en",), "+14155550100", ehr_adapter="mirror", ehr_options=options
    )
    return Site(practice, folder, folder / "data", clock, EhrSettings(), NoIncidents())


def _write(path: Path, rows: Iterable[BaseModel], at: datetime) -> None:
    columns = [*SHAPES[path.stem].model_fields]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore")
        table.writeheader()
        for row in rows:
            cells = {name: _cell(value) for name, value in row.model_dump(mode="json").items()}
            consents = getattr(row, "consents", {})
            table.writerow({**cells, "ai_chat_consent": str(consents.get("ai_chat", False))})
    os.utime(path, (at.timestamp(), at.timestamp()))


def _cell(value: object) -> object:
    return ";".join(map(str, value)) if isinstance(value, list) else value
