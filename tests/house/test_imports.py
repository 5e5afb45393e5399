"""The four import names are ours: each comes from this checkout, and imports go down."""

import importlib
import os
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("room", ["agent", "knowledge", "server", "evals"])
def test_room_resolves_into_this_checkout(room: str) -> None:
    origin = importlib.import_module(room).__file__
    assert origin is not None
    assert Path(origin) == ROOT / room / "__init__.py"


def test_every_import_goes_the_way_the_design_says(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        status = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    finally:
        os.chdir(before)
    assert status == 0, capsys.readouterr().out
