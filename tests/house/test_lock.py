"""constraints.txt pins everything for any machine: no local path, no host, no CUDA."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]


def pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    named = [entry for group in groups for entry in group if isinstance(entry, str)]
    return [Requirement(entry) for entry in [*project["project"]["dependencies"], *named]]


def test_every_line_is_one_exact_public_version() -> None:
    for pin in pins():
        assert pin.url is None
        assert re.fullmatch(r"==[^,*+]+", str(pin.specifier)), pin


def test_no_cuda() -> None:
    names = [pin.name for pin in pins()]
    assert [name for name in names if re.match(r"nvidia|cuda|triton", name)] == []


def test_every_declared_dependency_is_pinned_inside_its_range() -> None:
    pinned: dict[str, list[Version]] = {}
    for pin in pins():
        version = Version(str(pin.specifier).removeprefix("=="))
        pinned.setdefault(canonicalize_name(pin.name), []).append(version)
    for requirement in declared():
        versions = pinned.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not in constraints.txt: run make lock"
        assert all(version in requirement.specifier for version in versions), requirement
