"""A broken row is named by file, line and key, and none of its words are."""

import json
from pathlib import Path

import pytest

from evals.rows import read_rows
from evals.suites.safety import SafetyRow
from knowledge.errors import InputError

GOOD = {"text": "a secret", "language": "en", "suite": "routine", "note": "not read"}


def written(folder: Path, *lines: str) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_rows_know_where_they_stand(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(GOOD), "", json.dumps(GOOD | {"language": "mixed"}), "")
    lines = read_rows(path, SafetyRow)
    assert [line.where for line in lines] == ["rows.jsonl:1", "rows.jsonl:3"]
    assert lines[1].row.language == "mixed"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "not JSON"),
        ("[1]", "Input should be"),
        (json.dumps(GOOD | {"text": ""}), "text: "),
        (json.dumps(GOOD | {"language": "fr"}), "language: "),
        (json.dumps({k: v for k, v in GOOD.items() if k != "suite"}), "suite: Field required"),
        (json.dumps(GOOD | {"level": 3}), "level: 3 does not belong in suite routine"),
        (json.dumps(GOOD | {"suite": "body"}), "level: 0 does not belong in suite body"),
        (
            json.dumps(GOOD | {"suite": "body", "level": 4, "category": "heart"}),
            "category: 'heart' is none of the screen's",
        ),
    ],
)
def test_a_broken_row(tmp_path: Path, line: str, fault: str) -> None:
    path = written(tmp_path, json.dumps(GOOD), line)
    with pytest.raises(InputError) as error:
        read_rows(path, SafetyRow)
    assert str(error.value).startswith(f"{path}:2: ")
    assert fault in str(error.value)
    assert "secret" not in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "latin.jsonl").write_bytes(b"\xe9")
    for name, fault in [
        ("gone", "cannot be read"),
        ("empty", "no rows in it"),
        ("latin", "not UTF-8"),
    ]:
        with pytest.raises(InputError, match=f"{name}.jsonl: {fault}"):
            read_rows(tmp_path / f"{name}.jsonl", SafetyRow)
