"""The lexicon on third-party development data; skipped where the data is not there."""

import json
from pathlib import Path

import pytest

from agent.domain.terms import Level
from agent.safety.lexicon import Lexicon
from agent.safety.rules import read_rules
from agent.safety.screen import Screen

DATA = Path("/work/shared/data")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no development data here")


def rows(name):
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def screen():
    return Screen(Lexicon(read_rules()))


def test_short_crisis_phrases(screen):
    phrases = rows("crisis_phrases_dev")
    wrong = [r for r in phrases if (screen.screen(r["text"]).level >= 2) is not r["crisis"]]
    assert len(wrong) <= 1


def test_harmless_prompts_that_look_harmful(screen):
    safe = [r["text"] for r in rows("xstest") if r["label"] == "safe"]
    assert sum(screen.screen(t).level >= Level.PASSIVE for t in safe) <= 0.01 * len(safe)


def test_life_threatening_complaints(screen):
    now = [r["text"] for r in rows("nursesim_mts") if r["label"] == "1"]
    assert sum(screen.screen(t).level >= Level.ACTIVE for t in now) >= 0.95 * len(now)


def test_minor_complaints(screen):
    minor = [r["text"] for r in rows("nursesim_mts") if r["label"] in "45"]
    assert sum(screen.screen(t).level >= Level.PASSIVE for t in minor) <= 0.02 * len(minor)


def test_ordinary_sentences(screen):
    texts = [r["text"] for r in rows("presidio_synth_v2")]
    assert sum(screen.screen(t).level >= Level.PASSIVE for t in texts) <= 0.001 * len(texts)
