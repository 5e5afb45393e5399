"""What a document is after loading: front matter and a run of blocks."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from knowledge.passage import Audience

BlockKind = Literal["heading", "paragraph", "list", "table"]


@dataclass(frozen=True)
class Block:
    """A heading (with its level), or something that is said.

    `units` are the smallest pieces that stand on their own: a paragraph's sentences, a list's
    items, a table's rows with the header's words in them.
    """

    kind: BlockKind
    units: tuple[str, ...]
    level: int = 0

    @property
    def text(self) -> str:
        """As it reads in a chat: a paragraph on one line, items and rows on their own."""
        return " ".join(self.units) if self.kind == "paragraph" else "\n".join(self.units)


@dataclass(frozen=True)
class FrontMatter:
    """What a document says about itself; None = not said."""

    title: str | None = None
    audience: Audience | None = None
    review_by: date | None = None
    language: str | None = None
    version: str | None = None
    intents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """A file's own words, before defaults are filled in."""

    front_matter: FrontMatter
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """An approved document; `source` is its path relative to `faq/`, `digest` its content hash."""

    source: str
    digest: str
    title: str
    audience: Audience
    review_by: date | None
    language: str
    version: str
    blocks: tuple[Block, ...]
