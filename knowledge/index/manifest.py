"""The record of what the index holds, swapped in whole as the last step of every change.

Each change builds a new generation of the Chroma folder beside the current one. Whatever dies
half-way leaves the manifest, and so the index, as it was.
"""

import os
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.ingest.chunks import Chunk
from knowledge.ingest.document import Block, BlockKind
from knowledge.passage import Audience


class StoredBlock(BaseModel):
    """A block on disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: BlockKind
    units: tuple[str, ...]


class StoredChunk(BaseModel):
    """A passage on disk, without what its document says for all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    heading: str
    asked: str
    blocks: tuple[StoredBlock, ...]


class StoredDocument(BaseModel):
    """A document on disk; `digest` is the hash of the file that it came from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: str
    title: str
    audience: Audience
    review_by: date | None
    language: str
    version: str
    chunks: tuple[StoredChunk, ...]

    def is_overdue(self, today: date) -> bool:
        return self.review_by is not None and self.review_by < today

    def restore(self, source: str) -> tuple[Chunk, ...]:
        return tuple(
            Chunk(
                id=chunk.id,
                source=source,
                title=self.title,
                heading=chunk.heading,
                asked=chunk.asked,
                blocks=tuple(Block(block.kind, block.units) for block in chunk.blocks),
                language=self.language,
                version=self.version,
                audience=self.audience,
                review_by=self.review_by,
            )
            for chunk in self.chunks
        )


class Manifest(BaseModel):
    """`recipe` names the encoder and the chunker; another recipe means everything anew."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: str
    generation: str
    documents: dict[str, StoredDocument]

    def chunks(self) -> tuple[Chunk, ...]:
        return tuple(c for source, doc in self.documents.items() for c in doc.restore(source))


def manifest_path(data_dir: Path) -> Path:
    return data_dir / "knowledge" / "manifest.json"


def chroma_path(data_dir: Path, generation: str) -> Path:
    return data_dir / "knowledge" / "chroma" / generation


def read_manifest(data_dir: Path) -> Manifest | None:
    """None when nothing was ingested, or when what is there cannot be read and has to be redone."""
    try:
        manifest = Manifest.model_validate_json(manifest_path(data_dir).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return manifest if chroma_path(data_dir, manifest.generation).is_dir() else None


def write_manifest(data_dir: Path, manifest: Manifest) -> None:
    path = manifest_path(data_dir)
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(manifest.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
