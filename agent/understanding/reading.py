"""Reads what a message asks for: its language and its wishes, each with a calibrated confidence.

A message is classified whole and clause by clause. Clauses that agree are one wish; a clause that
asks for nothing ("mornings are better") belongs to the wish before it; clauses that are each sure
of a different intent are wishes of their own; a greeting beside a wish is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.domain.terms import ROUTE_OF, Intent, Route
from agent.reader.lessons import CONTEXT
from agent.reader.reader import Reader
from agent.understanding.language import detect
from agent.understanding.segments import pieces
from knowledge.encoder import Floats

SURE_CLAUSE = 0.45
"""How sure a clause must be to be a wish of its own."""

SURE_IN_WHOLE = 0.05
"""... and how much of the whole message's reading must agree, unless the clause is very sure."""

VERY_SURE = 0.9
OTHER_BUSINESS = 0.3
"""How much rarer messages for other businesses are in a portal than among the lessons: a weight on
their chances."""

MOST_WISHES = 4
LONGEST = 1_200
"""Characters of a message that are read; the rest says nothing new about what it asks for."""

COURTESY = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE})

ABSORBED: dict[Intent, frozenset[Intent]] = {
    Intent.APPOINTMENT_RESCHEDULE: frozenset(
        {Intent.APPOINTMENT_CANCEL, Intent.APPOINTMENT_BOOK, Intent.APPOINTMENT_CONFIRM}
    ),
    Intent.WAITLIST_JOIN: frozenset({Intent.APPOINTMENT_BOOK}),
    Intent.DISPUTE: frozenset({Intent.BALANCE, Intent.BILLING_QUESTION}),
    Intent.COMPLAINT: frozenset({Intent.PERSON, Intent.ABUSE}),
    Intent.TECH_PROBLEM: frozenset({Intent.FORM_STATUS}),
    Intent.PAYMENT: frozenset({Intent.BILLING_QUESTION}),
    Intent.ABUSE: frozenset({Intent.OUT_OF_SCOPE}),
}
"""Clauses that beside this intent are part of the same wish: "cancel it and find another time" is a
move; "I was charged twice, why do I owe this" is a dispute."""


