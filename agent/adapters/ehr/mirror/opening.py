"""The mirror of a practice: its export folder, read at the start and whenever it changes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from watchfiles import awatch

from agent.adapters.ehr.mirror.ehr import MirrorEhr
from agent.adapters.ehr.mirror.export import Export, Source
from agent.adapters.ehr.mirror.options import options_of
from agent.adapters.site import Site
from agent.ports import Clock
from knowledge.errors import InputError

LOOKED_AT = 60.0
"""Seconds after which the folder is looked at though nothing was heard of it: a network share
tells of no change."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def opened(site: Site) -> AsyncIterator[MirrorEhr]:
    """Raises `InputError` for settings or an export that cannot be read."""
    options = options_of(site.practice.ehr_options)
    source = Source(options, site.folder, site.practice.timezone)
    export = await asyncio.to_thread(source.read, site.clock.now())
    ehr = MirrorEhr(export, timedelta(hours=options.max_age_hours), site.clock)
    following = asyncio.create_task(follow(source, site.clock, ehr.show))
    try:
        yield ehr
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        ehr.close()


async def follow(source: Source, clock: Clock, show: Callable[[Export], None]) -> None:
    """Shows every new export; one that cannot be read is logged and the last one stays."""
    taken = None
    while True:
        try:
            async for _ in awatch(
                source.folder, rust_timeout=int(LOOKED_AT * 1000), yield_on_timeout=True
            ):
                taken = await reread(source, clock, show, taken)
        except Exception as error:  # noqa: BLE001 - the outermost loop: what stands stays, and ages
            log.error("mirror.unwatched: %s", type(error).__name__)
        # The folder is gone or cannot be watched; a share may come back.
        await asyncio.sleep(LOOKED_AT)
        taken = await reread(source, clock, show, taken)


async def reread(
    source: Source,
    clock: Clock,
    show: Callable[[Export], None],
    taken: frozenset[tuple[str, int, int]] | None,
) -> frozenset[tuple[str, int, int]] | None:
    """Reads the folder unless it is as it was when `taken`; returns how it is now, None for
    unreadable."""
    try:
        found = await asyncio.to_thread(source.signature)
        if found != taken:
            show(await asyncio.to_thread(source.read, clock.now()))
    except InputError as error:
        log.error("mirror.broken: %s", error)
        return None
    return found
