"""Runs every check on a draft, fail closed: a check that cannot run blocks."""

from dataclasses import dataclass

from guardrails import AsyncGuard
from guardrails.errors import ValidationError

from agent.guardrails.grounding import Grounding
from agent.guardrails.injection import Injection
from agent.guardrails.wording import Licence


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` name the checks that failed, never the text."""

    allowed: bool
    reasons: tuple[str, ...] = ()


class Guard:
    """One per agent. `approved`: texts whose numbers any reply may use (templates, cards)."""

    def __init__(self, approved: tuple[str, ...] = ()) -> None:
        guard = AsyncGuard(history_max_length=1).use(
            Grounding(on_fail="noop"), Injection(on_fail="noop"), Licence(on_fail="noop")
        )
        guard.configure(allow_metrics_collection=False)
        self._guard = guard
        self._approved = approved

    async def check(self, text: str, facts: tuple[str, ...], known: tuple[str, ...]) -> Verdict:
        """`facts`: what this reply was made from; `known`: the practice's own name and phones."""
        metadata = {"facts": facts, "known": (*known, *self._approved)}
        try:
            outcome = await self._guard.validate(text, metadata=metadata)
        except (ValidationError, KeyError, TypeError, ValueError) as error:
            return Verdict(False, (f"unable:{type(error).__name__}",))
        if outcome.validation_passed:
            return Verdict(True)
        failed = outcome.validation_summaries or []
        return Verdict(False, tuple(sorted({summary.validator_name for summary in failed})))
