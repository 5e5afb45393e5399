"""No written message is a near copy of third-party development data; skipped without that data."""

import itertools
import json
import re
import tomllib
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from agent.reader.lessons import DANGERS, read_dangers
from agent.safety.normalise import normalise

SHARED = Path("/work/shared/data")
SAFETY_TESTS = Path(__file__).parents[1] / "safety"
MIN_WORDS = 4
TOKEN_OVERLAP = 0.8
EDIT_SIMILARITY = 0.85
CONTAINED_CHARACTERS = 30

PLAIN_STATEMENTS = (
    "want to die",
    "kill myself",
    "to kill",
    "want to diet",
    "better off without me",
)
"""What the rules are tested on must say it the way everybody says it."""

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no development data here")


def plain(text):
    return " ".join(word for word in normalise(text).split() if word not in {",", ".", "?"})


def shared_texts():
    """Every text, and every sentence of it, as plain words."""
    found: set[str] = set()
    for path in sorted(SHARED.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for text in (row["text"], row.get("title") or ""):
                found.update(plain(part) for part in (text, *re.split(r"[.!?\n]+", text)))
    return sorted(text for text in found if len(text.split()) >= MIN_WORDS)


def written():
    """What is taught about danger, and the texts that the tests of the safety room hold."""
    lines = {lesson.text for lesson in read_dangers()}
    for path in sorted(SAFETY_TESTS.glob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        quoted = re.findall(r'"([^"\n{}]{12,})"', source)
        lines.update(q for q in quoted if not any(s in normalise(q) for s in PLAIN_STATEMENTS))
    return {line: plain(line) for line in sorted(lines) if len(plain(line).split()) >= MIN_WORDS}


def near_copies(lines, texts):
    holders: dict[str, set[int]] = {}
    for i, text in enumerate(texts):
        for word in set(text.split()):
            holders.setdefault(word, set()).add(i)
    whole = "\n".join(texts)
    for line, words in lines.items():
        if len(words) >= CONTAINED_CHARACTERS and words in whole:
            yield line, "contained"
            continue
        for text in rivals(words, texts, holders):
            if is_near(words, text):
                yield line, text
                break


def rivals(words, texts, holders):
    """Texts that share at least half of the distinct words."""
    own = set(words.split())
    counts: dict[int, int] = {}
    for i in itertools.chain.from_iterable(holders.get(word, ()) for word in own):
        counts[i] = counts.get(i, 0) + 1
    return [texts[i] for i, shared in counts.items() if shared * 2 >= len(own)]


def is_near(ours, theirs):
    a, b = set(ours.split()), set(theirs.split())
    if len(a & b) >= TOKEN_OVERLAP * len(a | b):
        return True
    if 2 * min(len(ours), len(theirs)) < EDIT_SIMILARITY * (len(ours) + len(theirs)):
        return False
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return matcher.quick_ratio() >= EDIT_SIMILARITY and matcher.ratio() >= EDIT_SIMILARITY


def test_no_written_message_is_a_near_copy():
    assert dict(near_copies(written(), shared_texts())) == {}


def test_a_changed_word_is_still_a_near_copy():
    theirs = "the lamp in my room is red and small"
    assert list(near_copies({"x": "the lamp in my room is red and tiny"}, [theirs]))
    assert not list(near_copies({"x": "my table has four legs and a drawer"}, [theirs]))


def test_the_data_files_are_read():
    assert all(tomllib.loads(p.read_text())["family"] for p in DANGERS.glob("*.toml"))
