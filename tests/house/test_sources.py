"""The budgets of STYLE.md that a linter does not hold: module sizes and unfinished work."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES_CAP = 400
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_module_is_a_room_of_its_own() -> None:
    sizes = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n")
        for path in tracked("*.py")
        if path.relative_to(ROOT).parts[0] != "tests"
    }
    assert sizes
    assert {name: lines for name, lines in sizes.items() if lines > LINES_CAP} == {}


def test_nothing_is_marked_unfinished() -> None:
    marked = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("*.py", "*.ts", "*.tsx", "*.css", "*.html", "*.sh", "Makefile")
        if "static" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert marked == []
