"""The reports say which script failed where, and what was expected."""

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agent.domain.conversation import Message, Option
from agent.domain.ids import ConversationId, MessageId
from agent.domain.terms import Author, Route
from evals.checks import Failure
from evals.loading import Loaded
from evals.reports import as_html, as_json, as_junit, write_report
from evals.results import EvalResult, ScriptResult
from evals.runner import RunResult, StepResult
from evals.script import Script
from knowledge.errors import InputError

HOSTILE = "<script>alert('x')</script> & \x00"
REPLY = Message(
    ConversationId("c-1"),
    MessageId("r-1"),
    datetime(2026, 6, 1, tzinfo=UTC),
    Author.ASSISTANT,
    HOSTILE,
    options=(Option("a", "<b>Yes</b>"),),
)
STEP = StepResult(1, "say: hello", (REPLY,), Route.SMALLTALK, 0, 12.34)
GOOD = RunResult((STEP,), (), 0.5)
BAD = RunResult((STEP,), (Failure(1, "reply.contains_all", "Tue", HOSTILE),), 0.5)


def result(*scripts: tuple[str, tuple[RunResult, ...]]) -> EvalResult:
    made = tuple(
        ScriptResult(
            Loaded(
                Path(f"scripts/{id}.yaml"),
                Script.model_validate({"id": id, "patient": "PT-1", "turns": [{"say": "hello"}]}),
            ),
            runs,
        )
        for id, runs in scripts
    )
    return EvalResult("Willow", len(made[0].runs), made, 1.0)


MIXED = result(("steady", (GOOD, GOOD)), ("shaky", (GOOD, BAD)), ("broken", (BAD, BAD)))


def test_rates_tell_one_run_from_all_runs() -> None:
    assert MIXED.pass_1 == pytest.approx(0.5)
    assert MIXED.pass_k == pytest.approx(1 / 3)
    assert not MIXED.passed
    assert result(("steady", (GOOD,))).passed


def test_json_holds_every_run_and_failure() -> None:
    read = json.loads(as_json(MIXED))
    assert (read["scripts_total"], read["scripts_passed"], read["repeat"]) == (3, 1, 2)
    assert (read["pass^1"], read["pass^2"]) == (0.5, 0.3333)
    shaky = read["scripts"][1]
    assert [run["passed"] for run in shaky["runs"]] == [True, False]
    assert shaky["runs"][1]["failures"] == [
        {"step": 1, "check": "reply.contains_all", "expected": "Tue", "actual": HOSTILE}
    ]
    assert shaky["runs"][0]["steps"][0]["replies"][0]["options"] == ["<b>Yes</b>"]


def test_junit_counts_runs_and_names_failures() -> None:
    suite = ElementTree.fromstring(as_junit(MIXED))  # noqa: S314 - our own report
    assert (suite.get("tests"), suite.get("failures")) == ("6", "3")
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["shaky[2]", "broken[1]", "broken[2]"]
    message = suite[3].find("failure")
    assert message is not None
    assert "step 1: reply.contains_all: expected Tue" in str(message.text)


def test_html_shows_what_was_said_as_text_only() -> None:
    page = as_html(MIXED)
    assert "<script>" not in page
    assert "<b>Yes" not in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)" in page
    assert page.index("shaky") < page.index("steady")


def test_a_report_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_report(MIXED, tmp_path / "file" / "report.json", as_json)
    write_report(MIXED, tmp_path / "new" / "report.json", as_json)
    assert (tmp_path / "new" / "report.json").is_file()
