"""Runs every check on a draft, fail closed: a check that cannot run blocks."""

from dataclasses import dataclass

from guardrails import AsyncGuard
from guardrails.errors import ValidationError
from guardrails.settings import settings

from agent.guardrails.draft import lay_out
from agent.guardrails.grounding import Grounding
from agent.guardrails.grounds import Grounds
from agent.guardrails.identity import Identity
from agent.guardrails.injection import Injection
from agent.guardrails.promises import Promises
from agent.guardrails.scope import Scope
from agent.guardrails.support import Encode
from agent.guardrails.wording import Wording


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` name the checks that failed ("Scope"), `rules` what in them ("scope.dose"); neither
    ever holds the text."""

    allowed: bool
    reasons: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Guard:
    """One per agent. `approved`: texts whose numbers and names any reply may use (templates,
    cards). `encode`: sentences to unit vectors, for the support of generated ones."""

    def __init__(self, approved: tuple[str, ...], encode: Encode) -> None:
        guard = AsyncGuard(history_max_length=1).use(
            Grounding(approved, encode, on_fail="noop"),
            Scope(on_fail="noop"),
            Identity(approved, on_fail="noop"),
            Promises(on_fail="noop"),
            Wording(on_fail="noop"),
            Injection(on_fail="noop"),
        )
        guard.configure(allow_metrics_collection=False)
        # Its spans hold the text that is checked; ours are made around the node.
        settings.disable_tracing = True
        self._guard = guard

    async def check(self, text: str, grounds: Grounds) -> Verdict:
        """Never raises for what a text or its grounds hold: that blocks."""
        try:
            metadata = {"draft": lay_out(text, grounds)}
            outcome = await self._guard.validate(text, metadata=metadata)
        except (
            ValidationError,
            ArithmeticError,
            AttributeError,
            LookupError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:
            return Verdict(False, (f"unable:{type(error).__name__}",))
        failed = outcome.validation_summaries or []
        if outcome.validation_passed and not failed:
            return Verdict(True)
        return Verdict(
            False,
            tuple(sorted({summary.validator_name for summary in failed})),
            tuple(sorted({summary.failure_reason or "" for summary in failed})),
        )
