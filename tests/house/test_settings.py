"""Every environment variable the code reads is documented, and nothing else is."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\bPORTICO_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")
READERS = ("agent/*.py", "knowledge/*.py", "server/*.py", "evals/*.py", "scripts/*.sh", "Makefile")


def named_in_code() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *READERS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    found = (NAME.findall(path.read_text(encoding="utf-8")) for path in paths if path.is_file())
    return {name for names in found for name in names}


def documented() -> set[str]:
    page = (ROOT / "docs" / "SETTINGS.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(PORTICO_[A-Z0-9_]+)` \|", page, flags=re.MULTILINE)
    assert len(rows) == len(set(rows)), "a setting is documented twice"
    return set(rows)


def test_every_setting_in_the_code_is_documented() -> None:
    assert named_in_code() - documented() == set()


def test_every_documented_setting_is_in_the_code() -> None:
    assert documented() - named_in_code() == set()
