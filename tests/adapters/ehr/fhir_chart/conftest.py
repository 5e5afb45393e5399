"""Every test here runs on both FHIR servers, with two patients; what is written is checked to be
valid R4."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.clock import RunningClock
from tests.adapters.ehr.fhir_writes.practice import (
    MARI,
    NOW,
    PATIENCE,
    SAM,
    Practice,
    Wire,
    ehr_on,
)
from tests.fhir.servers import STARTS, lent


@pytest.fixture(params=STARTS)
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    with (
        lent(request.param) as server,
        httpx.Client(timeout=PATIENCE, trust_env=False) as http,
    ):
        practice = Practice(server.base_url, http)
        practice.patients((MARI, SAM))
        yield practice


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def ehr(practice: Practice, wire: Wire) -> AsyncIterator[FhirEhr]:
    async with ehr_on(practice.base_url, RunningClock(NOW), wire) as opened:
        await opened.discover()
        yield opened
