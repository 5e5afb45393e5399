"""Training: what measures the network stays closed to it."""

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agent.reader.lessons import DATA, NO_DANGER, Lesson, read_lessons
from agent.reader.lessons import REPLIES as REPLY_LABELS
from agent.reader.train import BATCH, Lessons, batches, closed, label_sets, weights

ROOT = Path(__file__).parents[2]
LOCKED = sorted((ROOT / "evals" / "locked").rglob("*.jsonl"))


def test_the_locked_split_is_there():
    assert LOCKED


def test_training_cannot_open_what_measures_it():
    """In a process of its own: an audit hook stays until the process ends."""
    code = f"""
import sys
from agent.reader.train import closed
from agent.reader.lessons import read_lessons
sys.addaudithook(closed)
assert len(read_lessons()) > 1000
for path in {[str(path.relative_to(ROOT)) for path in LOCKED]!r}:
    for way in (open, lambda p: __import__("os").open(p, 0), lambda p: __import__("io").open(p)):
        try:
            way(path)
        except PermissionError:
            continue
        sys.exit(f"{{path}} was opened")
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_hook_lets_lessons_pass():
    closed("open", (str(DATA / "danger" / "en_short.toml"), "r", 0))
    with pytest.raises(PermissionError, match="does not read"):
        closed("open", (str(ROOT / "evals" / "anything"), "r", 0))


REPLIES = [path for path in LOCKED if path.stem == "confirmations"]


@pytest.mark.parametrize(
    ("paths", "most"), [([p for p in LOCKED if p not in REPLIES], 0.01), (REPLIES, 0.10)]
)
def test_only_stock_phrases_of_the_locked_split_are_taught(paths: list[Path], most: float):
    """Two authors both write "do I need ...", and "no thanks I'm good" more often still; compared
    by count: no locked text is shown."""
    assert share_taught(paths) < most


def share_taught(paths: list[Path]) -> float:
    taught = {plain(lesson.text) for lesson in read_lessons()}
    locked = [text for path in paths for text in map(plain, texts(path)) if len(text.split()) > 3]
    return sum(text in taught for text in locked) / len(locked)


def plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]


def test_labels_are_sorted_and_none_is_one_of_them():
    lessons = [Lesson("a", "en", "f", "self_harm.2"), Lesson("b", "es", "g", NO_DANGER, "refill")]
    dangers, intents = (NO_DANGER, "self_harm.2"), ("refill",)
    assert label_sets(lessons) == (dangers, intents, ("en", "es"), REPLY_LABELS)


def test_every_message_is_in_one_batch():
    states = [np.zeros((1 + n % 9, 4), dtype=np.float16) for n in range(3 * BATCH + 5)]
    lessons = Lessons(states, np.zeros((len(states), 3), dtype=np.int64))
    seen = [i for batch in batches(lessons, random.Random(1)) for i in batch]
    assert sorted(seen) == list(range(len(states)))


def test_rare_labels_weigh_more():
    common, rare = weights(np.array([0] * 27 + [1, -1]), 2)
    assert float(rare) == pytest.approx(3 * float(common))
