"""Other ways of typing the same."""

import random

from agent.reader.lessons import NO_DANGER, Lesson
from agent.reader.variants import joined, mistyped, retyped


def test_a_slip_changes_few_letters():
    chance = random.Random(3)
    text = "reschedule my appointment"
    slips = {mistyped(text, chance) for _ in range(20)}
    assert len(slips) > 5
    assert all(abs(len(slip) - len(text)) <= 2 for slip in slips)


def test_retyping_never_leaves_nothing():
    chance = random.Random(3)
    assert all(retyped(text, chance) for text in ("?", "¡!", "a", "ok", "") * 50 if text)


def test_a_danger_stays_one_beside_an_ordinary_request():
    danger = Lesson("no reason to stay", "en", "f", "self_harm.2")
    ordinary = Lesson("a refill please", "en", "g", NO_DANGER, "refill")
    both = [danger, ordinary]
    made = joined(both, 1.0, random.Random(3))
    assert [(each.danger, each.intent) for each in made] == [
        ("self_harm.2", None),
        (NO_DANGER, None),
    ]
    assert danger.text in made[0].text
    assert ordinary.text in made[0].text
