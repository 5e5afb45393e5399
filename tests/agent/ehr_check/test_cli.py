"""The command: whom it tries, what it prints, and adapters that other packages bring."""

import shutil
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType

import pytest
import typer
from typer.testing import CliRunner

from agent.adapters import ehr as adapters
from agent.adapters.ehr.demo import opening
from agent.ehr_check.cli import app
from knowledge.errors import InputError
from tests.agent.conftest import PRACTICE


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PRACTICE, tmp_path / "practice"))


def named(practice: Path, old: str, new: str) -> None:
    path = practice / "practice.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def run(practice: Path, *more: str) -> tuple[int, str]:
    data = practice.parent / "data"
    arguments = ["check", "--practice", str(practice), "--data", str(data), *more]
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_it_prints_a_line_for_every_capability_and_nothing_of_a_record(practice: Path) -> None:
    named(practice, 'adapter = "demo"', 'adapter = "demo"\ntest_patient = "PT-1"')
    status, output = run(practice)
    assert status == 0, output
    lines = {line.split("  ")[0]: line for line in output.splitlines()}
    assert "works" in lines["book_appointment"]
    assert "not declared" in lines["post_message"]
    assert "works" in lines["clean-up"]
    record = (practice / "ehr.json").read_text(encoding="utf-8")
    told = [word for word in ("Dr.", "therapy", "PT-2", "sertraline") if word in record]
    assert told
    assert [word for word in told if word in output] == []


def test_without_a_test_patient_it_asks_for_one(practice: Path) -> None:
    with pytest.raises(InputError, match=r"ehr\.test_patient: is not set"):
        run(practice)


def test_a_patient_nobody_knows_fails(practice: Path) -> None:
    status, output = run(practice, "--patient", "PT-404")
    assert status == 1
    assert "no patient has this id" in output


def test_another_packages_adapter_is_found_and_checked(
    practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = ModuleType("their_ehr")
    theirs.__dict__["opened"] = opening.opened
    monkeypatch.setitem(sys.modules, "their_ehr", theirs)
    registered = EntryPoints(
        [
            EntryPoint("theirs", "their_ehr:opened", adapters.GROUP),
            EntryPoint("broken", "no_such_module:opened", adapters.GROUP),
            EntryPoint("demo", "no_such_module:opened", adapters.GROUP),
        ]
    )
    monkeypatch.setattr(adapters, "entry_points", registered.select)
    assert run(practice, "--patient", "PT-1")[0] == 0  # our own name stays ours
    named(practice, 'adapter = "demo"', 'adapter = "theirs"')
    status, output = run(practice, "--patient", "PT-1")
    assert status == 0
    assert output.startswith("theirs at ")
    named(practice, 'adapter = "theirs"', 'adapter = "broken"')
    with pytest.raises(InputError, match=r"ehr\.adapter: broken: cannot be loaded"):
        run(practice, "--patient", "PT-1")


def test_it_is_a_typer_app_with_one_command() -> None:
    assert isinstance(app, typer.Typer)
    assert "check" in CliRunner().invoke(app, ["--help"]).output
