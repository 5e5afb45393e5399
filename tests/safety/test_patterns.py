"""The pattern language of the lexicon."""

import pytest

from agent.safety.patterns import PatternError, compile_patterns, list_expression

LISTS = {"pet": list_expression(["dog", "guinea pig"], {})}


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("want to die", "i want to die ", True),
        ("want to die", "i want to diet ", False),
        ("die", "soldiers diet ", False),
        ("suicid*", "feeling suicidal ", True),
        ("take (all|every) my", "take every my ", True),
        ("[really] want", "want ", True),
        ("my {pet} died", "my guinea pig died ", True),
        ("took .. pills", "took all of my pills ", True),
        ("took .. pills", "took one two three four pills ", False),
        ("took .. pills", "took it . pills ", False),
        ("surgery >> worse", "surgery friday . it is worse ", True),
        ("kill myself", "kill , myself ", True),
        ("^ help", "please help ", False),
        ("help $", "please help . ", True),
        ("done >", "i am done . ok ", True),
        ("done >", "i am done waiting ", False),
        ("< stop", "ok . stop it ", True),
        ("no ~ pain", "no chest pain ", True),
        ("no ~ pain", "no fever but pain ", False),
    ],
)
def test_a_pattern_matches_word_by_word(pattern, text, found):
    assert bool(compile_patterns([pattern], LISTS).search(text)) is found


@pytest.mark.parametrize("pattern", ["a (b", "{unknown} x", "(a|)", "", "..", "what?"])
def test_an_unreadable_pattern_is_refused(pattern):
    with pytest.raises(PatternError):
        compile_patterns([pattern], LISTS)
