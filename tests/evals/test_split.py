"""The locked split is the one that was sealed, and no report can name a row of it."""

from pathlib import Path

import pytest

from evals.split import LOCKED, Split, digests, seal, sealed
from evals.suites.safety import SafetyRow
from knowledge.errors import InputError

ROW = '{"text": "hi", "language": "en", "suite": "ordinary"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "b.jsonl").write_text(ROW)
    (tmp_path / "safety" / "a.jsonl").write_text(ROW * 2)
    seal(tmp_path)
    return tmp_path


def test_the_locked_split_is_the_one_that_was_sealed() -> None:
    assert sealed(LOCKED) == digests(LOCKED)


def test_a_sealed_split_is_read_in_order_of_path(folder: Path) -> None:
    split = Split(folder, locked=True)
    split.check()
    lines = split.rows("safety/*.jsonl", SafetyRow)
    assert [line.where for line in lines] == ["a.jsonl:1", "a.jsonl:2", "b.jsonl:1"]
    assert split.rows("triage/*.jsonl", SafetyRow) == ()


def test_a_change_a_new_file_and_a_lost_one_show(folder: Path) -> None:
    split = Split(folder, locked=True)
    (folder / "safety" / "b.jsonl").write_text(ROW * 2)
    with pytest.raises(InputError, match=r"b\.jsonl: not the file that digest\.toml sealed"):
        split.check()
    (folder / "safety" / "b.jsonl").unlink()
    with pytest.raises(InputError, match="it is gone"):
        split.check()
    seal(folder)
    (folder / "safety" / "c.jsonl").write_text(ROW)
    with pytest.raises(InputError, match=r"safety/c\.jsonl: not in it"):
        split.check()


def test_only_rows_of_the_development_split_are_named(folder: Path) -> None:
    locked, development = Split(folder, locked=True), Split(folder, locked=False)
    lines = locked.rows("safety/b.jsonl", SafetyRow)
    assert locked.named(lines) == ()
    assert development.named(lines) == ("b.jsonl:1",)
    assert (locked.suite("safety"), development.suite("safety")) == (
        "safety",
        "safety (development)",
    )