TOPIC_OF = {Intent.REFILL: Intent.CLINICAL_QUESTION}
"""A clause that may only name what the question is about: "I forgot my drops, should I take two"
asks a clinician and wants no refill."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing asked for. `text`: the part of the message that asks it; `runner_up`: what it is
    most likely otherwise."""

    intent: Intent
    route: Route
    confidence: float
    text: str
    runner_up: Intent | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Never without a wish, in the order they were said."""

    language: str
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class _Clause:
    """`part`: how likely it asks for nothing by itself; `chances` sum to one over the intents."""

    text: str
    chances: Floats
    part: float


class Understanding:
    """Thread-safe, CPU only; call it through `asyncio.to_thread`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        labels = reader.intents
        self._context = labels.index(CONTEXT)
        self._weights = np.array(
            [OTHER_BUSINESS if label == Intent.OUT_OF_SCOPE else 1.0 for label in labels],
            dtype=np.float32,
        )
        self._columns = [i for i, label in enumerate(labels) if label != CONTEXT]
        self._intents = [Intent(labels[i]) for i in self._columns]
        self._position = {intent: i for i, intent in enumerate(self._intents)}

    def read(self, text: str, previous: str | None = None) -> Reading:
        """`previous`: the conversation's language so far, for messages like "ok"."""
        plain = text[:LONGEST]
        language = detect(plain, self._reader.read(plain).languages, previous)
        cut = pieces(plain)
        texts = [plain, *cut] if len(cut) > 1 else [plain]
        whole, *clauses = [self._clause(each) for each in texts]
        return Reading(language, self._wishes(whole, clauses))

    def _clause(self, text: str) -> _Clause:
        row = self._reader.read(text).intents * self._weights
        row /= row.sum()
        part = float(row[self._context])
        return _Clause(text, row[self._columns] / max(1.0 - part, 1e-6), part)

    def _wishes(self, whole: _Clause, clauses: Sequence[_Clause]) -> tuple[Wish, ...]:
        groups = self._grouped(whole, clauses)
        real = [g for g in groups if g[0] not in COURTESY]
        if len(real) >= 2:
            return tuple(self._wish(i, [whole, *parts], _text(parts)) for i, parts in real)[
                :MOST_WISHES
            ]
        return (self._single(whole, real),)

    def _grouped(
        self, whole: _Clause, clauses: Sequence[_Clause]
    ) -> list[tuple[Intent, list[_Clause]]]:
        """Runs of clauses by the intent they are sure of; unsure ones join their neighbour."""
        groups: list[tuple[Intent, list[_Clause]]] = []
        waiting: list[_Clause] = []
        for clause in clauses:
            intent = self._sure_intent(whole, clause)
            same = next((g for g in groups if g[0] is intent), None)
            if intent is None and groups:
                groups[-1][1].append(clause)
            elif intent is None:
                waiting.append(clause)
            elif same is not None:
                same[1].append(clause)
            else:
                groups.append((intent, [*waiting, clause]))
                waiting = []
        return _absorbed(groups)

    def _sure_intent(self, whole: _Clause, clause: _Clause) -> Intent | None:
        if _is_number(clause.text):
            return None
        best = int(clause.chances.argmax())
        chance = float(clause.chances[best]) * (1.0 - clause.part)
        agreed = float(whole.chances[best])
        asked = self._intents[int(whole.chances.argmax())]
        fits = agreed >= SURE_IN_WHOLE and TOPIC_OF.get(self._intents[best]) is not asked
        if chance >= VERY_SURE or (chance >= SURE_CLAUSE and fits):
            return self._intents[best]
        return None

    def _single(self, whole: _Clause, real: list[tuple[Intent, list[_Clause]]]) -> Wish:
        """One wish: what the whole says, backed by the clause that is sure of itself."""
        if not real:
            return self._best(whole.chances, whole.text, 1.0 - whole.part)
        position = self._position[real[0][0]]
        own = max((c.chances for c in real[0][1]), key=lambda chances: float(chances[position]))
        if own.argmax() == whole.chances.argmax():
            chances = np.maximum(whole.chances, own)
        else:
            chances = whole.chances + 2.0 * own
        shares = np.asarray(chances / chances.sum(), dtype=np.float32)
        return self._best(shares, whole.text, 1.0)

    def _best(self, chances: Floats, text: str, asks: float) -> Wish:
        """`asks`: how likely the text asks for anything at all."""
        first, second = (int(i) for i in np.argsort(chances)[::-1][:2])
        intent = self._intents[first]
        confidence = round(float(chances[first]) * asks, 4)
        return Wish(intent, ROUTE_OF[intent], confidence, text, self._intents[second])

    def _wish(self, intent: Intent, parts: Sequence[_Clause], text: str) -> Wish:
        position = self._position[intent]
        best = max(parts, key=lambda c: float(c.chances[position]))
        order = [int(i) for i in np.argsort(best.chances)[::-1] if int(i) != position]
        confidence = round(float(best.chances[position]), 4)
        return Wish(intent, ROUTE_OF[intent], confidence, text, self._intents[order[0]])


def _is_number(text: str) -> bool:
    """A phone, a record number: it says who writes and asks for nothing."""
    return sum(c.isdigit() for c in text) > sum(c.isalpha() for c in text)


def _absorbed(
    groups: list[tuple[Intent, list[_Clause]]],
) -> list[tuple[Intent, list[_Clause]]]:
    present = {intent for intent, _ in groups}
    swallowed = {
        part: owner for owner in present for part in ABSORBED.get(owner, ()) if part in present
    }
    if {Intent.APPOINTMENT_CANCEL, Intent.APPOINTMENT_BOOK} <= present - set(swallowed):
        parts = [c for i, cs in groups for c in cs if i in _MOVED]
        at = next(n for n, (i, _) in enumerate(groups) if i in _MOVED)
        rest = [g for g in groups if g[0] not in _MOVED]
        return [*rest[:at], (Intent.APPOINTMENT_RESCHEDULE, parts), *rest[at:]]
    merged = []
    for intent, parts in groups:
        if intent not in swallowed:
            extra = [c for i, cs in groups if swallowed.get(i) is intent for c in cs]
            merged.append((intent, [*parts, *extra]))
    return merged


_MOVED = frozenset({Intent.APPOINTMENT_CANCEL, Intent.APPOINTMENT_BOOK})


def _text(parts: Sequence[_Clause]) -> str:
    return ", ".join(part.text for part in parts)
