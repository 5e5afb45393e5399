"""A reply never implies that a licensed person wrote it (California AB 489, DOMAIN D.7)."""

import re
from typing import Any

from guardrails.validator_base import (
    FailResult,
    PassResult,
    ValidationResult,
    Validator,
    register_validator,
)

_LICENCE = re.compile(
    r"\b(?:i am|i'm|i’m|speaking as|soy|le habla|le escribe)\s+"
    r"(?:your\s+|a\s+|an\s+|the\s+|su\s+|tu\s+|una?\s+)?"
    r"(?:\w+\s+)?(?:nurse|doctor|physician|therapist|psychologist|psychiatrist|counsell?or|"
    r"optometrist|ophthalmologist|clinician|enfermer[ao]|doctora?|m[eé]dic[ao]|terapeuta|"
    r"psic[oó]log[ao]|psiquiatra)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\bnot\s+(?:a|an|your)\b|\bno\s+soy\b|\bnot\s+a\s+person\b", re.IGNORECASE)


@register_validator(name="portico/wording", data_type="string")
class Licence(Validator):  # type: ignore[misc]
    """Fails on "I'm your nurse"; "I'm not a doctor" passes."""

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        for found in _LICENCE.finditer(value):
            before = value[max(0, found.start() - 12) : found.end()]
            if not _DENIED.search(before):
                return FailResult(error_message="wording: a licence is implied")
        return PassResult()
