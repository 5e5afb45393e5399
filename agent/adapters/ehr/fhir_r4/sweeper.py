"""Ends the holds that nobody came back for: a process died, or the EHR did not answer in time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from agent.adapters.ehr.fhir_r4.client import of_type
from agent.adapters.ehr.fhir_r4.holds import HELD, Holds, hold_of
from agent.ports import PortError

EVERY = timedelta(minutes=1)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sweeper:
    """`books`: whether there can be holds of ours at all."""

    holds: Holds
    books: Callable[[], bool]

    async def sweep(self) -> int:
        """Settles every hold of ours that is over; returns how many. Raises `EhrUnavailable`."""
        now = self.holds.clock.now()
        settled = 0
        found = await self.holds.client.search("Slot", [("status", HELD)])
        for slot in of_type(found, "Slot"):
            hold = hold_of(slot)
            if hold is None or hold.until > now:
                continue
            settled += await self.holds.settle(slot, hold.owner)
        return settled

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweeps at once and then every minute, until the context ends."""
        task = asyncio.create_task(self._sweep_on())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _sweep_on(self) -> None:
        while True:
            try:
                settled = await self.sweep() if self.books() else 0
            except PortError as error:
                _log.warning("ehr.sweep_failed", why=type(error).__name__)
            else:
                if settled:
                    _log.warning("ehr.holds_settled", count=settled)
            await asyncio.sleep(EVERY.total_seconds())
