"""Turns Markdown into blocks, with the marks of formatting taken off and links kept readable."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from knowledge.ingest.document import Block
from knowledge.ingest.sentences import split_sentences

_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
_TAG = re.compile(r"<!--.*?-->|<[^>]+>", re.DOTALL)
_QUESTION_MARK = re.compile(r"^(?:Q|P|Pregunta|Question)\s*[:.]\s+", re.IGNORECASE)
_ANSWER_MARK = re.compile(r"^(?:A|R|Respuesta|Answer)\s*[:.]\s+", re.IGNORECASE)
# Deeper than any Markdown heading: a bold line or a `Q:` opens a section inside the current one.
INLINE_HEADING = 7
_MAX_HEADING = 160


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """Blocks in reading order."""
    return tuple(_blocks(SyntaxTreeNode(_PARSER.parse(text))))


def paragraph_blocks(text: str, *, is_heading: bool = False) -> list[Block]:
    """A paragraph, or the heading that it is: a line of bold type, a `Q:`, with the `A:` after."""
    text = " ".join(text.split())
    if not text:
        return []
    if asked := _QUESTION_MARK.match(text):
        return [Block("heading", (text[asked.end() :],), INLINE_HEADING)]
    if is_heading and len(text) <= _MAX_HEADING:
        return [Block("heading", (text.rstrip(":"),), INLINE_HEADING)]
    return [Block("paragraph", split_sentences(_ANSWER_MARK.sub("", text)))]


def table_block(rows: Sequence[Sequence[str]]) -> Block | None:
    """Rows as readable lines that carry the header's words; None when nothing is in it."""
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if len(cells) < 2:
        return Block("table", (" ".join(cells[0]).strip(),)) if cells else None
    header, *body = cells
    return Block("table", tuple(_row_line(header, row) for row in body))


def _row_line(header: Sequence[str], row: Sequence[str]) -> str:
    name, *rest = row
    if len(row) == 2:
        return f"{name}: {rest[0]}" if name and rest[0] else name or rest[0]
    named = [
        f"{label}: {value}" if label else value
        for label, value in zip(header[1:], rest, strict=False)
        if value
    ]
    return f"{name} — {'; '.join(named)}" if name and named else name or "; ".join(named)


def _blocks(root: SyntaxTreeNode) -> list[Block]:
    found: list[Block] = []
    for node in root.children:
        found.extend(_block(node))
    return found


def _block(node: SyntaxTreeNode) -> list[Block]:
    match node.type:
        case "heading":
            text = _inline(node)
            return [Block("heading", (text.rstrip(":"),), int(node.tag[1]))] if text else []
        case "paragraph":
            return _paragraph(node)
        case "bullet_list" | "ordered_list":
            return [Block("list", items)] if (items := tuple(_items(node))) else []
        case "table":
            rows = [
                [_inline(cell) for cell in row.children] for row in node.walk() if row.type == "tr"
            ]
            block = table_block(rows)
            return [block] if block else []
        case "code_block" | "fence":
            return paragraph_blocks(node.content)
        case "html_block":
            return paragraph_blocks(_TAG.sub(" ", node.content))
        case "hr":
            return []
        case _:
            return _blocks(node)


def _paragraph(node: SyntaxTreeNode) -> list[Block]:
    lines = _lines(node)
    found: list[Block] = []
    pending: list[str] = []
    for line, bold in lines:
        if _QUESTION_MARK.match(line) or (bold and not pending):
            found += paragraph_blocks(" ".join(pending))
            found += paragraph_blocks(line, is_heading=bold)
            pending = []
        else:
            pending.append(line)
    return found + paragraph_blocks(" ".join(pending))


def _lines(node: SyntaxTreeNode) -> list[tuple[str, bool]]:
    """The source lines of a paragraph; True where a line is bold type and nothing else."""
    lines: list[list[Token]] = [[]]
    for token in node.children[0].to_tokens()[0].children or []:
        if token.type in ("softbreak", "hardbreak"):
            lines.append([])
        else:
            lines[-1].append(token)
    return [(_plain(tokens), _is_bold(tokens)) for tokens in lines]


def _is_bold(tokens: Sequence[Token]) -> bool:
    shown = [t for t in tokens if t.type != "text" or t.content.strip(" :")]
    return (
        len(shown) >= 3
        and shown[0].type == "strong_open"
        and shown[-1].type == "strong_close"
        and sum(t.type == "strong_open" for t in shown) == 1
    )


def _items(node: SyntaxTreeNode, indent: str = "") -> list[str]:
    items: list[str] = []
    numbered = node.type == "ordered_list"
    start = int(node.attrs.get("start", 1)) if numbered else 1
    for number, item in enumerate(node.children, start):
        texts = [
            _inline(child) for child in item.children if child.type in ("paragraph", "heading")
        ]
        mark = f"{number}." if numbered else "-"
        items.append(f"{indent}{mark} {' '.join(texts)}".rstrip())
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                items.extend(_items(child, indent + "  "))
    return items


def _inline(node: SyntaxTreeNode) -> str:
    tokens: list[Token] = []
    for child in node.children:
        if child.type == "inline":
            tokens += child.to_tokens()[0].children or []
    return _plain(tokens)


def _plain(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        if token.type in ("text", "code_inline", "image"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak", "html_inline"):
            parts.append(" ")
        elif token.type == "link_open":
            links.append((str(token.attrs.get("href", "")), len(parts)))
        elif token.type == "link_close":
            target, start = links.pop()
            parts.append(_shown_target(target, "".join(parts[start:])))
    return " ".join("".join(parts).split())


def _shown_target(target: str, label: str) -> str:
    if not target.startswith(("http://", "https://")) or target.rstrip("/") in label:
        return ""
    return f" ({target})"
