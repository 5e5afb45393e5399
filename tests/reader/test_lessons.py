"""What the network is taught."""

import json

from agent.domain.terms import Category, Intent, Level
from agent.reader.lessons import (
    CONTEXT,
    MOST_VARIANTS,
    NO_DANGER,
    read_dangers,
    read_intents,
    read_lessons,
    rows,
    spelled_out,
)


def test_alternatives_are_spelled_out():
    assert spelled_out("I {want|need} it") == ["I want it", "I need it"]
    assert len(spelled_out("{a|b|c|d} {a|b|c|d}")) <= MOST_VARIANTS


def test_every_family_has_one_label_and_both_languages_have_both_kinds():
    lessons = read_dangers()
    families = {lesson.family for lesson in lessons}
    assert len({(lesson.family, lesson.danger) for lesson in lessons}) == len(families)
    for language in ("en", "es"):
        kinds = {lesson.danger == NO_DANGER for lesson in lessons if lesson.language == language}
        assert kinds == {True, False}


def test_every_label_is_a_category_and_a_level():
    for label in {lesson.danger for lesson in read_lessons()} - {NO_DANGER, None}:
        category, level = str(label).split(".")
        assert Category(category)
        assert Level(int(level)) > Level.NONE


def test_no_message_is_both_danger_and_none():
    seen: dict[str, bool] = {}
    for lesson in read_dangers():
        assert seen.setdefault(lesson.text, lesson.is_danger) is lesson.is_danger


def test_every_intent_is_taught_in_both_languages():
    lessons = read_intents()
    for intent in (*Intent, CONTEXT):
        for language in ("en", "es"):
            count = sum(e.intent == intent and e.language == language for e in lessons)
            assert count >= 10, (intent, language)


def test_no_message_teaches_two_intents():
    taught: dict[str, str] = {}
    for row in rows():
        text = f"{row['language']} {row['text'].lower().strip('?!. ')}"
        assert taught.setdefault(text, row["intent"]) == row["intent"], text


def test_every_placeholder_is_filled_the_same_every_time():
    lessons = read_intents()
    assert not [lesson.text for lesson in lessons if "{" in lesson.text]
    assert lessons == read_intents()


def test_an_ordinary_message_carries_no_danger_unless_its_line_says_so(tmp_path):
    told = {"text": "see {dr}", "intent": "faq", "language": "en", "family": "plain"}
    lines = [told, {**told, "text": "took two by mistake", "danger": "overdose.3"}]
    (tmp_path / "some.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "slots.json").write_text(json.dumps({"en": {"dr": ["Dr. Roe"]}, "es": {}}))
    lessons = read_intents(tmp_path)
    assert [(each.text, each.danger) for each in lessons] == [
        ("see Dr. Roe", NO_DANGER),
        ("see Dr. Roe", NO_DANGER),
        ("took two by mistake", "overdose.3"),
    ]
