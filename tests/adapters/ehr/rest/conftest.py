"""A dialect over its stub, and reads that are tried again without waiting."""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.ehr_stubs.serving import Opened, opened_dialect

NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # Monday, 09:00 in Los Angeles

Open = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def opening(tmp_path: Path) -> Open:
    def over(name: str, **more: Any) -> AbstractAsyncContextManager[Opened]:
        return opened_dialect(name, tmp_path, NOW, **more)

    return over
