"""`portico`: one entry point a command, wrong input is one line and exit status 2."""

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from pathlib import Path
from types import ModuleType
from typing import Annotated

import pytest
import typer

from agent import cli
from knowledge.errors import InputError


def greet(name: Annotated[str, typer.Argument()], loud: bool = False) -> None:
    """Greets somebody."""
    if name == "nobody":
        raise InputError("greeting.toml: name:\n  must be somebody")
    if name == "wrong":
        raise typer.Exit(1)
    typer.echo(f"hello {name}{'!' if loud else ''}")


nested = typer.Typer()
nested.command("hello")(greet)


@nested.command("bye")
def bye() -> None:
    """Says goodbye."""


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("greetings")
    module.__dict__.update(greet=greet, nested=nested)
    monkeypatch.setitem(sys.modules, "greetings", module)
    registered = EntryPoints(
        [
            EntryPoint("greet", "greetings:greet", cli.GROUP),
            EntryPoint("nested", "greetings:nested", cli.GROUP),
            EntryPoint("broken", "no_such_module:run", cli.GROUP),
        ]
    )
    monkeypatch.setattr(cli, "entry_points", registered.select)


def test_runs_only_the_command_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["greet", "Ana", "--loud"]) == 0
    assert capsys.readouterr().out == "hello Ana!\n"


def test_runs_a_command_of_a_nested_app(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["nested", "hello", "Ana"]) == 0
    assert capsys.readouterr().out == "hello Ana\n"


def test_a_command_decides_its_exit_status() -> None:
    assert cli.run(["greet", "wrong"]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["greet", "nobody"], "portico: greeting.toml: name: must be somebody\n"),
        (["greet"], "portico: Missing argument 'NAME'.\n"),
        (["greet", "Ana", "--quiet"], "portico: No such option '--quiet'.\n"),
        (["nested", "sing"], "portico: No such command 'sing'.\n"),
        (["dance"], "portico: no command 'dance'; `portico --help` lists them\n"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err == said
    assert captured.out == ""


def test_help_of_a_command_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["greet", "--help"]) == 0
    assert "portico greet" in capsys.readouterr().out


def test_overview_tells_every_command_without_importing_a_room() -> None:
    script = (
        "import sys; from agent import cli; status = cli.run([]);"
        "heavy = {'chromadb', 'fastapi', 'langgraph', 'numpy', 'onnxruntime', 'sqlalchemy'};"
        "sys.exit(status or len(heavy & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    for entry in entry_points(group=cli.GROUP):
        (line,) = [
            line for line in shown.stdout.splitlines() if line.startswith(f"  {entry.name} ")
        ]
        assert len(line.split()) > 2, f"{entry.name} has no summary"


@pytest.mark.parametrize("entry", entry_points(group=cli.GROUP), ids=lambda entry: entry.name)
def test_every_registered_command_loads(entry: EntryPoint) -> None:
    assert callable(entry.load())


def test_installed_command_refuses_like_the_function(tmp_path: Path) -> None:
    portico = Path(sys.executable).with_name("portico")
    refused = subprocess.run([portico, "dance"], capture_output=True, text=True, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "portico: no command 'dance'; `portico --help` lists them\n"
