"""The clock that runs from a chosen instant, for demos, scripts and tests as well as for real."""

from datetime import UTC, datetime, timedelta
from time import monotonic


class RunningClock:
    """Starts at `start` (default: the real now) and runs; `advance` moves it forward."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._began = monotonic()
        self._moved = timedelta()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=monotonic() - self._began) + self._moved

    def advance(self, by: timedelta) -> None:
        self._moved += by
