"""Starts a stub on a free port of this machine, and opens its adapter as bootstrap would."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import uvicorn

from agent.adapters.ehr.demo.seed import load_seed
from agent.adapters.ehr.rest.ehr import RestEhr
from agent.adapters.ehr.rest.opening import opened
from agent.adapters.site import Site
from agent.clock import RunningClock
from agent.domain.incidents import Stranger
from agent.policy import Practice
from agent.settings import EhrSettings
from tests.ehr_stubs.facts import SERVICES, ZONE
from tests.ehr_stubs.stub import KEY, Stub

WORLD = Path(__file__).parents[1] / "conformance" / "ehr_world.json"


@dataclass
class Reported:
    """Implements `Incidents` and remembers."""

    found: list[Stranger] = field(default_factory=list)

    async def stranger(self, found: Stranger) -> None:
        self.found.append(found)


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@dataclass
class Running:
    """A stub that is served, and its adapter."""

    stub: Stub
    server: uvicorn.Server
    base_url: str


@dataclass
class Opened:
    ehr: RestEhr
    stub: Stub
    incidents: Reported
    running: Running

    def take_down(self) -> None:
        self.running.server.should_exit = True
        for served in self.running.server.servers:
            served.close()
        for connection in list(self.running.server.server_state.connections):
            connection.transport.close()


@asynccontextmanager
async def served(name: str, now: datetime, seed: Path = WORLD) -> AsyncIterator[Running]:
    """The stub answers until the block ends."""
    stub = Stub(name, load_seed(seed, now, ZONE))
    config = uvicorn.Config(stub.app(), log_level="error", lifespan="off")
    server = _Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    serving = asyncio.create_task(server.serve([listener]))
    await server.ready.wait()
    try:
        yield Running(stub, server, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        await serving
        listener.close()


def write_directory(folder: Path, seed: Path = WORLD) -> None:
    """The practice's part of a demo seed, as `directory.json`."""
    world = json.loads(seed.read_text())
    parts = ("practitioners", "locations", "service_types", "schedules")
    directory = {part: world[part] for part in parts}
    for service in directory["service_types"]:
        service["code"] = SERVICES[service["id"]]
    (folder / "directory.json").write_text(json.dumps(directory))


@asynccontextmanager
async def opened_dialect(
    name: str, folder: Path, now: datetime, *, key: str = KEY, patience: float = 5.0
) -> AsyncIterator[Opened]:
    """The adapter over its stub, which holds the world of `ehr_world.json`."""
    write_directory(folder)
    incidents = Reported()
    async with served(name, now) as running:
        practice = Practice(
            id="stub",
            name="Stub practice",
            timezone=ZONE,
            languages=("en",),
            phone="+14155550100",
            ehr_adapter=name,
            ehr_options={"base_url": running.base_url, "timeout_seconds": patience},
        )
        secrets = EhrSettings.model_construct(api_key=key)
        site = Site(practice, folder, folder, RunningClock(now), secrets, incidents)
        async with opened(site) as ehr:
            yield Opened(ehr, running.stub, incidents, running)
