"""The fixed safety cards: which one answers an assessment, and with which sentences.

No generated words (DOMAIN D.1): a card is a text from `cards/*.toml` or the practice's override,
the sentence that the team was alerted only if a channel accepted the alert, the sentence that the
office is closed when it is, and the one question with its buttons.
"""

from dataclasses import dataclass
from pathlib import Path

from agent.domain.conversation import Card, CardAction, Option
from agent.domain.safety import Assessment
from agent.domain.terms import Category, Language, Level
from agent.safety.card_files import (
    CardSet,
    CardText,
    Condition,
    language_of,
    read_card_set,
    with_overrides,
)
from agent.safety.jurisdictions import is_known
from agent.safety.resources import Resources, load_resources
from knowledge.errors import InputError

CARDS_DIR = Path(__file__).parent / "cards"
LANGUAGES: tuple[Language, ...] = ("en", "es")

SAFE_CHOICE = "safety.safe"
UNSURE_CHOICE = "safety.unsure"
DANGER_CHOICE = "safety.danger"
_AFTER_HOURS = "after_hours_call"
CHOICES = (SAFE_CHOICE, UNSURE_CHOICE, DANGER_CHOICE)


@dataclass(frozen=True, slots=True)
class SafetyCard:
    text: str
    card: Card
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class _Moment:
    """What surrounds a card: who reads it, when, and whether the alert was accepted."""

    language: Language
    alerted: bool
    practice_open: bool
    practice_phone: str | None
    after_hours_phone: str | None
    jurisdiction: str


class Cards:
    def __init__(self, sets: dict[Language, CardSet], resources: Resources) -> None:
        self._sets = sets
        self._resources = resources

    def card(
        self,
        assessment: Assessment,
        *,
        language: Language,
        alerted: bool,
        practice_open: bool,
        practice_phone: str | None,
        after_hours_phone: str | None,
        minor: bool = False,
        jurisdiction: str = "",
        repeat: int = 0,
    ) -> SafetyCard:
        """The card for an assessment of level 2 or more. `repeat`: how many cards were shown since
        the risk last rose; the texts for a repeat take turns. ValueError for an assessment that
        needs no card."""
        if assessment.category is None or assessment.level <= Level.DISTRESS:
            raise ValueError("no card below level 2")
        cards = self._sets[_spoken(language)]
        fitting = [t for t in cards.texts.values() if _fits(t.when, assessment, minor, repeat > 0)]
        closest = max(_specificity(text.when) for text in fitting)
        best = [text for text in fitting if _specificity(text.when) == closest]
        moment = _Moment(
            language, alerted, practice_open, practice_phone, after_hours_phone, jurisdiction
        )
        return self._made(
            best[(repeat - 1) % len(best)], assessment.level, assessment.category, moment
        )

    def answer(
        self,
        choice_id: str,
        *,
        level: Level,
        language: Language,
        alerted: bool,
        practice_open: bool,
        practice_phone: str | None,
        after_hours_phone: str | None,
        minor: bool = False,
        jurisdiction: str = "",
    ) -> SafetyCard:
        """What follows a button under a card of `level`; ValueError for another id. The danger
        button gives the level 4 card; the other two never lower the level."""
        moment = _Moment(
            language, alerted, practice_open, practice_phone, after_hours_phone, jurisdiction
        )
        if choice_id == DANGER_CHOICE:
            return self.card(
                danger_pressed(),
                language=language,
                alerted=alerted,
                practice_open=practice_open,
                practice_phone=practice_phone,
                after_hours_phone=after_hours_phone,
                minor=minor,
                jurisdiction=jurisdiction,
            )
        if choice_id not in CHOICES:
            raise ValueError(f"no safety choice {choice_id!r}")
        text = self._sets[_spoken(language)].texts[choice_id]
        return self._made(text, level, Category.SELF_HARM, moment)

    def unreached(
        self,
        *,
        level: Level,
        category: Category,
        language: Language,
        practice_phone: str | None,
        after_hours_phone: str | None,
        jurisdiction: str = "",
    ) -> SafetyCard:
        """The card for an alert that nobody took in time (DOMAIN D.6, ten minutes)."""
        moment = _Moment(language, False, True, practice_phone, after_hours_phone, jurisdiction)
        text = self._sets[_spoken(language)].texts["unreached"]
        return self._made(text, level, category, moment)

    def _made(
        self, text: CardText, level: Level, category: Category, moment: _Moment
    ) -> SafetyCard:
        language = _spoken(moment.language)
        cards = self._sets[language]
        parts = [text.text]
        if moment.alerted:
            parts.append(cards.sentences["alerted"])
        if not moment.practice_open:
            parts.append(cards.sentences["closed"])
        if not is_known(moment.jurisdiction):
            parts.append(cards.sentences["outside"])
        if text.ask:
            parts.append(cards.sentences["question"])
        options = tuple(Option(i, cards.options[i]) for i in CHOICES) if text.ask else ()
        version = f"{text.id}.{language}@{text.version}"
        return SafetyCard(
            " ".join(parts), Card(level, category, version, self._actions(text, moment)), options
        )

    def _actions(self, text: CardText, moment: _Moment) -> tuple[CardAction, ...]:
        numbers = {
            "practice_phone": moment.practice_phone,
            "after_hours_phone": moment.after_hours_phone,
        }
        wanted = text.actions if moment.practice_open else (*text.actions, _AFTER_HOURS)
        made = (
            self._resources.action(name, _spoken(moment.language), numbers)
            for name in dict.fromkeys(wanted)
        )
        return tuple(action for action in made if action is not None)


