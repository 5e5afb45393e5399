"""A reply never passes on words that were written to steer an assistant.

Documents, EHR fields and patients' texts are data: quoting an instruction that somebody hid in one
of them is as wrong as following it (DOMAIN F.5).
"""

import re
from typing import Any

from guardrails.validator_base import (
    FailResult,
    PassResult,
    ValidationResult,
    Validator,
    register_validator,
)

_MACHINE = (
    r"(?:assistants?|chat ?bots?|bots?|a\.?i\.?|language models?|llms?|"
    r"(?:chat|virtual|automated|computer) (?:program|agent|system)s?|asistentes?|modelos?)"
)
_STEERING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
        r"\b(?:instructions?|prompts?|rules|guidelines|guardrails|approved|above|previous)\b",
        r"\b(?:ignor[ae]|olvid[ae]|descart[ae]|omit[ae])\b.{0,40}"
        r"\b(?:instrucciones|reglas|indicaciones|aprobad[oa]s?|anterior(?:es)?)\b",
        rf"\b(?:to|for|attention|note to|dear|para|atenci[oó]n)\b.{{0,20}}\b{_MACHINE}\b"
        r".{0,30}\b(?:reads?|reading|processes|processing|lee|lea)\b",
        rf"\b{_MACHINE}\s+(?:must|should|shall|has to|have to|needs? to|debe[n]?|tiene[n]? que)\b",
        rf"\b{_MACHINE}\b[^.]{{0,60}}\bit\s+(?:should|must|shall|has to|needs to)\b",
        r"\b(?:you are now|from now on you|pretend to be|ahora eres|a partir de ahora)\b"
        r".{0,30}\b(?:mode|unrestricted|admin|developer|modo)\b",
        r"\b(?:system|developer) prompt\b|\bjailbreak\b",
        r"\b(?:tell|inform|advise)\b.{0,12}\b(?:every|all|the|any)?\s*"
        r"(?:patients?|clients?|users?|customers?) that\b",
        r"\b(?:diga|d[ií]gale|informe)\b.{0,12}\b(?:pacientes?|clientes?|usuarios?) que\b",
    )
)


@register_validator(name="portico/injection", data_type="string")
class Injection(Validator):  # type: ignore[misc]
    """Fails on text that addresses or instructs a machine."""

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        folded = " ".join(str(value).split())
        if any(pattern.search(folded) for pattern in _STEERING):
            return FailResult(error_message="injection: words that steer an assistant")
        return PassResult()
