"""What carries post between Portico and the EHR, and how its parts wake each other."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from agent.ports import EhrUnavailable

log = structlog.get_logger("server.mail")

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class Mail:
    """Set when there is something to do; whoever does it clears it first."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Something is in the inbox."""
    announced: asyncio.Event = field(default_factory=asyncio.Event)
    """The EHR said that something has changed there."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """A turn of a message from the EHR has ended."""


async def repeat(
    name: str, work: Callable[[], Awaitable[None]], wake: asyncio.Event, every_seconds: float
) -> None:
    """Does `work` whenever `wake` is set, and every so many seconds; a failure is tried again
    after a pause that doubles."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        wake.clear()
        try:
            await work()
        except EhrUnavailable:
            log.warning("ehr_unavailable", job=name, seconds=pause)
        except Exception:
            log.exception("failed", job=name, seconds=pause)
        else:
            pause = FIRST_PAUSE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(every_seconds):
                    await wake.wait()
            continue
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
