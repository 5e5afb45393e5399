"""Ordinary phrasings become harmless samples, except what scolds or sounds dangerous."""

import json

from agent.safety.lexicon import Lexicon
from agent.safety.ordinary import read_ordinary
from agent.safety.rules import read_rules


def test_placeholders_are_filled_and_danger_is_left_out(tmp_path):
    rows = [("see {dr} on Monday", "book"), ("you fool", "abuse"), ("I will kill myself", "book")]
    content = [json.dumps({"text": t, "intent": i, "language": "mix"}) for t, i in rows]
    (tmp_path / "some.jsonl").write_text("\n".join(content))
    (tmp_path / "slots.json").write_text(json.dumps({"en": {"dr": ["Dr. Roe"]}, "es": {}}))
    samples = read_ordinary(Lexicon(read_rules()), tmp_path)
    assert [(s.text, s.label, s.family) for s in samples] == [
        ("see Dr. Roe on Monday", "none", "ordinary.book")
    ]
