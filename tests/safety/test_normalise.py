"""How people write and what the lexicon reads."""

import time

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
        ("ki\u2060ll my\u202eself", "kill myself "),
        ("ＫＩＬＬ ｍｙｓｅｌｆ", "kill myself "),
        ("𝓴𝓲𝓵𝓵 𝐦𝐲𝐬𝐞𝐥𝐟", "kill myself "),
        ("kіll mуsеlf", "kill myself "),
        ("cаn't gо on", "cannot go on "),
        ("k\u0336i\u0336l\u0336l\u0336 myself", "kill myself "),
        ("I&#39;m done &amp; tired", "i am done tired "),
        ("su1c1de", "suicide "),
        ("w4nt t0 d!e", "want to die "),
        ("s*icide", "suicide "),
        ("k-i-l-l m-y-s-e-l-f", "kill myself "),
        ("K I L L myself", "kill myself "),
        ("want 2 unalive my self", "want to kill myself "),
        ("un-aliving", "killing "),
        ("killlll myselfff", "kill myself "),
        ("took 🔪 and 🩸", "took knife and blood "),
        ("ill kill him", "i will kill him "),
        ("xq no kiero q vengan", "porque no quiero que vengan "),
        ("kitarme la vida", "quitarme la vida "),
        ("", ""),
    ],
)
def test_disguises_are_undone(written, read):
    assert normalise(written) == read


@pytest.mark.parametrize("written", ["my son's pills", "room 4B", "call 555-0142", "A B C plan"])
def test_ordinary_writing_stays_readable(written):
    assert "kill" not in normalise(written)


@pytest.mark.parametrize(
    "text",
    ["a " * 2000, "k*" * 2000, "a" * 4000, "i " * 2000, "can't " * 660, ". " * 2000, "'s" * 2000],
    ids=["spaced", "masked", "stretched", "short", "contracted", "dots", "owners"],
)
def test_four_thousand_characters_take_a_moment(text):
    started = time.process_time()
    normalise(text)
    assert time.process_time() - started < 0.2


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    line = normalise(text)
    assert line == "" or line.endswith(" ")
    assert "  " not in line
