"""Asks a language model for a reply and lets it out by sentences, each restored and checked.

A sentence counts when everything up to it has passed. One that does not ends the draft: half of a
model's answer is no answer.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from agent.domain.prompt import ModelCall, NoAnswer, Prompt, outcome_of
from agent.phrasing.sentences import Sentences, joined
from agent.ports import LanguageModel, ModelUnavailable, Writing
from agent.privacy.pseudonyms import Mangled, Pseudonyms, Restoring

LONGEST = 900
"""Characters; the approved words that it stands for have at most about 700."""

MOST_SECONDS = 14.0
"""For a whole draft, whatever the endpoint's budget: a turn has to end (`turns.TURN_TIMEOUT`)."""

USED = "used"


class Dropped(Exception):
    """The draft is not used; `outcome` is the word for it in the record."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Terms:
    """What a draft has to keep to, and who hears of it."""

    first_seconds: float
    """Until its first sentence has passed."""
    check: Callable[[str], Awaitable[None]]
    """Of all that stands so far, after each sentence. Raises `Dropped`."""
    accept: Callable[[str], None]
    """Of the whole. Raises `Dropped`."""
    tell: Callable[[str], None]
    """Hears each sentence that has passed."""


async def draft(
    model: LanguageModel, prompt: Prompt, pseudonyms: Pseudonyms, terms: Terms
) -> tuple[str | None, ModelCall]:
    """The reply, or None; and the call for the record."""
    started = time.perf_counter()
    writing = model.write(prompt)
    text, outcome = None, USED
    try:
        text = await _passed(writing, pseudonyms.restoring(), terms)
    except Dropped as dropped:
        outcome = dropped.outcome
    except ModelUnavailable as error:
        outcome = outcome_of(error.reason)
    except TimeoutError:
        outcome = outcome_of(NoAnswer.SLOW)
    except Mangled:
        outcome = "blocked:placeholder"
    spent = round((time.perf_counter() - started) * 1000, 1)
    cost = (writing.usage.tokens_in, writing.usage.tokens_out, spent)
    return text, ModelCall(model.name, prompt.name, outcome, *cost, writes=True)


async def _passed(writing: Writing, restoring: Restoring, terms: Terms) -> str:
    text = ""
    begun = asyncio.get_running_loop().time()
    async with asyncio.timeout_at(begun + terms.first_seconds) as patience:
        async with aclosing(_sentences(writing, restoring)) as sentences:
            async for sentence in sentences:
                text = joined(text, sentence)
                if len(text) > LONGEST:
                    raise Dropped(outcome_of(NoAnswer.OVER_BUDGET))
                await terms.check(text)
                patience.reschedule(begun + MOST_SECONDS)
                terms.tell(sentence)
    terms.accept(text)
    return text


async def _sentences(writing: Writing, restoring: Restoring) -> AsyncGenerator[str, None]:
    cut = Sentences()
    async with aclosing(writing):
        async for piece in writing:
            for sentence in cut.feed(restoring.feed(piece)):
                yield sentence
    for sentence in (*cut.feed(restoring.end()), *cut.end()):
        yield sentence
