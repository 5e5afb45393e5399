"""Climbs the alert ladder every second, for as long as the server runs."""

import asyncio

import structlog

from agent.turns import Agent

log = structlog.get_logger("server.ladder")

EVERY_SECONDS = 1.0


async def climb_forever(agent: Agent) -> None:
    """An alert that cannot be climbed now is tried again a second later."""
    while True:
        try:
            await agent.climb_ladder()
        except Exception:
            log.exception("ladder.failed")
        await asyncio.sleep(EVERY_SECONDS)
