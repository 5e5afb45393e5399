"""How people write and what the lexicon reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.safety.normalise import normalise


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I WANT TO DIE", "i want to die "),
        ("I’m “fine”", "i am , fine , "),
        ("can't won't didn't", "cannot will not did not "),
        ("wanna k1ll mys3lf", "want to kill myself "),
        ("i wanna dieeeee", "i want to die "),
        ("s u i c i d e", "suicide "),
        ("k.m.s", "kms "),
        ("I want to k*ll myself", "i want to kill myself "),
        ("feeling su1cidal", "feeling suicidal "),
        ("sucidal thoughts", "suicidal thoughts "),
        ("sewer slide", "suicide "),
        ("un alive my self", "kill myself "),
        ("took all my 💊", "took all my pills "),
        ("Ya NO quiero vivir", "ya no quiero vivir "),
        ("pastíllas y añoranza", "pastillas y anoranza "),
        ("Help. Now?", "help . now ? "),
        ("temp 103.5 today", "temp 103.5 today "),
        ("z\u200bero wid\u200bth", "zero width "),
        ("", ""),
    ],
)
def test_disguises_are_undone(written, read):
    assert normalise(written) == read


@pytest.mark.parametrize("written", ["my son's pills", "room 4B", "call 555-0142", "A B C plan"])
def test_ordinary_writing_stays_readable(written):
    assert "kill" not in normalise(written)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    line = normalise(text)
    assert line == "" or line.endswith(" ")
    assert "  " not in line
