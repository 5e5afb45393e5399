"""`portico ehr check` finds nothing wrong with an adapter that the suite proves."""

from pathlib import Path

import pytest

from agent.clock import RunningClock
from agent.ehr_check.check import Heard, check
from agent.ehr_check.report import State
from tests.conformance.test_ehr import ADAPTERS, MARI, NOW


@pytest.mark.parametrize("name", ADAPTERS)
async def test_every_adapter_passes_the_check(name: str, tmp_path: Path) -> None:
    async with ADAPTERS[name](tmp_path) as subject:
        report = await check(subject.ehr, MARI, RunningClock(NOW), "r1", Heard())
        assert [result for result in report.results if result.state is State.FAILS] == []
