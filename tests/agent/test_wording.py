"""The approved templates: complete in both languages, overridable, filled with local times."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.domain.records import FormStatus, OrderStatus
from agent.domain.terms import Intent
from agent.flows.registry import FLOWS
from agent.wording.wording import BUILT_IN, load_wording, placeholders
from knowledge.errors import InputError

PACIFIC = ZoneInfo("America/Los_Angeles")
CODE = Path(__file__).parents[2] / "agent"


def keys(language: str) -> dict[str, str]:
    wording = load_wording(PACIFIC)
    return dict(wording._templates[language])


def test_both_languages_have_the_same_templates_with_the_same_placeholders() -> None:
    english, spanish = keys("en"), keys("es")
    assert english.keys() == spanish.keys()
    for key, text in english.items():
        assert placeholders(text) == placeholders(spanish[key]), key


def test_every_template_the_code_names_exists() -> None:
    named = set()
    for path in [*CODE.glob("nodes/*.py"), *CODE.glob("flows/*.py"), *CODE.glob("*.py")]:
        named |= set(re.findall(r'"((?:[a-z_]+\.){1,2}[a-z_]+)"', path.read_text("utf-8")))
    roots = {key.split(".")[0] for key in keys("en")} - {"task"}
    unknown = {n for n in named if n.split(".")[0] in roots and n not in keys("en")}
    assert unknown == set()


def test_what_is_named_by_status_or_intent_exists() -> None:
    have = keys("en")
    assert all(f"orders.{status}" in have for status in OrderStatus)
    assert all(f"forms.{status}" in have for status in FormStatus)
    assert all(f"clarify.{i}" in have for i in Intent if i.value in FLOWS)


def test_a_time_is_said_in_practice_time_in_both_languages() -> None:
    wording = load_wording(PACIFIC)
    at = datetime(2026, 6, 4, 22, 0, tzinfo=UTC)
    assert wording.when("en", at) == "Thursday, June 4 at 3:00 PM"
    assert wording.when("es", at).startswith("jueves 4 de junio a las 3:00")


def test_a_practice_lays_its_own_words_over(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "en.toml").write_text('[converse]\nthanks = "Any time!"\n')
    wording = load_wording(PACIFIC, tmp_path)
    assert wording.say("en", "converse.thanks") == "Any time!"
    assert wording.say("es", "converse.thanks") != "Any time!"


@pytest.mark.parametrize(
    ("override", "fault"),
    [
        ('[converse]\nthank = "x"', "converse.thank: no such template"),
        ('[converse]\nthanks = "{who}"', "converse.thanks: unknown placeholder {who}"),
        ("[converse]\nthanks = 3", "converse.thanks: must be text"),
        ("[converse\n", "en.toml"),
        ('[converse]\nthanks = "{"', "converse.thanks"),
    ],
)
def test_a_wrong_override_names_file_and_key(tmp_path: Path, override: str, fault: str) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "en.toml").write_text(override)
    with pytest.raises(InputError) as raised:
        load_wording(PACIFIC, tmp_path)
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_built_in_templates_are_where_the_wheel_takes_them() -> None:
    assert (BUILT_IN / "en.toml").is_file()
