"""Cuts a document into passages: one a question or heading, lists and tables with their words."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.ingest.document import Block, Document
from knowledge.passage import Audience

CHUNKER_VERSION = 1
MAX_CHARACTERS = 900


@dataclass(frozen=True)
class Chunk:
    """A passage as it is stored. `asked` is the innermost heading: what the passage answers."""

    id: str
    source: str
    title: str
    heading: str
    asked: str
    blocks: tuple[Block, ...]
    language: str
    version: str
    audience: Audience
    review_by: date | None

    @property
    def units(self) -> tuple[str, ...]:
        return tuple(unit for block in self.blocks for unit in block.units)

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)


def chunk_document(document: Document) -> tuple[Chunk, ...]:
    """Passages in reading order; a section above 900 characters is cut between blocks or units."""
    chunks: list[Chunk] = []
    for path, blocks in _sections(document):
        for part in _parts(blocks):
            chunks.append(_chunk(document, path, part, len(chunks)))
    return tuple(chunks)


def _chunk(
    document: Document, path: tuple[str, ...], blocks: tuple[Block, ...], ordinal: int
) -> Chunk:
    text = "\n".join(block.text for block in blocks)
    identity = "\0".join([document.source, str(ordinal), document.title, *path, text])
    return Chunk(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        source=document.source,
        title=document.title,
        heading=" › ".join(path),
        asked=path[-1] if path else document.title,
        blocks=blocks,
        language=document.language,
        version=document.version,
        audience=document.audience,
        review_by=document.review_by,
    )


def _sections(document: Document) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Each run of blocks under one heading, with the headings above it but not the title."""
    open_headings: list[Block] = []
    body: list[Block] = []
    for block in document.blocks:
        if block.kind != "heading":
            body.append(block)
            continue
        if body:
            yield _path(open_headings, document.title), body
            body = []
        open_headings = [h for h in open_headings if h.level < block.level] + [block]
    if body:
        yield _path(open_headings, document.title), body


def _path(headings: list[Block], title: str) -> tuple[str, ...]:
    words = [heading.units[0] for heading in headings]
    return tuple(words[1:] if words[:1] == [title] else words)


def _parts(blocks: list[Block]) -> Iterator[tuple[Block, ...]]:
    """Blocks packed up to the limit; a lead-in that ends with a colon stays with what it leads."""
    packed: list[Block] = []
    for block in (piece for whole in blocks for piece in _pieces(whole)):
        size = sum(len(b.text) for b in packed) + len(block.text)
        leads = bool(packed) and packed[-1].text.endswith(":")
        if packed and size > MAX_CHARACTERS:
            carried = [packed.pop()] if leads and len(packed) > 1 else []
            yield tuple(packed)
            packed = carried
        packed.append(block)
    if packed:
        yield tuple(packed)


def _pieces(block: Block) -> Iterator[Block]:
    units: list[str] = []
    for unit in block.units:
        if units and sum(map(len, units)) + len(unit) > MAX_CHARACTERS:
            yield Block(block.kind, tuple(units))
            units = []
        units.append(unit)
    yield Block(block.kind, tuple(units))
