"""`fhir_r4` opened as the agent opens it, over a server that holds a seed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.opening import opened
from agent.adapters.site import Site
from agent.clock import RunningClock
from agent.domain.incidents import Stranger
from agent.policy import Practice
from agent.settings import EhrSettings
from tests.fhir.servers import FhirServer, lent
from tests.fhir.world import lay_down, seeded

DAYS = 8
"""For which slots are laid down."""


@dataclass
class Heard:
    """Answers `Incidents` by keeping them."""

    strangers: list[Stranger] = field(default_factory=list)

    async def stranger(self, found: Stranger) -> None:
        self.strangers.append(found)


@dataclass(frozen=True)
class Opened:
    ehr: FhirEhr
    server: FhirServer
    heard: Heard
    clock: RunningClock


def site(
    base_url: str,
    folder: Path,
    zone: ZoneInfo,
    clock: RunningClock,
    heard: Heard,
    secrets: EhrSettings | None = None,
    **options: object,
) -> Site:
    table = {
        "base_url": base_url,
        "auth": "none",
        "telehealth_url": "https://video.example.test/{id}",
        "deadline_seconds": 30.0,
        **options,
    }
    practice = Practice(
        "test", "Test practice", zone, ("en",), "+1", ehr_adapter="fhir_r4", ehr_options=table
    )
    return Site(practice, folder, folder, clock, secrets or EhrSettings(), heard)


@asynccontextmanager
async def fhir_world(
    name: str, folder: Path, seed: Path, now: datetime, zone: ZoneInfo
) -> AsyncIterator[Opened]:
    """`name`: of `tests.fhir.servers.STARTS`; the seed's times are laid on the day of `now`."""
    with lent(name) as server:
        lay_down(server.base_url, seeded(seed, now, zone, DAYS).resources())
        clock, heard = RunningClock(now), Heard()
        async with opened(site(server.base_url, folder, zone, clock, heard)) as ehr:
            yield Opened(ehr, server, heard, clock)
