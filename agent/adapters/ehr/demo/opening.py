"""The demo EHR of a practice folder: `ehr.json`, kept in `ehr.db` under the data folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.adapters.ehr.demo.ehr import DemoEhr, open_demo_ehr
from agent.adapters.site import Site

DATABASE = "ehr.db"


@asynccontextmanager
async def opened(site: Site) -> AsyncIterator[DemoEhr]:
    """Raises `InputError` for a faulty seed."""
    ehr = await open_demo_ehr(
        site.folder / "ehr.json",
        site.data / DATABASE,
        clock=site.clock,
        timezone=site.practice.timezone,
        closed=site.practice.closed,
    )
    try:
        yield ehr
    finally:
        await ehr.close()
