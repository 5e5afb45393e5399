"""The fixed cards: which is shown, what it says, what it never says."""

import re
from itertools import pairwise
from typing import Any

import pytest

from agent.domain.safety import Assessment
from agent.domain.terms import Category, Level
from agent.safety.card_files import MAX_WORDS
from agent.safety.cards import CHOICES, DANGER_CHOICE, SAFE_CHOICE, UNSURE_CHOICE, load_cards
from agent.safety.resources import load_resources
from knowledge.errors import InputError

CARDS = load_cards()
DANGERS = [c for c in Category if c is not Category.DISTRESS]
PHONES: dict[str, Any] = {"practice_phone": "+14155550100", "after_hours_phone": "+14155550199"}
USUAL: dict[str, Any] = {
    "language": "en",
    "alerted": True,
    "practice_open": True,
    "jurisdiction": "CA",
    **PHONES,
}


OF_THE_TABLE = {
    language: {resource.href[language] for resource in load_resources().table.values()}
    for language in ("en", "es")
}


def shown(category, level, reasons=(), **changes):
    return CARDS.card(Assessment(Level(level), category, reasons), **{**USUAL, **changes})


def grade(text):
    """Flesch-Kincaid grade; a phone number reads as one short word."""
    text = re.sub(r"\+?[\d-]{3,}", "one", text)
    words = re.findall(r"[A-Za-z']+", text)
    sentences = max(1, len(re.findall(r"[.!?:]+(?:\s|$)", text)))
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", w.lower().rstrip("e")))) for w in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


OTHER = ("lexicon:self_harm.intent:other",)
BODILY = {Category.MEDICAL, Category.EYE, Category.POST_OPERATIVE, Category.OVERDOSE}
OF_THE_PRACTICE = {f"tel:{number}" for number in PHONES.values()}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("category", DANGERS)
@pytest.mark.parametrize("level", [2, 3, 4])
@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("about_other", [False, True])
@pytest.mark.parametrize("repeat", [0, 1, 2])
def test_every_danger_has_a_short_card_with_a_way_to_help(
    category, level, language, minor, about_other, repeat
):
    """The longest it gets: at night, alerted, where local numbers have to be named too."""
    card = shown(
        category,
        level,
        OTHER if about_other else (),
        language=language,
        minor=minor,
        repeat=repeat,
        practice_open=False,
        jurisdiction="",
    )
    assert len(card.text.split()) <= MAX_WORDS
    assert card.text.count("{") == 0
    assert (card.card.category, card.card.level) == (category, Level(level))
    assert re.fullmatch(rf"[\w.]+\.{language}@\d{{4}}-\d{{2}}-\d{{2}}", card.card.version)
    links = {action.href for action in card.card.actions}
    assert "tel:911" in links
    assert links <= OF_THE_TABLE[language] | OF_THE_PRACTICE
    assert all(href.startswith(("tel:", "sms:", "https://")) for href in links)
    if category not in BODILY:
        assert any(href.startswith("sms:") for href in links), "text instead of a call"
    assert tuple(option.id for option in card.options) in ((), CHOICES)


def test_cards_read_at_sixth_grade():
    for category in DANGERS:
        for level in (2, 3, 4):
            text = shown(category, level).text
            assert grade(text) <= 6.0, (category, level, grade(text))


def test_the_crisis_card_names_the_lines_and_the_machine():
    text = shown(Category.SELF_HARM, 3).text
    for needed in ("automated assistant", "988", "741741", "911", "trust"):
        assert needed in text


def test_the_imminent_card_sends_to_help_and_away_from_means():
    text = shown(Category.SELF_HARM, 4).text
    for needed in ("911", "988", "1-800-222-1222", "Move away"):
        assert needed in text


@pytest.mark.parametrize("category", DANGERS)
@pytest.mark.parametrize(("language", "said"), [("en", "I've alerted"), ("es", "He avisado")])
@pytest.mark.parametrize("level", [2, 3, 4])
def test_an_alert_is_mentioned_only_when_it_was_accepted(category, language, said, level):
    assert said in shown(category, level, language=language).text
    assert said not in shown(category, level, language=language, alerted=False).text


def test_after_hours_the_card_says_so_and_offers_the_line():
    card = shown(Category.SELF_HARM, 3, practice_open=False)
    assert "closed" in card.text
    assert "tel:+14155550199" in [a.href for a in card.card.actions]
    without = shown(Category.SELF_HARM, 3, practice_open=False, after_hours_phone=None)
    assert "tel:+14155550199" not in [a.href for a in without.card.actions]


@pytest.mark.parametrize("level", [2, 3])
def test_one_question_with_three_buttons(level):
    card = shown(Category.SELF_HARM, level)
    assert tuple(option.id for option in card.options) == CHOICES
    assert card.text.count("?") == 1


def test_no_question_when_seconds_count():
    for category in DANGERS:
        assert shown(category, 4).options == ()


def test_a_chemical_in_the_eye_is_rinsed_first():
    first = ("lexicon:eye.chemical",)
    assert shown(Category.EYE, 4, first).text.startswith("Rinse")
    assert shown(Category.EYE, 4, first, language="es").text.startswith("Enjuague")
    assert shown(Category.EYE, 4, first, minor=True).text.startswith("Rinse")
    assert "rinse" not in shown(Category.EYE, 4, ("lexicon:eye.retina",)).text.lower()


