"""The danger screen: what a patient wrote, and just before, becomes a level and a category.

Lexicon and network in union: either may raise, none may lower the other (DOMAIN D.2). It works
without the network's opinion, and never raises an error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.domain.safety import SAFE, Assessment, DangerChances
from agent.domain.terms import Category, Level
from agent.safety.judge import BODILY, judge
from agent.safety.lexicon import Hit, Lexicon
from agent.safety.normalise import normalise
from agent.safety.rules import read_rules

WINDOW = 10
"""How many earlier patient messages are looked at."""

_PRECEDENCE = (
    Category.SELF_HARM,
    Category.HARM_TO_OTHERS,
    Category.PSYCHOSIS,
    Category.DOMESTIC_VIOLENCE,
    Category.ABUSE,
    Category.POST_OPERATIVE,
    Category.EYE,
    Category.OVERDOSE,
    Category.MEDICAL,
    Category.DISTRESS,
)
"""Which category names an assessment when several have the same level: a mind in danger before the
body it endangers (its level-4 card sends to 911 and to 988), a special body card before the general
one."""

_RINSE_FIRST = ("lexicon:eye.chemical", "lexicon:es.eye.chemical")
"""Rules whose card comes before every other: rinse the eye first, whatever the reason (D.4)."""

MENTAL_STATES = frozenset(
    {Category.SELF_HARM, Category.PSYCHOSIS, Category.DISTRESS, Category.HARM_TO_OTHERS}
)


@dataclass(frozen=True, slots=True)
class _Finding:
    level: Level
    category: Category
    reason: str


class Screen:
    """`fixed_phrases_only`: the network does not judge mental states and distress is not
    assessed, for jurisdictions that forbid software to detect them (DOMAIN D.7, Illinois)."""

    def __init__(self, lexicon: Lexicon, *, fixed_phrases_only: bool = False) -> None:
        self._lexicon = lexicon
        self._fixed_phrases_only = fixed_phrases_only

    def screen(
        self, text: str, recent: Sequence[str] = (), chances: DangerChances | None = None
    ) -> Assessment:
        """Assess `text` after the patient's `recent` messages (oldest first). `chances` is what
        the network makes of `text`; without it only the lexicon speaks."""
        line = normalise(text)
        if not line:
            return SAFE
        hits = self._lexicon.read(line)
        if recent:
            earlier = [normalise(message) for message in recent[-WINDOW:]]
            hits += self._lexicon.read_with_earlier(earlier, line)
        findings = [_of_hit(hit) for hit in hits]
        lowered = any(hit.lowered_by is not None for hit in hits)
        raised = judge(chances, _words(line), cautious=lowered) if chances else None
        if raised is not None:
            reason = f"network:{raised.probability:.2f}"
            findings.append(_Finding(raised.level, raised.category, reason))
        return self._assessment(findings)

    def _assessment(self, findings: list[_Finding]) -> Assessment:
        if self._fixed_phrases_only:
            findings = [f for f in findings if _is_fixed_phrase(f)]
        if not findings:
            return SAFE
        reasons = tuple(dict.fromkeys(f.reason for f in findings))
        level = max(f.level for f in findings)
        if level is Level.NONE:
            return Assessment(reasons=reasons)
        highest = [f for f in findings if f.level is level]
        return Assessment(level, _category(highest, findings), reasons)


def _words(line: str) -> int:
    return sum(word not in {",", "."} for word in line.split())


def _of_hit(hit: Hit) -> _Finding:
    ending = f":lowered:{hit.lowered_by}" if hit.lowered_by else ""
    if hit.third_person and not ending:
        ending = ":other"
    return _Finding(hit.level, hit.category, f"lexicon:{hit.rule_id}{ending}")


def _category(highest: Sequence[_Finding], findings: Sequence[_Finding]) -> Category:
    """Whose card answers: that of the highest level; self-harm said in words goes before an
    emergency of the body at any level, for only its card names both 911 and 988."""
    if any(f.level > Level.NONE and f.reason.startswith(_RINSE_FIRST) for f in highest):
        return Category.EYE
    categories = {f.category for f in highest}
    if categories <= BODILY and any(_says_self_harm(f) for f in findings):
        return Category.SELF_HARM
    return next(c for c in _PRECEDENCE if c in categories)


def _says_self_harm(finding: _Finding) -> bool:
    """In words, not only in the network's opinion: a frightened body sounds hopeless too."""
    is_danger = finding.category is Category.SELF_HARM and finding.level > Level.DISTRESS
    return is_danger and finding.reason.startswith("lexicon:")


def _is_fixed_phrase(finding: _Finding) -> bool:
    if finding.category is Category.DISTRESS:
        return False
    return finding.reason.startswith("lexicon:") or finding.category not in MENTAL_STATES


def load_screen(*, fixed_phrases_only: bool = False) -> Screen:
    """The screen with the lexicon of this version."""
    return Screen(Lexicon(read_rules()), fixed_phrases_only=fixed_phrases_only)
