"""`portico eval` says what failed, writes its reports and exits with status 1 when any fails."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from agent.bootstrap import Models
from agent.cli import run
from evals import warm

PRACTICE = Path(__file__).parents[1] / "agent" / "practice"
SCRIPT = """
id: {id}
patient: PT-1
now: 2026-06-01T10:00:00-06:00
tags: [greeting]
turns:
  - say: hello
    expect: {{route: {route}}}
"""


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    logging.disable(logging.NOTSET)


@pytest.fixture
def scripts(tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(warm, "load_models", lambda: models)
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "a.yaml").write_text(SCRIPT.format(id="holds", route="smalltalk"))
    return folder


def test_all_held(scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", str(scripts), "--practice", str(PRACTICE)]) == 0
    assert "1 of 1 scripts passed, pass^1 100.0%" in capsys.readouterr().out


def test_one_failed_in_every_run(
    scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scripts / "b.yaml").write_text(SCRIPT.format(id="fails", route="billing"))
    reports = [tmp_path / "out" / name for name in ("r.json", "r.xml", "r.html")]
    options = [
        f"--{kind}={path}" for kind, path in zip(("json", "junit", "html"), reports, strict=True)
    ]
    assert run(["eval", str(scripts), "--practice", str(PRACTICE), "--repeat", "2", *options]) == 1
    said = capsys.readouterr().out
    assert "fail fails" in said
    assert "run 2, step 1: route: expected billing; got smalltalk" in said
    assert "1 of 2 scripts passed, pass^1 50.0%, pass^2 50.0%" in said
    assert all(path.is_file() for path in reports)
    assert json.loads(reports[0].read_text())["scripts_passed"] == 1


def test_a_faulty_practice_is_wrong_input(
    scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", str(scripts), "--practice", str(tmp_path)]) == 2
    assert "practice.toml" in capsys.readouterr().err
