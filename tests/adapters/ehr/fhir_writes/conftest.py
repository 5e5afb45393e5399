"""Every test here runs on both FHIR servers, in a practice of its own."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.clock import RunningClock
from tests.adapters.ehr.fhir_writes.practice import NOW, PATIENCE, Practice, Wire, ehr_on
from tests.fhir.servers import STARTS, lent


@pytest.fixture(params=STARTS)
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    with (
        lent(request.param) as server,
        httpx.Client(timeout=PATIENCE, trust_env=False) as http,
    ):
        practice = Practice(server.base_url, http)
        practice.furnish()
        yield practice


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock(NOW)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def ehr(practice: Practice, clock: RunningClock, wire: Wire) -> AsyncIterator[FhirEhr]:
    async with ehr_on(practice.base_url, clock, wire) as opened:
        yield opened
