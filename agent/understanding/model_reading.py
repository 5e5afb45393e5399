"""Has a language model read a message, and takes from its answer only what can be checked.

It may say how dangerous the message sounds, what it asks for, and which of the offered answers it
gives. Levels, kinds, intents and answers come from closed lists (the schema is made from them); the
words of a wish must be the patient's own; ids, dates and amounts are never asked for.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.domain.prompt import ModelCall, outcome_of
from agent.domain.terms import ROUTE_OF, Category, Intent, Language, Level
from agent.ports import LanguageModel, ModelUnavailable
from agent.privacy.pseudonyms import Mangled, Pseudonyms
from agent.prompts.prompts import Prompts
from agent.safety.screen import MENTAL_STATES
from agent.understanding.reading import LONGEST, MOST_WISHES, Wish

PROMPT = "read"
BODILY_PROMPT = "read_bodily"
"""Where a model may not judge mental states (DOMAIN D.7), it is not asked about them."""

NONE = "none"
YES, NO = "yes", "no"
CONFIDENCE = {"low": 0.3, "medium": 0.55, "high": 0.9}
"""As probabilities, to be held against the practice's threshold."""

LANGUAGES: Mapping[Language, str] = {"en": "English", "es": "Spanish"}
NOTHING_ASKED = "(none)"


@dataclass(frozen=True, slots=True)
class Question:
    """What the patient was asked last. `confirm`: yes or no; else one of `options`."""

    text: str
    options: tuple[str, ...] = ()
    confirm: bool = False

    def answers(self) -> tuple[str, ...]:
        """The values that an answer may have."""
        if self.confirm:
            return (YES, NO, NONE)
        return (*(str(number) for number in range(1, len(self.options) + 1)), NONE)


@dataclass(frozen=True, slots=True)
class ModelReading:
    """`answer`: `yes` or `no`; `choice`: an option's index, from 0. A level of no kind is none:
    small models contradict themselves."""

    level: Level = Level.NONE
    category: Category | None = None
    wishes: tuple[Wish, ...] = ()
    answer: str | None = None
    choice: int | None = None


async def read_with_model(
    model: LanguageModel,
    prompts: Prompts,
    pseudonyms: Pseudonyms,
    text: str,
    *,
    question: Question | None,
    language: Language,
    bodily_only: bool = False,
) -> tuple[ModelReading | None, ModelCall]:
    """What the model reads in `text`, or None; and the call for the record."""
    plain = text[:LONGEST]
    asked = question or Question("")
    hidden, shown = await asyncio.to_thread(_hidden, pseudonyms, plain, asked)
    prompt = prompts[BODILY_PROMPT if bodily_only else PROMPT].fill(
        language=LANGUAGES.get(language, LANGUAGES["en"]),
        question=shown,
        answers=", ".join(asked.answers()),
        message=hidden,
    )
    started = time.perf_counter()
    try:
        decided = await model.decide(prompt, reading_schema(asked, bodily_only=bodily_only))
    except ModelUnavailable as error:
        spent = (time.perf_counter() - started) * 1000
        return None, ModelCall(model.name, prompt.name, outcome_of(error.reason), ms=spent)
    spent = (time.perf_counter() - started) * 1000
    usage = decided.usage
    call = ModelCall(
        model.name, prompt.name, "used", usage.tokens_in, usage.tokens_out, round(spent, 1)
    )
    return _reading(decided.value, plain, asked, pseudonyms), call


def reading_schema(question: Question, *, bodily_only: bool = False) -> dict[str, object]:
    """Only what every structured-output endpoint understands: types, enums, closed objects.

    The order is the order a model writes in: the words before what is made of them.
    """
    kinds = [c.value for c in Category if not (bodily_only and c in MENTAL_STATES)]
    danger = {
        "words": {"type": "string"},
        "category": {"type": "string", "enum": [NONE, *kinds]},
        "level": {"type": "integer", "enum": [level.value for level in Level]},
    }
    wish = {
        "text": {"type": "string"},
        "intent": {"type": "string", "enum": [intent.value for intent in Intent]},
        "confidence": {"type": "string", "enum": list(CONFIDENCE)},
    }
    return _closed(
        {
            "danger": _closed(danger),
            "answer": {"type": "string", "enum": list(question.answers())},
            "wishes": {"type": "array", "items": _closed(wish)},
        }
    )


def _closed(properties: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": dict(properties),
    }


def _hidden(pseudonyms: Pseudonyms, text: str, question: Question) -> tuple[str, str]:
    lines = [question.text or NOTHING_ASKED]
    lines += [f"{number}. {label}" for number, label in enumerate(question.options, start=1)]
    return pseudonyms.hide(text), pseudonyms.hide("\n".join(lines))


def _reading(
    value: Mapping[str, Any], text: str, question: Question, pseudonyms: Pseudonyms
) -> ModelReading:
    """`value` fits the schema."""
    kind, answer = value["danger"]["category"], value["answer"]
    category = None if kind == NONE else Category(kind)
    return ModelReading(
        level=Level(value["danger"]["level"]) if category else Level.NONE,
        category=category,
        wishes=tuple(_wishes(value["wishes"], text, pseudonyms))[:MOST_WISHES],
        answer=answer if question.confirm and answer != NONE else None,
        choice=int(answer) - 1 if not question.confirm and answer != NONE else None,
    )


def _wishes(found: list[Mapping[str, str]], text: str, pseudonyms: Pseudonyms) -> Iterator[Wish]:
    """One wish is the whole message; of several, those whose words are the patient's."""
    seen: set[Intent] = set()
    for each in found:
        intent = Intent(each["intent"])
        words = text if len(found) == 1 else _own_words(each["text"], text, pseudonyms)
        if words is not None and intent not in seen:
            seen.add(intent)
            yield Wish(intent, ROUTE_OF[intent], CONFIDENCE[each["confidence"]], words)


def _own_words(quoted: str, text: str, pseudonyms: Pseudonyms) -> str | None:
    """Where the message says it; None when it does not."""
    try:
        words = re.findall(r"\w+", pseudonyms.restore(quoted))
    except Mangled:
        return None
    if not words:
        return None
    pattern = r"\b" + r"\W+".join(re.escape(word) for word in words) + r"\b"
    found = re.search(pattern, text, re.IGNORECASE)
    return found.group() if found else None
