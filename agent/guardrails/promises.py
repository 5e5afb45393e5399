"""A reply promises or reports only what a task or a tool stands behind (DESIGN rule 8)."""

from typing import Any

from guardrails.validator_base import register_validator

from agent.guardrails.check import Check
from agent.guardrails.draft import Draft, Sentence
from agent.guardrails.folding import fold
from agent.guardrails.rulebook import load_rulebook


@register_validator(name="portico/promises", data_type="string")
class Promises(Check):
    """ "We'll call you" and "I've booked it" need a task, or a fact that says the same. A time that
    a promise names ("today") needs a fact even then."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        rules = load_rulebook("promises")
        self._kinds = (rules.rule("will"), rules.rule("done"))
        self._when = rules.rule("when").patterns

    def fault(self, draft: Draft) -> str | None:
        facts = "".join(fold(fact) for fact in draft.grounds.facts)
        for sentence in draft.sentences:
            if sentence.quoted:
                continue
            kind = self._promised(sentence)
            if kind is None:
                continue
            if not draft.grounds.has_task:
                return kind
            times = (found[0] for found in self._when.finditer(sentence.folded))
            if any(time not in facts for time in times):
                return "when"
        return None

    def _promised(self, sentence: Sentence) -> str | None:
        asks = sentence.text.rstrip().endswith("?")
        for rule in self._kinds[1:] if asks else self._kinds:
            if rule.broken_by(sentence.folded):
                return rule.id
        return None
