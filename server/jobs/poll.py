"""Asks an EHR that sends nothing by itself what has happened there."""

from typing import cast

import structlog

from agent.domain.correspondence import is_sound
from agent.domain.terms import Capability
from agent.ports import Polled
from agent.turns import Agent
from server.jobs.mail import Mail, repeat

log = structlog.get_logger("server.poll")

EVERY_SECONDS = 15.0


async def poll_forever(agent: Agent, mail: Mail) -> None:
    async def work() -> None:
        await poll(agent, mail)

    await repeat("poll", work, mail.announced, EVERY_SECONDS)


async def poll(agent: Agent, mail: Mail) -> None:
    """Reads on from where the last poll ended; events and place are stored in one transaction.
    Nothing is asked of an EHR that cannot be polled, or not yet: one that was down at the start
    says later what it can do. Raises `EhrUnavailable`.
    """
    if Capability.POLL not in agent.ehr.capabilities:
        return
    adapter = agent.practice.ehr_adapter
    cursor = await agent.inbox.cursor(adapter)
    events, cursor = await cast(Polled, agent.ehr).changes(cursor)
    sound = [event for event in events if is_sound(event)]
    if len(sound) < len(events):
        log.error("unsound_events", adapter=adapter, dropped=len(events) - len(sound))
    if await agent.inbox.take(adapter, sound, agent.clock.now(), cursor):
        mail.arrived.set()
