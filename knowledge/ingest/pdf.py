"""Reads a PDF with its layout: larger or bolder type makes a heading, ruled cells make a table."""

import io
import statistics
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFTextExtractionNotAllowed
from pdfminer.pdfparser import PDFSyntaxError
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException

from knowledge.errors import InputError
from knowledge.ingest.document import Block, FrontMatter, Loaded
from knowledge.ingest.lines import Line, line_blocks
from knowledge.ingest.markup import table_block

_PARAGRAPH_GAP = 0.7
_LARGER = 1.1
_MAX_HEADING = 160
_UNTITLED = {"", "untitled", "(anonymous)", "(unspecified)"}


def load_pdf(data: bytes, where: str) -> Loaded:
    """InputError when it is damaged, locked or only pictures."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            title = str((pdf.metadata or {}).get("Title") or "").strip()
            pages = [_page_parts(page) for page in pdf.pages]
    except (PDFEncryptionError, PDFTextExtractionNotAllowed):
        raise InputError(f"{where}: the PDF is locked with a password") from None
    except (PdfminerException, PDFSyntaxError, PSException, ValueError, KeyError) as error:
        raise InputError(f"{where}: the PDF is damaged ({type(error).__name__})") from None
    parts = [part for page in pages for part in page]
    sizes = [line["size"] for line in parts if "size" in line for _ in line["text"]]
    body = statistics.median(sizes) if sizes else 0.0
    levels = _levels(parts, body)
    front_matter = FrontMatter(title=None if title.lower() in _UNTITLED else title)
    return Loaded(front_matter, tuple(_blocks(parts, body, levels)))


def _page_parts(page: Any) -> list[dict[str, Any]]:
    """Lines and tables from top to bottom, as {text,size,bold,top,bottom} or {rows,top}."""
    tables = [t for t in page.find_tables() if len(t.rows) > 1 and len(t.rows[0].cells) > 1]
    parts: list[dict[str, Any]] = []
    for table in tables:
        rows = [[cell or "" for cell in row] for row in table.extract()]
        parts.append({"rows": rows, "top": table.bbox[1], "bottom": table.bbox[3]})
    for line in page.extract_text_lines(return_chars=True):
        middle = (line["top"] + line["bottom"]) / 2
        inside = any(t.bbox[1] <= middle <= t.bbox[3] for t in tables)
        if not inside and line["text"].strip():
            parts.append(_line_part(line))
    return sorted(parts, key=lambda part: part["top"])


def _line_part(line: dict[str, Any]) -> dict[str, Any]:
    shown = [c for c in line["chars"] if c["text"].strip()]
    return {
        "text": line["text"],
        "size": round(statistics.median(c["size"] for c in shown), 1),
        "bold": all("bold" in c["fontname"].lower() for c in shown),
        "top": line["top"],
        "bottom": line["bottom"],
    }


def _levels(parts: list[dict[str, Any]], body: float) -> dict[float, int]:
    larger = {p["size"] for p in parts if "size" in p and p["size"] > body * _LARGER}
    return {size: level for level, size in enumerate(sorted(larger, reverse=True), 1)}


def _blocks(parts: list[dict[str, Any]], body: float, levels: dict[float, int]) -> list[Block]:
    blocks: list[Block] = []
    lines: list[Line] = []
    previous: dict[str, Any] | None = None
    for part in parts:
        if "rows" in part:
            blocks += line_blocks(lines)
            lines, previous = [], None
            table = table_block(part["rows"])
            blocks += [table] if table else []
            continue
        level = _level(part, levels)
        gap = part["top"] - previous["bottom"] if previous else 0.0
        wrapped = bool(
            level and previous and lines and lines[-1].level == level and gap < body * 0.6
        )
        if wrapped:
            lines[-1] = Line(f"{lines[-1].text} {part['text']}", level)
        else:
            if previous and (gap > body * _PARAGRAPH_GAP or gap < 0):
                lines.append(Line(""))
            lines.append(Line(part["text"], level))
        previous = part
    return blocks + list(line_blocks(lines))


def _level(part: dict[str, Any], levels: dict[float, int]) -> int:
    if part["size"] in levels:
        return levels[part["size"]]
    short = len(part["text"]) <= _MAX_HEADING and not part["text"].rstrip().endswith((".", ","))
    return len(levels) + 1 if part["bold"] and short else 0
