"""One table: every figure with its interval and gate, on a terminal, as JSON and as a page."""

import io
import json
from datetime import UTC, datetime

import pytest

from evals.figures import Key, Measured, Number, Share
from evals.gates import Gate, Judged, Verdict
from evals.scoreboard import Scoreboard, as_html, as_json, print_table, rows

HOSTILE = "<script>[red]"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEARD = Key("safety", "explicit", "all", "heard")
SPANISH = Key("safety", "explicit", "es", "heard")
ERROR = Key("triage", "single", "all", "calibration error")


def gate(key: Key, why: str = "because") -> Gate:
    return Gate(
        suite=key.suite,
        category=key.category,
        language=key.language,
        measure=key.measure,
        at_least=0.9,
        why=why,
    )


WITHOUT = Measured(
    {SPANISH: Share(2, 4), HEARD: Share(8, 10), ERROR: Number(0.0312, 10)},
    ("safety: rows.jsonl:3",),
)
GONE = Key("redaction", "portal", "all", "recall")
JUDGED = (
    Judged(gate(HEARD, HOSTILE), Verdict.FAILED),
    Judged(gate(GONE), Verdict.UNSCORED),
    Judged(gate(SPANISH), Verdict.SKIPPED),
)
ALONE = Scoreboard(WITHOUT, None, JUDGED, None, AT)
BOTH = Scoreboard(WITHOUT, Measured({HEARD: Share(10, 10)}), (), "tiny", AT)


def printed(board: Scoreboard) -> str:
    out = io.StringIO()
    print_table(board, out)
    return out.getvalue()


def test_rows_stand_suite_by_suite_with_all_languages_first() -> None:
    assert [row.key for row in rows(ALONE)] == [HEARD, SPANISH, ERROR, GONE]


def test_the_table_has_counts_intervals_and_gates() -> None:
    lines = printed(ALONE).splitlines()
    heard = next(line for line in lines if "explicit" in line and " all " in line)
    for part in ("8", "10", "80.0%", "49.0% – 94.3%", "≥ 0.9", "failed"):
        assert part in heard
    assert any("0.031" in line for line in lines)
    assert any("portal" in line and "unscored" in line for line in lines)
    assert "3 gates: 1 failed, 1 unscored, 1 skipped" in lines
    assert f"failed: safety, explicit, all, heard ≥ 0.9: {HOSTILE}" in lines


def test_the_model_stands_beside_only_when_there_is_one() -> None:
    assert "(model)" not in printed(ALONE)
    both = printed(BOTH)
    assert "(no model)" in both
    heard = next(line for line in both.splitlines() if "explicit" in line and " all " in line)
    assert "80.0%" in heard
    assert "100.0%" in heard


def test_json_says_what_was_not_scored() -> None:
    read = json.loads(as_json(ALONE))
    assert read["passed"] is False
    assert read["gates"] == {"passed": 0, "failed": 1, "unscored": 1, "skipped": 1}
    heard, _, error, gone = read["rows"]
    assert heard["no model"]["count"] == 8
    assert heard["no model"]["interval"] == pytest.approx([0.490, 0.943], abs=1e-3)
    assert heard["gate"]["verdict"] == "failed"
    assert "model" not in heard
    assert error["no model"] == {"n": 10, "value": 0.0312}
    assert gone["no model"] is None
    assert read["misses"] == {"no model": ["safety: rows.jsonl:3"]}


def test_the_page_shows_nothing_as_markup() -> None:
    page = as_html(ALONE)
    assert "<script>" not in page
    assert 'class="unscored"' in page
    assert as_html(BOTH).count("tiny") == 1


def test_a_board_without_a_blocking_gate_passes() -> None:
    assert BOTH.passed
    assert not ALONE.passed
