"""The two splits of messages: the locked one, sealed so that a change of it shows, and the
development one, which everybody may read.

`python -m evals.split` seals what lies in `evals/locked` now, by writing `digest.toml`; it prints
no row.
"""

import hashlib
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evals.rows import Line, R, read_rows
from knowledge.errors import InputError

LOCKED = Path(__file__).parent / "locked"
DEVELOPMENT = Path(__file__).parent / "development"
SEAL = "digest.toml"


@dataclass(frozen=True, slots=True)
class Split:
    """`locked`: nobody reads its rows, so no report names one."""

    folder: Path
    locked: bool

    def suite(self, name: str) -> str:
        """What the figures of a suite on this split are called."""
        return name if self.locked else f"{name} (development)"

    def rows(self, pattern: str, shape: type[R]) -> tuple[Line[R], ...]:
        """The rows of all files that fit `pattern`, in order of path; none when no file is there.

        Raises `InputError` for a broken row.
        """
        paths = sorted(self.folder.glob(pattern))
        return tuple(line for path in paths for line in read_rows(path, shape))

    def check(self) -> None:
        """Raises `InputError` for a locked file that is not one that was sealed, and for a sealed
        one that is gone."""
        if self.locked:
            _compare(self.folder, sealed(self.folder), digests(self.folder))

    def named(self, lines: Iterable[Line[R]]) -> tuple[str, ...]:
        """Where the rows stand, for a list of misses."""
        return () if self.locked else tuple(line.where for line in lines)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of rows, by its path inside `folder`."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.jsonl"))
    }


def sealed(folder: Path) -> dict[str, str]:
    """What `digest.toml` says; empty when the split was never sealed."""
    path = folder / SEAL
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    found = content.get("sha256", {})
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise InputError(f"{path}: sha256: must be a table of digests by file")
    return found


def seal(folder: Path) -> None:
    lines = [f'"{name}" = "{digest}"' for name, digest in digests(folder).items()]
    head = "# Written by `python -m evals.split`; a test keeps it equal to the files.\n[sha256]\n"
    (folder / SEAL).write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def _compare(folder: Path, wanted: dict[str, str], there: dict[str, str]) -> None:
    for name in sorted(wanted.keys() | there.keys()):
        if name not in there:
            raise InputError(f"{folder / name}: {SEAL} names it, but it is gone")
        if name not in wanted:
            raise InputError(f"{folder / SEAL}: {name}: not in it: run `python -m evals.split`")
        if there[name] != wanted[name]:
            raise InputError(f"{folder / name}: not the file that {SEAL} sealed")


if __name__ == "__main__":
    seal(LOCKED)
    sys.stdout.write(f"{LOCKED / SEAL}: {len(sealed(LOCKED))} files\n")
