"""Models once a session; a practice is warmed once for all scripts that run over it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.bootstrap import Models, load_models
from evals.warm import Warm, warmed

WarmUp = Callable[[Path], Warm]


@pytest.fixture(scope="session")
def models() -> Models:
    return load_models()


@pytest.fixture(scope="session")
def warm_up(models: Models) -> Iterator[WarmUp]:
    """Warms a practice folder the first time it is asked for."""
    with ExitStack() as stack:
        known: dict[Path, Warm] = {}

        def warm(practice: Path) -> Warm:
            if practice not in known:
                known[practice] = stack.enter_context(_held(practice, models))
            return known[practice]

        yield warm


@contextmanager
def _held(practice: Path, models: Models) -> Iterator[Warm]:
    with asyncio.Runner() as runner:
        holding = warmed(practice, datetime(2026, 6, 1, 16, 0, tzinfo=UTC), models)
        warm = runner.run(holding.__aenter__())
        yield warm
        runner.run(holding.__aexit__(None, None, None))
