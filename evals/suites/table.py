"""All suites, in the order they run and are shown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from evals.figures import Key, Measured
from evals.subject import Subject
from evals.suites import commands, conversations, guardrails, knowledge, redaction, safety, triage


@dataclass(frozen=True, slots=True)
class Suite:
    """`by_model`: a language model can change its figures."""

    name: str
    measure: Callable[[Subject], Awaitable[Measured]]
    by_model: bool

    def owns(self, key: Key) -> bool:
        """Also the figures of the development split."""
        return key.suite.partition(" (")[0] == self.name


SUITES = (
    Suite(safety.SUITE, safety.measure_safety, by_model=True),
    Suite(triage.SUITE, triage.measure_triage, by_model=True),
    Suite(commands.SUITE, commands.measure_commands, by_model=False),
    Suite(redaction.SUITE, redaction.measure_redaction, by_model=False),
    Suite(guardrails.SUITE, guardrails.measure_guardrails, by_model=False),
    Suite(knowledge.SUITE, knowledge.measure_knowledge, by_model=False),
    Suite(conversations.SUITE, conversations.measure_conversations, by_model=True),
)
