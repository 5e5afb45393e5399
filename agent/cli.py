"""The `portico` command: finds the entry point that was asked for, loads only that one, runs it.

Rooms register their commands in `pyproject.toml` under the group `portico.commands`, so none
imports another for the command line and `portico token` never pays for the graph. A command is a
function with typer annotations or a Typer app. Exit status: 0 done, 1 the command found a failure,
2 wrong input (one line on standard error), 130 interrupted.
"""

import knowledge.quiet  # noqa: F401

import ast
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path

import click
import typer

from agent.adapters.practice_folder import load_practice
from knowledge.errors import InputError

GROUP = "portico.commands"
WRONG_INPUT = 2
INTERRUPTED = 130
CHECKED_HERE = frozenset({"ask", "ingest", "screen", "token"})
"""Commands that use little of a practice folder: its practice.toml is checked before they run."""


def main() -> None:
    """Runs `portico` on the process's arguments and exits with its status."""
    try:
        status = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`portico screen | head`): nothing is wrong with us.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit status."""
    if not arguments or arguments[0] in ("--help", "-h"):
        click.echo(_overview())
        return 0
    if arguments[0] == "--version":
        click.echo(f"portico {version('portico')}")
        return 0
    try:
        return _run_command(arguments[0], list(arguments[1:]))
    except InputError as error:
        return _refuse(str(error))
    except click.ClickException as error:
        return _refuse(error.format_message())
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED


def _run_command(name: str, arguments: list[str]) -> int:
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise InputError(f"no command {name!r}; `portico --help` lists them")
    loaded = next(iter(found)).load()
    if isinstance(loaded, typer.Typer):
        app = loaded
    else:
        app = typer.Typer(add_completion=False)
        app.command()(loaded)
    command = typer.main.get_command(app)
    with command.make_context(f"portico {name}", arguments) as context:
        practice = context.params.get("practice")
        if practice is not None and name in CHECKED_HERE:
            load_practice(Path(practice))
        result = command.invoke(context)
    return result if isinstance(result, int) else 0


def _refuse(reason: str) -> int:
    click.echo(f"portico: {' '.join(reason.split())}", err=True)
    return WRONG_INPUT


def _overview() -> str:
    commands = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    lines = [f"  {entry.name:<8}  {_summary(entry)}" for entry in commands]
    usage = "usage: portico COMMAND [OPTIONS]   (portico COMMAND --help tells its options)"
    return "\n".join([usage, "", *lines])


def _summary(entry: EntryPoint) -> str:
    """The first docstring line of a command, read from its source: importing it, or the packages it
    is in, would be slow."""
    room, *inside = entry.module.split(".")
    spec = importlib.util.find_spec(room)
    if spec is None or not spec.submodule_search_locations:
        return "(its module is not installed)"
    path = Path(spec.submodule_search_locations[0], *inside)
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    module = ast.parse(source.read_text(encoding="utf-8"))
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == entry.attr:
            return _first_line(ast.get_docstring(node))
    return _first_line(ast.get_docstring(module))


def _first_line(docstring: str | None) -> str:
    return (docstring or "").partition("\n")[0]
