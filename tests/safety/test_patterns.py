"""The pattern language of the lexicon."""

import pytest

from agent.safety.patterns import PatternError, Span, read_line, read_list, read_phrases

LITTLE = frozenset({"just", "really"})
LISTS = {"pet": read_list(["dog", "guinea pig"], {}, LITTLE)}


def phrases(*patterns):
    return read_phrases(patterns, LISTS, LITTLE)


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
        ("kill myself", "kill really just myself ", True),
        ("kill myself", "kill only myself ", False),
        ("(a|b c) d", "b c d ", True),
        ("< stop", "ok . stop it ", True),
        ("no ~ pain", "no chest pain ", True),
        ("no ~ pain", "no fever but pain ", False),
    ],
)
def test_a_pattern_matches_word_by_word(pattern, text, found):
    assert phrases(pattern).in_line(read_line(text)) is found


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("husband .. hits me", "my husband often hits me ", True),
        ("husband .. hits me", "my husband never hits me ", False),
        ("husband .. hit me", "my husband has not ever hit me ", False),
        ("esposo .. pega", "mi esposo no me pega ", False),
        ("esposo ... pegado", "mi esposo nunca me ha pegado ", False),
        ("esposo .. me deja", "mi esposo no trabaja , me deja ", True),
        ("esposo .. me pega", "mi esposo no , me pega ", True),
        ("took ~ pills", "took no pills ", False),
        ("diabetic >> fruity", "diabetic . breath is not fruity ", False),
        ("heart .. slow", "heart will not slow ", False),
        ("heart .. [not] slow", "heart will not slow ", True),
        ("husband .. not let me", "my husband will not let me out ", True),
    ],
)
def test_a_gap_does_not_end_in_a_negation(pattern, text, found):
    assert phrases(pattern).in_line(read_line(text)) is found


@pytest.mark.parametrize("pattern", ["a (b", "{unknown} x", "(a|)", "", "..", "what?"])
def test_an_unreadable_pattern_is_refused(pattern):
    with pytest.raises(PatternError):
        phrases(pattern)


def test_a_match_is_as_short_as_may_be():
    line = read_line("i took two of my pills , all my pills ")
    assert list(phrases("took ... pills").spans(line)) == [Span(1, 6)]


def test_a_match_may_have_to_reach_beyond_a_place():
    line = read_line("took pills and pills ")
    assert list(phrases("took ... pills").spans(line, beyond=2)) == [Span(0, 4)]


@pytest.mark.parametrize(("text", "found"), [("he has no ", True), ("no he has ", False)])
def test_a_match_at_the_end_ends_with_the_last_word(text, found):
    assert phrases("no").at_end(read_line(text)) is found


def test_phrases_name_the_words_they_need():
    assert phrases("my suicid* note", "drop [the] {pet} x").needs == {"suicid*", "drop"}
    assert phrases("[a]").needs is None
