"""A reply gives no diagnosis, no dose, no treatment, no reading of a result, no legal advice, and
promises nothing that a payer or a prescriber decides (DOMAIN D.7, FDA CDS guidance)."""

from typing import Any

from guardrails.validator_base import register_validator

from agent.guardrails.check import Check
from agent.guardrails.draft import Draft
from agent.guardrails.rulebook import load_rulebook


@register_validator(name="portico/scope", data_type="string")
class Scope(Check):
    """An approved text may say what its authors signed ("take your lenses out the evening before"),
    but only word for word, and never that a payer pays or a refill is approved."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._rules = load_rulebook("scope")

    def fault(self, draft: Draft) -> str | None:
        for sentence in draft.sentences:
            approved = sentence.quoted and not draft.grounds.generated
            broken = self._rules.broken(sentence.folded, approved=approved)
            if broken:
                return broken[0].id
        return None
