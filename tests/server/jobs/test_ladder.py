"""The ladder is climbed again and again, whatever one climb comes to."""

import asyncio
from typing import cast

import pytest

from agent.turns import Agent
from server.jobs import ladder


class Climber:
    def __init__(self) -> None:
        self.climbs = 0
        self.three = asyncio.Event()

    async def climb_ladder(self) -> None:
        self.climbs += 1
        if self.climbs == 1:
            raise OSError("the store is away")
        if self.climbs == 3:
            self.three.set()


async def test_a_climb_that_fails_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "EVERY_SECONDS", 0)
    climber = Climber()
    job = asyncio.create_task(ladder.climb_forever(cast(Agent, climber)))
    async with asyncio.timeout(5):
        await climber.three.wait()
    job.cancel()
    assert climber.climbs >= 3
