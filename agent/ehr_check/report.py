"""What a check found: a line for each capability, and no word of any patient's record."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from agent.ports import PortError

PATIENCE = 60.0
"""Seconds that one step may take."""


class State(StrEnum):
    WORKS = "works"
    FAILS = "fails"
    UNTRIED = "not tried"
    UNDECLARED = "not declared"


class Unmet(Exception):
    """The adapter answered, and not what the port promises; says what, never what stood there."""


class Untried(Exception):
    """It could not be tried, and why."""


@dataclass(frozen=True, slots=True)
class Result:
    what: str
    state: State
    words: str = ""
    milliseconds: float | None = None


@dataclass
class Report:
    results: list[Result] = field(default_factory=list)

    @property
    def fails(self) -> bool:
        return any(result.state is State.FAILS for result in self.results)

    def note(self, what: str, state: State, words: str = "") -> None:
        self.results.append(Result(what, state, words))

    async def step(self, what: str, work: Callable[[], Awaitable[str]]) -> bool:
        """Runs one step and says how it ended; whether it works."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                state, words = State.WORKS, await work()
        except Untried as untried:
            state, words = State.UNTRIED, str(untried)
        except Unmet as unmet:
            state, words = State.FAILS, str(unmet)
        except PortError as error:
            state, words = State.FAILS, _said(error)
        except TimeoutError:
            state, words = State.FAILS, f"no answer within {PATIENCE:.0f} seconds"
        except Exception as error:  # noqa: BLE001 - anybody's adapter: what it raises is its fault
            state, words = State.FAILS, f"raised {type(error).__name__}, which the port does not"
        spent = None if state is State.UNTRIED else (time.perf_counter() - began) * 1000
        self.results.append(Result(what, state, words, spent))
        return state is State.WORKS


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Unmet(otherwise)


def _said(error: PortError) -> str:
    """Never the error's own words: an adapter of somebody else's may have put a record in them."""
    doc = (type(error).__doc__ or "").partition("\n")[0]
    return f"{type(error).__name__}: {doc}" if doc else type(error).__name__
