"""The built widget in server/static is what the sources in widget/ say (`npm run build` there)."""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "widget"
STATIC = ROOT / "server" / "static"
INPUTS = ["src", "pages", "build.mjs", "package-lock.json", "tsconfig.json", "vite.config.mjs"]
SERVED = {"widget.js", "desk.js", "desk.css", "demo.js", "demo.css", "staff.html", "demo.html"}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_of_sources() -> str:
    """The same reckoning as `digestOfSources` in widget/build.mjs."""
    files: list[Path] = []
    for name in INPUTS:
        path = WIDGET / name
        files += [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    names = sorted(path.relative_to(WIDGET).as_posix() for path in files)
    lines = "".join(f"{name} {sha256(WIDGET / name)}\n" for name in names)
    return hashlib.sha256(lines.encode()).hexdigest()


def test_sources_were_built() -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["sources"] == digest_of_sources(), "run `npm run build` in widget/"


def test_built_files_are_as_they_were_built() -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    built = {path.name: sha256(path) for path in STATIC.iterdir() if path.name != "manifest.json"}
    assert built == manifest["files"]
    assert set(built) >= SERVED


def test_pages_hold_up_under_a_strict_content_security_policy() -> None:
    for page in STATIC.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert "onclick" not in text
        assert "http:" not in text
        assert "https:" not in text


def test_lock_names_no_registry() -> None:
    lock = json.loads((WIDGET / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
