"""Finds headings, lists and paragraphs in plain lines, where no markup says which is which."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.ingest.document import Block
from knowledge.ingest.markup import INLINE_HEADING, paragraph_blocks

_ITEM = re.compile(r"^\s*(?:[-*•·–▪o]|\d{1,2}[.)])\s+")
_RULE = re.compile(r"^\s*([=\-_*])\1{2,}\s*$")
_ASKED = re.compile(r"^(?:Q|P|Pregunta|Question)\s*[:.]\s+", re.IGNORECASE)
_MAX_HEADING = 120


@dataclass(frozen=True)
class Line:
    """One line; level > 0 where the layout says it is a heading, 0 where it says it is not."""

    text: str
    level: int | None = None

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def text_lines(text: str, *, titled: bool = True) -> list[Line]:
    """The lines of a text file, headings told by shape; `titled`: the first may be the title."""
    raw = text.splitlines()
    lines: list[Line] = []
    for number, content in enumerate(raw):
        if _RULE.match(content):
            if lines and not lines[-1].is_blank and content.strip()[0] in "=-":
                lines[-1] = Line(lines[-1].text.lstrip("# "), 1 if "=" in content else 2)
            continue
        first = titled and not any(not line.is_blank for line in lines)
        following = raw[number + 1].strip() if number + 1 < len(raw) else ""
        before = raw[number - 1].strip() if number else ""
        lines.append(Line(content, _level(content.strip(), before, following, first)))
    return lines


def line_blocks(lines: Iterable[Line]) -> tuple[Block, ...]:
    """Blocks in reading order; a line without a bullet goes on the item or paragraph before it."""
    blocks: list[Block] = []
    paragraph: list[str] = []
    items: list[str] = []

    def close() -> None:
        blocks.extend(paragraph_blocks(" ".join(paragraph)))
        if items:
            blocks.append(Block("list", tuple(items)))
        paragraph.clear()
        items.clear()

    for line in lines:
        text = line.text.strip()
        if line.is_blank:
            close()
        elif line.level:
            close()
            blocks.append(Block("heading", (text.lstrip("# ").rstrip(":"),), line.level))
        elif _ITEM.match(line.text):
            if paragraph:
                close()
            items.append(" ".join(text.split()))
        elif items and line.text.startswith((" ", "\t")):
            items[-1] += f" {' '.join(text.split())}"
        elif _ASKED.match(text):
            close()
            blocks.extend(paragraph_blocks(text))
        else:
            if items:
                close()
            paragraph.append(text)
    close()
    return tuple(blocks)


def _level(text: str, before: str, following: str, first: bool) -> int | None:
    if not text or len(text) > _MAX_HEADING or _ITEM.match(text) or _ASKED.match(text):
        return None
    if first and not text.endswith((".", ",", ";")) and not following:
        return 1
    letters = [c for c in text if c.isalpha()]
    starts = not before or before.endswith((".", "?", "!"))
    if len(letters) > 3 and all(c.isupper() for c in letters) and starts:
        return 2
    if (text.endswith("?") and starts and following and text[0] in "¿") or _is_question(
        text, starts
    ):
        return INLINE_HEADING if not following else 3
    return None


def _is_question(text: str, starts: bool) -> bool:
    return starts and text.endswith("?") and text.count("?") == 1 and ". " not in text
