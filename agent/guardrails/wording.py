"""A reply never implies a licence, a person, a feeling or a relationship, and says what it is when
asked (California AB 489 and SB 243, Utah HB 452, Illinois WOPR; DOMAIN D.7)."""

from typing import Any

from guardrails.validator_base import register_validator

from agent.guardrails.check import Check
from agent.guardrails.draft import Draft
from agent.guardrails.folding import fold, sentences
from agent.guardrails.rulebook import load_rulebook


def asks_what_it_is(text: str) -> bool:
    """Whether a patient asks if this is a person or a machine."""
    rule = load_rulebook("disclosure").rule("asked")
    return any(rule.broken_by(fold(sentence)) for sentence in sentences(text))


def discloses(text: str) -> bool:
    """Whether a reply says that a machine wrote it."""
    rule = load_rulebook("disclosure").rule("discloses")
    return any(rule.broken_by(fold(sentence)) for sentence in sentences(text))


@register_validator(name="portico/wording", data_type="string")
class Wording(Check):
    """Fails on "I'm your nurse" ("I'm not a doctor" passes), and on a reply to "are you real?" that
    does not disclose."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._rules = load_rulebook("wording")

    def fault(self, draft: Draft) -> str | None:
        for sentence in draft.sentences:
            approved = sentence.quoted and not draft.grounds.generated
            broken = self._rules.broken(sentence.folded, approved=approved)
            if broken:
                return broken[0].id
        if asks_what_it_is(draft.grounds.asked) and not discloses(draft.text):
            return "undisclosed"
        return None
