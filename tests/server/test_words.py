"""Both languages say the same things, and every error code and refusal has its words."""

import json
from typing import get_args

from server.protocol import ErrorCode
from server.session import REFUSALS
from server.words import LOCALES, load_words


def test_both_languages_have_the_same_sentences() -> None:
    english, spanish = (
        json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))
        for language in ("en", "es")
    )
    assert set(english) == set(spanish)
    assert {f"error.{code}" for code in (*get_args(ErrorCode), *REFUSALS)} <= set(english)


def test_a_tag_finds_its_language_or_leaves_the_one_at_hand() -> None:
    words = load_words()
    assert words.in_language("es-MX").language == "es"
    assert words.in_language("fr").language == "en"
    assert words.in_language("es").in_language(None).language == "es"


def test_the_disclosure_names_practice_phone_and_emergency_line() -> None:
    for language in ("en", "es"):
        text = (
            load_words()
            .in_language(language)
            .text("disclosure", practice="Elm", phone="(303) 555-0100")
        )
        assert all(part in text for part in ("Elm", "(303) 555-0100", "911", "988"))