def test_a_guarded_rule_does_not_choose_the_card():
    lowered = ("lexicon:eye.retina", "lexicon:eye.chemical:lowered:asking")
    assert "Rinse" not in shown(Category.EYE, 4, lowered).text


def test_danger_of_another_person_has_its_own_words():
    card = shown(Category.SELF_HARM, 3, ("lexicon:self_harm.intent:other",))
    assert "stay with them" in card.text
    young = shown(Category.SELF_HARM, 3, OTHER, minor=True, language="es")
    assert "quédese con ella" in young.text


def test_a_minor_is_sent_to_an_adult():
    for level in (2, 3, 4):
        assert "adult" in shown(Category.SELF_HARM, level, minor=True).text
        assert "adulto" in shown(Category.SELF_HARM, level, minor=True, language="es").text
        assert "adult" not in shown(Category.SELF_HARM, level).text


def test_partner_violence_offers_quick_exit_and_no_office_call():
    card = shown(Category.DOMESTIC_VIOLENCE, 3)
    assert "Quick exit" in card.text
    assert "does not clear your history" in card.text
    spanish = shown(Category.DOMESTIC_VIOLENCE, 3, language="es")
    assert "Salida rápida" in spanish.text
    assert "No borra el historial" in spanish.text
    assert "tel:+14155550100" not in {a.href for a in (*card.card.actions, *spanish.card.actions)}


def test_the_second_card_does_not_repeat_the_first():
    for category in DANGERS:
        for language in ("en", "es"):
            first = shown(category, 3, language=language)
            later = [shown(category, 3, language=language, repeat=n).text for n in range(1, 6)]
            texts = [first.text, *later]
            assert all(one != next_ for one, next_ in pairwise(texts))
            assert len(set(texts)) == 3


def test_rinsing_goes_on_in_the_second_card():
    card = shown(Category.EYE, 4, ("lexicon:es.eye.chemical",), language="es", repeat=1)
    assert card.text.startswith("Siga enjuagando")


def test_outside_the_known_states_local_numbers_are_named():
    assert "local emergency number" in shown(Category.MEDICAL, 4, jurisdiction="").text
    assert "local emergency number" not in shown(Category.MEDICAL, 4).text


def test_no_card_below_level_two():
    with pytest.raises(ValueError, match="level 2"):
        shown(Category.DISTRESS, 1)


def test_the_danger_button_leads_to_level_four():
    answer = CARDS.answer(DANGER_CHOICE, level=Level.PASSIVE, **USUAL)
    assert answer.card.level is Level.IMMINENT
    assert "911" in answer.text


def test_the_safe_button_keeps_the_level_and_the_numbers():
    answer = CARDS.answer(SAFE_CHOICE, level=Level.ACTIVE, **USUAL)
    assert answer.card.level is Level.ACTIVE
    assert answer.options == ()
    assert "988" in answer.text


def test_the_unsure_button_asks_again():
    answer = CARDS.answer(UNSURE_CHOICE, level=Level.ACTIVE, **USUAL)
    assert len(answer.options) == 3
    with pytest.raises(ValueError, match="no safety choice"):
        CARDS.answer("slot-1", level=Level.ACTIVE, **USUAL)


def test_the_unreached_card_says_it_plainly():
    card = CARDS.unreached(
        level=Level.IMMINENT,
        category=Category.SELF_HARM,
        language="en",
        jurisdiction="CA",
        **PHONES,
    )
    assert "not been able to reach our team" in card.text
    assert "988" in card.text


def test_every_number_in_a_text_is_in_the_reviewed_table():
    table = " ".join(
        f"{resource.href[lang]} {resource.label[lang]}"
        for resource in load_resources().table.values()
        for lang in ("en", "es")
    )
    digits = re.sub(r"\D", " ", table.replace("-", ""))
    for category in DANGERS:
        for level in (2, 3, 4):
            for language in ("en", "es"):
                for number in re.findall(
                    r"[\d-]{3,}", shown(category, level, language=language).text
                ):
                    assert number.replace("-", "") in digits, number


def test_a_practice_replaces_a_card_by_its_id(tmp_path):
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "own.toml").write_text(
        'language = "en"\nversion = "2026-12-01"\n[[card]]\nid = "medical.emergency"\n'
        'text = "Call 911 now. Our nurse line cannot help here."\n'
    )
    cards = load_cards(tmp_path)
    card = cards.card(Assessment(Level.IMMINENT, Category.MEDICAL), **USUAL)
    assert card.text.startswith("Call 911 now. Our nurse line")
    assert card.card.version == "medical.emergency.en@2026-12-01"
    assert [a.href for a in card.card.actions] == ["tel:911"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('language = "en"\nversion = "1"\ncolour = "red"\n', "unknown key 'colour'"),
        ('language = "xx"\nversion = "1"\n', "language"),
        ('language = "en"\nversion = "1"\n[[card]]\nid = "nope"\ntext = "x"\n', "nope"),
        ('language = "en"\nversion = "1"\n[[card]]\nid = "medical.emergency"\n', "text"),
        (
            'language = "en"\nversion = "1"\n[[card]]\nid = "medical.emergency"\n'
            'text = "x"\nactions = ["my_cousin"]\n',
            "my_cousin",
        ),
        ("language = \n", "own.toml"),
    ],
)
def test_a_broken_override_says_file_and_key(tmp_path, content, said):
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "own.toml").write_text(content)
    with pytest.raises(InputError, match=re.escape(said)) as error:
        load_cards(tmp_path)
    assert "own.toml" in str(error.value)
