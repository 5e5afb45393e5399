"""A reply never passes on words that were written to steer an assistant; and the one place that
tells such words in what comes in.

Documents, EHR fields and patients' texts are data: quoting an instruction that somebody hid in one
of them is as wrong as following it (DOMAIN F.5).
"""

from collections.abc import Iterable

from guardrails.validator_base import register_validator

from agent.guardrails.check import Check
from agent.guardrails.draft import Draft
from agent.guardrails.folding import fold, sentences
from agent.guardrails.rulebook import load_rulebook


def steers(text: str) -> bool:
    """Whether untrusted text (a patient's, a document's, an EHR field's) tries to instruct the
    machine that reads it; it is then marked as data before it is put in a prompt."""
    return _steering([fold(sentence) for sentence in _read_again(text)]) is not None


def _read_again(text: str) -> tuple[str, ...]:
    """The sentences, and all of it as one for an order that runs over lines."""
    parts = sentences(text)
    return (*parts, " ".join(text.split())) if len(parts) > 1 and "\n" in text else parts


def _steering(folded: Iterable[str]) -> str | None:
    rules = load_rulebook("injection")
    broken = (rule.id for part in folded for rule in rules.broken(part))
    return next(broken, None)


@register_validator(name="portico/injection", data_type="string")
class Injection(Check):
    """Fails on text that addresses or instructs a machine, approved or not."""

    def fault(self, draft: Draft) -> str | None:
        lines = (draft.folded,) if "\n" in draft.text else ()
        return _steering((*(sentence.folded for sentence in draft.sentences), *lines))
