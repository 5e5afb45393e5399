"""Conditions and tests that carry a person's name and are about nobody: Bell's palsy."""

import re

from agent.privacy.spans import Span

_HEAD = re.compile(
    r"(?:['’]s?)?[ -](?:palsy|disease|syndrome|dystrophy|disorder|phenomenon|thyroiditis|sarcoma"
    r"|lymphoma|contracture|chart|grid|scale|index|procedure|manoeuvre|maneuver)\b",
    re.IGNORECASE,
)
_SPANISH = re.compile(
    r"\b(?:enfermedad|s[ií]ndrome|par[aá]lisis|tiroiditis|distrofia|escala|mal) de $", re.IGNORECASE
)


def is_eponym(text: str, span: Span) -> bool:
    if span.type not in ("PERSON", "ORGANIZATION"):
        return False
    return bool(_HEAD.match(text, span.end) or _SPANISH.search(text, 0, span.start))
