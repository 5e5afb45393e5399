"""Brings the index to what the documents say now, touching only what changed."""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

from knowledge.encoder import Encoder
from knowledge.errors import InputError
from knowledge.index.manifest import (
    Manifest,
    StoredBlock,
    StoredChunk,
    StoredDocument,
    chroma_path,
    read_manifest,
    write_manifest,
)
from knowledge.index.vectors import VectorStore
from knowledge.ingest.chunks import CHUNKER_VERSION, chunk_document
from knowledge.ingest.document import Document
from knowledge.ingest.folder import (
    content_digest,
    find_ignored,
    find_sources,
    is_under,
    load_document,
)
from knowledge.practice import KnowledgeSettings

_VECTORS_VERSION = 2


@dataclass(frozen=True)
class SyncReport:
    """Sources by what became of them.

    `ignored` are files of a format that nobody reads; `overdue` have a review date that has passed.

    `rebuilt`: another encoder or chunker, so the unchanged were embedded anew as well.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    ignored: tuple[str, ...]
    overdue: tuple[str, ...]
    rebuilt: bool


@dataclass(frozen=True)
class _Plan:
    """The manifest as it is and as it would then be true; the same one when nothing differs."""

    report: SyncReport
    before: Manifest | None
    after: Manifest


def sync_index(
    settings: KnowledgeSettings,
    data_dir: Path,
    encoder: Encoder,
    *,
    today: date,
    only: Sequence[Path] = (),
    dry_run: bool = False,
) -> SyncReport:
    """Add, replace and remove; `only` restricts it to those files and folders of `faq/`.

    Every document is read before anything is written: InputError leaves the index as it was.
    """
    if dry_run:
        return _plan(settings, data_dir, encoder, today, only).report
    with _sole_writer(data_dir):
        plan = _plan(settings, data_dir, encoder, today, only)
        if plan.after is not plan.before:
            _apply(plan, data_dir, encoder)
        _discard_generations(data_dir, keep={plan.after.generation, _generation(plan.before)})
    return plan.report


def _plan(
    settings: KnowledgeSettings,
    data_dir: Path,
    encoder: Encoder,
    today: date,
    only: Sequence[Path],
) -> _Plan:
    recipe = f"{encoder.id}/{CHUNKER_VERSION}/{_VECTORS_VERSION}/{settings.languages[0]}"
    before = read_manifest(data_dir)
    rebuild = before is not None and before.recipe != recipe
    known = before.documents if before else {}
    chosen = () if rebuild else only
    documents = {s: d for s, d in known.items() if not is_under(s, settings.faq, chosen)}
    for source in find_sources(settings.faq, chosen):
        stored = known.get(source)
        if stored and not rebuild and stored.digest == content_digest(settings.faq / source):
            documents[source] = stored
        else:
            documents[source] = _stored(load_document(settings.faq, source, settings))
    report = _report(known, documents, find_ignored(settings.faq, only), today, rebuilt=rebuild)
    if before and not (rebuild or report.added or report.changed or report.removed):
        return _Plan(report, before, before)
    ordered = {source: documents[source] for source in sorted(documents)}
    after = Manifest(recipe=recipe, generation=uuid4().hex[:12], documents=ordered)
    return _Plan(report, before, after)


def _report(
    known: dict[str, StoredDocument],
    documents: dict[str, StoredDocument],
    ignored: Sequence[str],
    today: date,
    *,
    rebuilt: bool,
) -> SyncReport:
    both = sorted(known.keys() & documents.keys())
    return SyncReport(
        added=tuple(sorted(documents.keys() - known.keys())),
        changed=tuple(s for s in both if known[s].digest != documents[s].digest),
        removed=tuple(sorted(known.keys() - documents.keys())),
        unchanged=tuple(s for s in both if known[s].digest == documents[s].digest),
        ignored=tuple(ignored),
        overdue=tuple(s for s, d in sorted(documents.items()) if d.is_overdue(today)),
        rebuilt=rebuilt,
    )


def _apply(plan: _Plan, data_dir: Path, encoder: Encoder) -> None:
    """Build the next generation beside the current one, then let the manifest point to it."""
    target = chroma_path(data_dir, plan.after.generation)
    old: dict[str, StoredDocument] = {}
    if plan.before is not None and plan.before.recipe == plan.after.recipe:
        old = plan.before.documents
        shutil.copytree(chroma_path(data_dir, plan.before.generation), target)
    target.mkdir(parents=True, exist_ok=True)
    gone = {c.id for d in old.values() for c in d.chunks}
    wanted = {chunk.id: chunk for chunk in plan.after.chunks()}
    store = VectorStore(target)
    try:
        relabelled = _relabelled(plan)
        store.remove(sorted((gone - wanted.keys()) | relabelled))
        store.add([c for i, c in wanted.items() if i not in gone or i in relabelled], encoder)
    finally:
        store.close()
    write_manifest(data_dir, plan.after)


def _relabelled(plan: _Plan) -> frozenset[str]:
    """Passages with the same words whose document changed its audience."""
    before = plan.before.documents if plan.before else {}
    return frozenset(
        chunk.id
        for source, document in plan.after.documents.items()
        if source in before and before[source].audience != document.audience
        for chunk in document.chunks
    )


def _stored(document: Document) -> StoredDocument:
    return StoredDocument(
        digest=document.digest,
        title=document.title,
        audience=document.audience,
        review_by=document.review_by,
        language=document.language,
        version=document.version,
        chunks=tuple(
            StoredChunk(
                id=chunk.id,
                heading=chunk.heading,
                asked=chunk.asked,
                blocks=tuple(StoredBlock(kind=b.kind, units=b.units) for b in chunk.blocks),
            )
            for chunk in chunk_document(document)
        ),
    )


@contextmanager
def _sole_writer(data_dir: Path) -> Iterator[None]:
    """Writers wait for each other; readers need no lock, a published generation never changes."""
    home = data_dir / "knowledge"
    made = [folder for folder in (home, data_dir) if not folder.exists()]
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        except InputError:
            # A refused document leaves nothing behind, not even an empty folder.
            for folder in made:
                (home / "lock").unlink(missing_ok=True)
                folder.rmdir()
            raise


def _generation(manifest: Manifest | None) -> str:
    return manifest.generation if manifest else ""


def _discard_generations(data_dir: Path, keep: set[str]) -> None:
    """The one before stays for a server that still reads it; what died half-way goes."""
    home = chroma_path(data_dir, "")
    for path in home.iterdir() if home.is_dir() else ():
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)
