"""Every number, price, date, phone, link and address of mail in a reply has a source."""

import re
from functools import lru_cache
from typing import Any

from guardrails.validator_base import (
    FailResult,
    PassResult,
    ValidationResult,
    Validator,
    register_validator,
)

_LINK = re.compile(r"https?://\S+|\b[\w.+-]+@[\w-]+\.[\w.]+", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d.,:/-]*")


@lru_cache(maxsize=512)
def claims(text: str) -> frozenset[str]:
    """What in `text` needs a source: links as they stand, numbers by their digits."""
    links = frozenset(found.group().rstrip(".,;)").lower() for found in _LINK.finditer(text))
    rest = _LINK.sub(" ", text)
    numbers = frozenset(re.sub(r"\D", "", found.group()) for found in _NUMBER.finditer(rest))
    return links | numbers


@register_validator(name="portico/grounding", data_type="string")
class Grounding(Validator):  # type: ignore[misc]
    """`metadata["facts"]`: the texts the reply was made from; `metadata["known"]`: what the
    practice may always say. Missing metadata fails."""

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        sources = [*metadata["facts"], *metadata["known"]]
        sourced = frozenset(claim for source in sources for claim in claims(source))
        loose = claims(value) - sourced
        if loose:
            return FailResult(error_message=f"grounding: {len(loose)} without a source")
        return PassResult()
