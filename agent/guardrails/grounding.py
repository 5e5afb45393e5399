"""Everything a reply claims has a source: numbers, dates, prices, phones, links and names always;
of a model's reply every sentence as well."""

import asyncio
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from guardrails.validator_base import ValidationResult, register_validator

from agent.guardrails.check import Check
from agent.guardrails.claims import Sources, claims, joined, sources, sources_of_standing
from agent.guardrails.draft import Draft
from agent.guardrails.folding import fold
from agent.guardrails.names import (
    NameSources,
    both,
    medicine,
    medicines,
    name_sources,
    names,
    names_of_standing,
)
from agent.guardrails.phrases import compiled
from agent.guardrails.support import Encode, Support

_COURTESY = Path(__file__).parent / "data" / "courtesy.toml"


@register_validator(name="portico/grounding", data_type="string")
class Grounding(Check):
    """`approved`: texts whose numbers and names any reply may use. `encode`: sentences to unit
    vectors. What stands word for word in a fact has its source there."""

    def __init__(self, approved: tuple[str, ...], encode: Encode, **settings: Any) -> None:
        super().__init__(**settings)
        self._approved = approved
        self._encode = encode
        self._fixed = frozenset(fold(text) for text in approved)

    def fault(self, draft: Draft) -> str | None:
        fault = self._claimed(draft)
        if fault is None and draft.grounds.generated:
            fault = self._unsupported(draft)
        return fault

    async def async_validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        """A generated draft may have to be encoded, which takes long enough for a thread."""
        if metadata["draft"].grounds.generated:
            return await asyncio.to_thread(self.validate, value, metadata)
        return self.validate(value, metadata)

    def _claimed(self, draft: Draft) -> str | None:
        """The kind of the first claim without a source, or None."""
        new = "\n".join(s.text for s in draft.sentences if not s.quoted)
        if not new:
            return None
        grounds = draft.grounds
        said = claims(new)
        if said:
            sourced = self._sources(draft)
            loose = next((claim for claim in said if not sourced.support(claim)), None)
            if loose:
                return loose.kind
        named = names(new)
        if named:
            known = self._names(draft)
            if any(not known.support(name) for name in named):
                return "name"
        taken = {medicine(word) for word in medicines(new)}
        if taken:
            given = {medicine(w) for fact in grounds.facts for w in medicines(fact)}
            if not taken <= given:
                return "medicine"
        return None

    def _sources(self, draft: Draft) -> Sources:
        grounds = draft.grounds
        standing = sources_of_standing((*grounds.known, *self._approved))
        return joined(sources((*grounds.facts, *grounds.patient)), standing)

    def _names(self, draft: Draft) -> NameSources:
        grounds = draft.grounds
        standing = names_of_standing((*grounds.known, *self._approved))
        return both(name_sources((*grounds.facts, " ".join(grounds.patient))), standing)

    def _unsupported(self, draft: Draft) -> str | None:
        grounds = draft.grounds
        facts = Support(grounds.facts, self._encode, (*grounds.known, *grounds.patient))
        before = ""
        for sentence in draft.sentences:
            if not sentence.quoted and not self._courteous(sentence.folded):
                fault = facts.fault(sentence.text, before)
                if fault:
                    return fault
            before = sentence.text
        return None

    def _courteous(self, folded: str) -> bool:
        return folded in self._fixed or _courtesy().fullmatch(folded) is not None


@cache
def _courtesy() -> re.Pattern[str]:
    return compiled(tomllib.loads(_COURTESY.read_text(encoding="utf-8"))["patterns"], {})
