"""`make eval` writes its reports and ends with the status that its gates give."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from evals import measure
from evals.figures import Key, Measured, Share
from evals.gates import Gate, Judged, Verdict
from evals.scoreboard import Scoreboard
from knowledge.errors import InputError

KEY = Key("commands", "choices", "all", "option")


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    logging.disable(logging.NOTSET)


def run(
    monkeypatch: pytest.MonkeyPatch, folder: Path, verdict: Verdict, *options: str
) -> tuple[int, str]:
    async def evaluate(suites, gates, *rest):
        assert {gate.suite for gate in gates} == {suite.name for suite in suites}
        (gate,) = (gate for gate in gates if gate.key == KEY)
        found = Measured({KEY: Share(160, 160)})
        judged = (Judged(gate, verdict),)
        return Scoreboard(found, None, judged, None, datetime(2026, 11, 21, tzinfo=UTC))

    monkeypatch.setattr(measure, "evaluate", evaluate)
    files = ["--json", str(folder / "out/e.json"), "--html", str(folder / "out/e.html")]
    done = CliRunner().invoke(measure.app, [*files, *options])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict.PASSED, 0),
        (Verdict.SKIPPED, 0),
        (Verdict.FAILED, 1),
        (Verdict.UNSCORED, 1),
    ],
)
def test_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verdict: Verdict, status: int
) -> None:
    code, said = run(monkeypatch, tmp_path, verdict)
    assert code == status
    assert f"1 gates: 1 {verdict}" in said
    assert json.loads((tmp_path / "out/e.json").read_text())["passed"] is (status == 0)
    assert (tmp_path / "out/e.html").is_file()


def test_one_suite_is_held_against_its_own_gates(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run(monkeypatch, tmp_path, Verdict.PASSED, "--suite", "commands")[0] == 0


def test_a_suite_that_is_not_there() -> None:
    with pytest.raises(InputError, match="--suite: 'speed': none of safety, triage"):
        measure.chosen(["speed"])


def test_wrong_input_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["eval", "--suite", "speed"])
    with pytest.raises(SystemExit) as ended:
        measure.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("eval: --suite: ")


GATE = Gate(suite="safety", category="c", measure="m", at_least=1, why="w")
OPEN = GATE.model_copy(update={"when": "shared data"})


@pytest.mark.parametrize(("gate", "columns"), [(GATE, 2), (OPEN, 1)])
def test_a_gate_holds_with_a_model_too_where_its_data_goes_before_one(
    gate: Gate, columns: int
) -> None:
    theirs = measure.chosen(["safety"])
    assert len(measure._columns(gate, theirs, {}, Measured({}))) == columns
    assert len(measure._columns(gate, (), {}, Measured({}))) == 1
    assert len(measure._columns(gate, theirs, {}, None)) == 1


def test_a_crash_prints_no_local_variables() -> None:
    """Rows of the locked split may be among them."""
    assert measure.app.pretty_exceptions_enable is False
