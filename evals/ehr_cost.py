"""What the FHIR adapter adds to the HTTP requests that a scheduling turn cannot do without.

A turn is played against a real FHIR server once to see what it asks its EHR. These questions are
then put to the adapter again, and the requests it sends for them are sent bare, as much at once as
it did, over the same connections: its answers read to the end, nothing made of them.
"""

import asyncio
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from agent.bootstrap import Models, running_agent
from agent.clock import RunningClock
from agent.turns import Agent
from evals.faults import EHR_CALLS
from evals.warm import Nobody, throwaway_settings
from knowledge.errors import InputError

ROOT = Path(__file__).parents[1]
SERVER = ROOT / ".models" / "fhir-servers" / "sekmet"
AIM_RATIO = 1.3


@dataclass(frozen=True, slots=True)
class Sample:
    """One turn's questions: milliseconds through the adapter, and of its requests sent bare."""

    calls: int
    requests: int
    adapter: float
    bare: float


@dataclass(slots=True)
class _Sent:
    """A request while it is under way; moments of `time.perf_counter`."""

    transport: httpx.AsyncBaseTransport
    request: httpx.Request
    began: float
    answered: float = float("inf")


Turn = Callable[[Agent], Awaitable[bool]]
"""Plays a turn; whether it went the way that is measured."""

_Ask = Callable[[], Awaitable[object]]
_sent: ContextVar[list[_Sent] | None] = ContextVar("sent", default=None)
"""Where the requests of the call that runs are kept; the adapter's own jobs run outside."""


def is_installed() -> bool:
    return SERVER.is_dir()


async def ehr_cost(
    practice: Path, now: datetime, models: Models, turns: Sequence[Turn], count: int
) -> list[Sample]:
    """`count` samples, one turn after the other. Raises `InputError` when no server starts."""
    with tempfile.TemporaryDirectory(prefix="portico-bench-") as folder:
        connected, data = Path(folder) / "practice", Path(folder) / "data"
        with _served(practice, now, connected):
            async with running_agent(
                connected,
                data,
                settings=throwaway_settings(),
                broadcast=Nobody(),
                clock=RunningClock(now),
                models=models,
            ) as agent:
                asked = [asks for turn in turns if (asks := await _asks_of(turn, agent))]
                with _overheard():
                    rounds = itertools.islice(itertools.cycle(asked), count)
                    return [await _sample(asks) for asks in rounds]


async def _asks_of(turn: Turn, agent: Agent) -> list[_Ask]:
    """What the turn asks its EHR once what is remembered of earlier turns is warm."""
    await turn(agent)
    with _noted(agent) as asks:
        fits = await turn(agent)
    return asks if fits else []


@contextmanager
def _served(practice: Path, now: datetime, folder: Path) -> Iterator[None]:
    """The server of the tests, as a process of its own; `folder` becomes the practice on it."""
    command = [sys.executable, "-m", "tests.fhir.serve"]
    process = subprocess.Popen(
        [*command, str(practice.resolve()), now.isoformat(), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise InputError(f"the FHIR server ended with status {process.wait()}")
        yield
    finally:
        process.communicate()


@contextmanager
def _noted(agent: Agent) -> Iterator[list[_Ask]]:
    """Keeps what the agent asks its EHR inside."""
    asks: list[_Ask] = []
    of_instance = vars(agent.ehr)
    for name in EHR_CALLS:
        of_instance[name] = _noting(getattr(agent.ehr, name), asks)
    try:
        yield asks
    finally:
        for name in EHR_CALLS:
            del of_instance[name]


def _noting(call: Callable[..., Awaitable[Any]], asks: list[_Ask]) -> Callable[..., Awaitable[Any]]:
    async def noting(*args: object) -> Any:
        asks.append(lambda: call(*args))
        return await call(*args)

    return noting


async def _sample(asks: Sequence[_Ask]) -> Sample:
    began = time.perf_counter()
    sent = [await _asked(ask) for ask in asks]
    adapter = (time.perf_counter() - began) * 1000
    bare = await _replayed([wave for of_one in sent for wave in _waves(of_one)])
    return Sample(len(asks), sum(map(len, sent)), adapter, bare)


async def _asked(ask: _Ask) -> list[_Sent]:
    sent: list[_Sent] = []
    token = _sent.set(sent)
    try:
        await ask()
    finally:
        _sent.reset(token)
    return sent


@contextmanager
def _overheard() -> Iterator[None]:
    """Keeps the requests that leave this process while a call runs."""
    passes = httpx.AsyncHTTPTransport.handle_async_request

    async def kept(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        one = _Sent(transport, request, time.perf_counter())
        kept_in = _sent.get()
        if kept_in is not None:
            kept_in.append(one)
        response = await passes(transport, request)
        one.answered = time.perf_counter()
        return response

    with patch.object(httpx.AsyncHTTPTransport, "handle_async_request", kept):
        yield


def _waves(sent: Sequence[_Sent]) -> list[list[_Sent]]:
    """What was under way together; a request that waited for an answer begins a new wave."""
    waves: list[list[_Sent]] = []
    for one in sent:
        if waves and one.began < min(other.answered for other in waves[-1]):
            waves[-1].append(one)
        else:
            waves.append([one])
    return waves


async def _replayed(waves: Sequence[Sequence[_Sent]]) -> float:
    """Milliseconds. Reads only: what was written once cannot be written again as it was."""
    assert all(one.request.method == "GET" for wave in waves for one in wave)
    client = httpx.AsyncClient(transport=waves[0][0].transport, timeout=30.0)
    prepared = [
        [client.build_request("GET", one.request.url, headers=one.request.headers) for one in wave]
        for wave in waves
    ]
    began = time.perf_counter()
    for wave in prepared:
        for answer in await asyncio.gather(*map(client.send, wave)):
            answer.raise_for_status()
    return (time.perf_counter() - began) * 1000
