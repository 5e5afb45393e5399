"""What the guard says of a draft as a whole: names without text, and a block when it cannot run."""

from collections.abc import Sequence

import numpy as np
from guardrails.settings import settings
from numpy.typing import NDArray

from agent.guardrails.grounds import Grounds
from agent.guardrails.guard import Guard

FEE = "Late cancellations cost $75.00, within 24 hours."


async def test_a_verdict_names_checks_and_rules_and_never_the_text(plain_guard: Guard) -> None:
    text = "You're covered, and I've booked it for $85."
    verdict = await plain_guard.check(text, Grounds(facts=(FEE,)))
    assert verdict.reasons == ("Grounding", "Promises", "Scope")
    assert verdict.rules == ("grounding.money", "promises.done", "scope.coverage")


async def test_what_stands_in_a_fact_goes_out_as_it_stands(plain_guard: Guard) -> None:
    assert (await plain_guard.check(FEE, Grounds(facts=(FEE,)))).allowed


async def test_what_is_no_text_is_blocked(plain_guard: Guard) -> None:
    verdict = await plain_guard.check(None, Grounds())  # type: ignore[arg-type]
    assert not verdict.allowed
    assert verdict.reasons == ("unable:TypeError",)


async def test_a_generated_draft_that_cannot_be_encoded_is_blocked() -> None:
    def broken(texts: Sequence[str]) -> NDArray[np.float32]:
        raise RuntimeError("no model")

    grounds = Grounds(facts=(FEE,), generated=True)
    verdict = await Guard((), broken).check("A late cancellation has a total cost.", grounds)
    assert not verdict.allowed


async def test_the_vendor_traces_nothing(plain_guard: Guard) -> None:
    """Its spans would hold the text that is checked."""
    assert settings.disable_tracing


async def test_a_draft_that_says_nothing_is_blocked(plain_guard: Guard) -> None:
    assert (await plain_guard.check(" ", Grounds())).reasons == ("unable:ValueError",)
