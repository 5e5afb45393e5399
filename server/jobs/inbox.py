"""Works through the inbox: danger at once, everything else by arrival, a few turns at a time."""

import asyncio
from collections import Counter

import structlog

from agent.correspondence import Correspondence
from agent.turns import Agent
from server.jobs.mail import Mail, repeat
from server.world import Answers

log = structlog.get_logger("server.inbox")

TURNS_AT_ONCE = 8
"""A flood of post is answered by as many turns at a time as do not make each other late."""
EVERY_SECONDS = 30.0
TRY_AGAIN_SECONDS = 30.0
MOST_TRIES = 3


class InboxWorker:
    """Settles what waits. What a crash cuts off waits still, and nothing is done twice."""

    def __init__(self, agent: Agent, answers: Answers, mail: Mail) -> None:
        self._inbox = agent.inbox
        self._answers = answers
        self._mail = mail
        self._correspondence = Correspondence(agent)
        self._places = asyncio.Semaphore(TURNS_AT_ONCE)
        self._line: asyncio.Queue[int] = asyncio.Queue()
        self._known: set[int] = set()
        self._failures: Counter[int] = Counter()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(repeat("inbox", self._line_up, self._mail.arrived, EVERY_SECONDS))
            both.create_task(self._work())

    async def _line_up(self) -> None:
        for number in await self._inbox.waiting():
            if number not in self._known:
                self._known.add(number)
                if await self._is_danger(number):
                    await self._settle(number)
                else:
                    self._line.put_nowait(number)

    async def _is_danger(self, number: int) -> bool:
        try:
            arrival = await self._inbox.arrival(number)
            return arrival is not None and await self._correspondence.is_danger(arrival)
        except Exception as error:
            # Its turn comes, and screens it again.
            log.exception("not_screened", arrival=number, error=type(error).__name__)
            return False

    async def _work(self) -> None:
        while True:
            number = await self._line.get()
            await self._places.acquire()
            answering = await self._settle(number)
            if answering is None:
                self._places.release()
            else:
                answering.add_done_callback(lambda _: self._places.release())

    async def _settle(self, number: int) -> asyncio.Task[None] | None:
        """Its turn, when it has one."""
        answering = None
        try:
            arrival = await self._inbox.arrival(number)
            if arrival is None:
                return None
            message = None
            if self._failures[number] < MOST_TRIES:
                message = await self._correspondence.admit(arrival)
            else:
                await self._correspondence.give_up(arrival)
            if message is not None:
                answering = self._answers.start(message)
                answering.add_done_callback(lambda _: self._mail.answered.set())
            await self._inbox.settle(number)
            self._known.discard(number)
        except Exception as error:
            # The outermost loop of an arrival: it stays in the store and is tried again.
            log.exception("not_settled", arrival=number, error=type(error).__name__)
            self._failures[number] += 1
            loop = asyncio.get_running_loop()
            loop.call_later(TRY_AGAIN_SECONDS, self._known.discard, number)
        return answering