def danger_pressed() -> Assessment:
    """The button "I'm in danger" is level 4 (DOMAIN D.3)."""
    return Assessment(Level.IMMINENT, Category.SELF_HARM, (f"button:{DANGER_CHOICE}",))


def load_cards(practice_dir: Path | None = None) -> Cards:
    """The built-in cards with the practice's overrides (`<practice>/cards/*.toml`). InputError with
    file and key for an override that cannot be used."""
    resources = load_resources()
    sets = {
        language: read_card_set(CARDS_DIR / f"{language}.toml", resources) for language in LANGUAGES
    }
    folder = practice_dir / "cards" if practice_dir is not None else None
    for path in sorted(folder.glob("*.toml")) if folder is not None else ():
        language = language_of(path)
        if language not in sets:
            raise InputError(f"{path}: language: {language!r} is not one of {', '.join(sets)}")
        sets[language] = with_overrides(sets[language], path, resources)
    return Cards(sets, resources)


def _spoken(language: Language) -> Language:
    primary = language.lower().split("-")[0]
    return primary if primary in LANGUAGES else "en"


def _fits(when: Condition | None, assessment: Assessment, minor: bool, repeat: bool) -> bool:
    if when is None or assessment.category not in when.categories:
        return False
    if assessment.level not in when.levels:
        return False
    if (when.minor and not minor) or (when.repeat and not repeat):
        return False
    if when.about_other and not _about_other(assessment):
        return False
    return not when.rules or _has_rule(assessment, when.rules)


def _about_other(assessment: Assessment) -> bool:
    fired = [r for r in assessment.reasons if r.startswith("lexicon:") and ":lowered:" not in r]
    return bool(fired) and all(reason.endswith(":other") for reason in fired)


def _has_rule(assessment: Assessment, rules: tuple[str, ...]) -> bool:
    starts = tuple(f"lexicon:{rule}" for rule in rules)
    return any(r.startswith(starts) and ":lowered:" not in r for r in assessment.reasons)


def _specificity(when: Condition | None) -> tuple[bool, bool, bool, bool]:
    if when is None:
        return (False, False, False, False)
    return (when.repeat, when.about_other, bool(when.rules), when.minor)
