"""Leaves a failing endpoint alone for a while, so that no patient waits for what will not come.

    state      a call may go      success      failure                    given up
    closed     yes                closed       open after `failures`      closed
    open       when `rest` is over: half_open, the call is the probe
    half_open  no, until the      closed       open, rests anew           open, next call probes
               probe is back

Only failures in a row count. A call that was given up (cancelled) says nothing about the endpoint.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from agent.domain.prompt import NoAnswer
from agent.ports import ModelUnavailable

FAILURES = 5
REST_SECONDS = 30.0

COUNTED = frozenset(
    {
        NoAnswer.SLOW,
        NoAnswer.UNREACHABLE,
        NoAnswer.REFUSED,
        NoAnswer.BUSY,
        NoAnswer.FAILED,
    }
)
"""What says that the endpoint is not well; an unusable answer is an answer."""


class Position(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """For one event loop. `clock` counts seconds and never goes back."""

    def __init__(
        self,
        failures: int = FAILURES,
        rest: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._failed = 0
        self._probe_at = 0.0
        self.position = Position.CLOSED

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """One call; raises `ModelUnavailable` (resting) when none may go."""
        self._admit()
        try:
            yield
        except ModelUnavailable as error:
            if error.reason in COUNTED:
                self._failure()
            else:
                self._success()
            raise
        except BaseException:
            self._given_up()
            raise
        self._success()

    def _admit(self) -> None:
        if self.position is Position.CLOSED:
            return
        if self.position is Position.HALF_OPEN or self._clock() < self._probe_at:
            raise ModelUnavailable(NoAnswer.RESTING)
        self.position = Position.HALF_OPEN

    def _success(self) -> None:
        self._failed = 0
        self.position = Position.CLOSED

    def _failure(self) -> None:
        self._failed += 1
        if self.position is Position.HALF_OPEN or self._failed >= self._most:
            self.position = Position.OPEN
            self._probe_at = self._clock() + self._rest

    def _given_up(self) -> None:
        if self.position is Position.HALF_OPEN:
            self.position = Position.OPEN
