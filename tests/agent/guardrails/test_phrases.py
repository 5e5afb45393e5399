"""The signs of a pattern, and the rules that are read with them."""

import pytest

from agent.guardrails.folding import fold
from agent.guardrails.phrases import PatternError, compiled
from agent.guardrails.rulebook import load_rulebook


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("take (two|three) pill*", "Take three pills!", True),
        ("take (two|three) pill*", "Take four pills", False),
        ("you [really] can not", "You really can't", True),
        ("call .. soon", "We call you very soon", True),
        ("call .. soon", "We call, you come soon", False),
        ("^ (hola|hello)", "Oh hello", False),
        ("done $", "It is done.", True),
        ("i am !(not)", "I'm not sure", False),
        ("{who} will", "A nurse will", True),
        ("dr * will", "Dr. Ortiz will", True),
    ],
)
def test_a_pattern_reads_as_it_is_written(pattern: str, text: str, found: bool) -> None:
    expression = compiled([pattern], {"who": ("a nurse", "we")})
    assert (expression.search(fold(text)) is not None) is found


@pytest.mark.parametrize("pattern", ["what?", "(open", "{nobody} is here"])
def test_a_broken_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compiled([pattern], {})


@pytest.mark.parametrize("name", ["scope", "promises", "wording", "disclosure", "injection"])
def test_every_rule_file_is_read(name: str) -> None:
    assert load_rulebook(name).rules
