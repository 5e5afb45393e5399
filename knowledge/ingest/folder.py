"""Walks a practice's `faq/` folder into documents, all of them or none."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from knowledge.errors import InputError
from knowledge.ingest.document import Block, Document, Loaded
from knowledge.ingest.loaders import LOADERS, load
from knowledge.language import detect_language
from knowledge.practice import KnowledgeSettings


def find_sources(faq: Path, only: Iterable[Path] = ()) -> list[str]:
    """Sources (paths relative to `faq/`, with /) of all documents, or of those under `only`.

    InputError for a path outside the folder.
    """
    return [source for source in _files(faq, only) if _is_document(source)]


def find_ignored(faq: Path, only: Iterable[Path] = ()) -> list[str]:
    """Files of a format that nobody reads: pictures beside a page, or a document to convert."""
    return [source for source in _files(faq, only) if not _is_document(source)]


def _is_document(source: str) -> bool:
    return PurePosixPath(source).suffix.lower() in LOADERS


def _files(faq: Path, only: Iterable[Path]) -> list[str]:
    chosen = [_inside(faq, path) for path in only]
    sources: list[str] = []
    for path in sorted(faq.rglob("*")):
        source = path.relative_to(faq)
        if not path.is_file() or any(part.startswith((".", "~")) for part in source.parts):
            continue
        if chosen and not any(source == c or c in source.parents for c in chosen):
            continue
        sources.append(source.as_posix())
    return sources


def is_under(source: str, faq: Path, only: Iterable[Path]) -> bool:
    """Whether a source lies in the part of the folder that was asked for (all when none was)."""
    chosen = [_inside(faq, path) for path in only]
    path = PurePosixPath(source)
    return not chosen or any(path == c or c in path.parents for c in map(PurePosixPath, chosen))


def load_document(faq: Path, source: str, settings: KnowledgeSettings) -> Document:
    path = faq / source
    loaded = load(path, str(path))
    digest = content_digest(path)
    front = loaded.front_matter
    title = front.title or _first_heading(loaded.blocks) or _readable(path.stem)
    return Document(
        source=source,
        digest=digest,
        title=title,
        audience=front.audience or "public",
        review_by=front.review_by,
        language=front.language or _language(loaded, title, settings),
        version=front.version or digest[:8],
        blocks=loaded.blocks,
    )


def content_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _inside(faq: Path, path: Path) -> Path:
    root = faq.resolve()
    candidates = [path.resolve(), (faq / path).resolve()]
    for candidate in candidates:
        if candidate.is_relative_to(root) and (candidate.exists() or path.is_absolute()):
            return candidate.relative_to(root)
    raise InputError(f"{path}: not a file or folder under {faq}")


def _first_heading(blocks: tuple[Block, ...]) -> str | None:
    """The document's own title: its first block, when that is its only heading of that level."""
    if not blocks or blocks[0].kind != "heading":
        return None
    levels = Counter(block.level for block in blocks if block.kind == "heading")
    return blocks[0].units[0] if levels[blocks[0].level] == 1 else None


def _readable(stem: str) -> str:
    words = stem.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _language(loaded: Loaded, title: str, settings: KnowledgeSettings) -> str:
    text = " ".join([title, *(block.text for block in loaded.blocks)])
    return detect_language(text, default=settings.languages[0])
