"""`portico screen`: JSON Lines in, the same objects out with what Portico makes of them."""

import io
import json
from pathlib import Path

import pytest

from agent.reader.reader import Reader
from agent.safety.screen import load_screen
from agent.understanding import cli
from agent.understanding.cli import BATCH, MessageReader, screen_lines
from knowledge.errors import InputError


@pytest.fixture(scope="module")
def messages(reader: Reader) -> MessageReader:
    return MessageReader(reader, load_screen())


def screened(messages: MessageReader, lines: str) -> list[dict[str, object]]:
    target = io.StringIO()
    screen_lines(io.BytesIO(lines.encode()), target, messages)
    return [json.loads(line) for line in target.getvalue().splitlines()]


def test_adds_four_keys_and_keeps_the_rest(messages: MessageReader) -> None:
    (row,) = screened(messages, '{"text": "how much do I owe?", "id": 7, "tags": ["a"]}\n')
    assert row["id"] == 7
    assert row["tags"] == ["a"]
    assert row["route"] == "billing"
    assert row["level"] == 0
    assert row["category"] is None
    assert isinstance(row["confidence"], float)
    assert 0.6 <= row["confidence"] <= 1.0


def test_danger_has_its_route(messages: MessageReader) -> None:
    (row,) = screened(messages, '{"text": "I am going to kill myself tonight"}')
    assert row["route"] == "crisis"
    assert row["category"] == "self_harm"
    assert isinstance(row["level"], int)
    assert row["level"] >= 3


def test_order_is_kept_and_blank_lines_are_skipped(messages: MessageReader) -> None:
    numbers = range(BATCH + 20)
    lines = "\n\n".join(json.dumps({"text": "refill please", "n": n}) for n in numbers)
    assert [row["n"] for row in screened(messages, lines)] == list(numbers)


@pytest.mark.parametrize(
    "bad", ["not json", '["text"]', '{"text": 3}', '{"txt": "hi"}', '"text"', "{"]
)
def test_a_bad_line_is_named_and_nothing_before_it_is_lost(
    messages: MessageReader, bad: str
) -> None:
    target = io.StringIO()
    lines = f'{{"text": "hi"}}\n\n{{"text": "hours?"}}\n{bad}\n{{"text": "hi"}}\n'
    with pytest.raises(InputError, match="line 4"):
        screen_lines(io.BytesIO(lines.encode()), target, messages)
    assert [json.loads(line)["text"] for line in target.getvalue().splitlines()] == ["hi", "hours?"]


def test_bytes_that_are_no_text_are_named(messages: MessageReader) -> None:
    with pytest.raises(InputError, match="line 1: not UTF-8"):
        screen_lines(io.BytesIO(b'{"text": "\xff"}\n'), io.StringIO(), messages)


def test_no_lines_no_output(messages: MessageReader) -> None:
    assert screened(messages, "") == []


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "not found"),
        ("[practice", "practice.toml"),
        ("x = 1", r"\[practice\]"),
        ("[practice]\njurisdiction = 3", "practice.jurisdiction"),
    ],
)
def test_a_broken_practice_is_named(tmp_path: Path, content: str | None, named: str) -> None:
    if content is not None:
        (tmp_path / "practice.toml").write_text(content)
    with pytest.raises(InputError, match=named):
        cli.screen(practice=tmp_path)
