"""Reads a file of any accepted format into front matter and blocks: one loader a format."""

import knowledge.quiet  # noqa: F401

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from markitdown import StreamInfo
from markitdown.converters import DocxConverter, HtmlConverter

from knowledge.errors import InputError
from knowledge.ingest.document import Block, FrontMatter, Loaded
from knowledge.ingest.front_matter import KEYS, check_front_matter, split_front_matter
from knowledge.ingest.lines import line_blocks, text_lines
from knowledge.ingest.markup import markdown_blocks
from knowledge.ingest.pdf import load_pdf
from knowledge.ingest.sentences import split_sentences

Loader = Callable[[bytes, str], Loaded]
_UNSEEN = ["script", "style", "nav", "noscript", "template", "svg", "form", "button", "iframe"]
_CSV_ANSWER_COLUMNS = ("question", "answer")


def load(path: Path, where: str) -> Loaded:
    """InputError names the file (as `where`) and the line or key when it cannot be read."""
    loaded = LOADERS[path.suffix.lower()](path.read_bytes(), where)
    if not any(block.kind != "heading" for block in loaded.blocks):
        raise InputError(f"{where}: no text could be found in it")
    return loaded


def _load_markdown(data: bytes, where: str) -> Loaded:
    front_matter, body = split_front_matter(_decoded(data, where), where)
    return Loaded(front_matter, markdown_blocks(body))


def _load_text(data: bytes, where: str) -> Loaded:
    front_matter, body = split_front_matter(_decoded(data, where), where)
    return Loaded(front_matter, line_blocks(text_lines(body)))


def _load_html(data: bytes, where: str) -> Loaded:
    front_matter, body = split_front_matter(_decoded(data, where), where)
    soup = BeautifulSoup(body, "html.parser")
    front_matter = _html_front_matter(soup, front_matter, where)
    for tag in soup(_UNSEEN):
        tag.decompose()
    for tag in soup(["summary", "dt"]):
        tag.name = "h5"
    for tag in soup(["dd", "details", "dl"]):
        tag.name = "div"
    return Loaded(front_matter, markdown_blocks(_html_to_markdown(str(soup))))


def _html_front_matter(soup: BeautifulSoup, given: FrontMatter, where: str) -> FrontMatter:
    """Front matter above the page wins over the page's own title, lang and meta tags."""
    values: dict[str, Any] = {}
    for key in KEYS:
        tag = soup.find("meta", attrs={"name": key})
        if isinstance(tag, Tag):
            values[key] = str(tag.get("content", ""))
    if isinstance(soup.html, Tag) and soup.html.get("lang"):
        values.setdefault("language", str(soup.html["lang"]))
    if isinstance(soup.title, Tag) and soup.title.get_text(strip=True):
        values.setdefault("title", soup.title.get_text(" ", strip=True))
    page = check_front_matter(values, where)
    return FrontMatter(
        title=given.title or page.title,
        audience=given.audience or page.audience,
        review_by=given.review_by or page.review_by,
        language=given.language or page.language,
        version=given.version or page.version,
        intents=given.intents or page.intents,
    )


def _html_to_markdown(html: str) -> str:
    stream = io.BytesIO(html.encode("utf-8"))
    info = StreamInfo(extension=".html", charset="utf-8")
    return str(HtmlConverter().convert(stream, info).markdown)


def _load_docx(data: bytes, where: str) -> Loaded:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise InputError(f"{where}: not a Word document (.docx)")
    try:
        converted = DocxConverter().convert(io.BytesIO(data), StreamInfo(extension=".docx"))
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise InputError(
            f"{where}: the Word document is damaged ({type(error).__name__})"
        ) from None
    front_matter, body = split_front_matter(str(converted.markdown), where)
    return Loaded(front_matter, markdown_blocks(body))


def _load_csv(data: bytes, where: str) -> Loaded:
    front_matter, body = split_front_matter(_decoded(data, where), where)
    rows = csv.DictReader(io.StringIO(body), strict=True)
    columns = [(name or "").strip().lower() for name in rows.fieldnames or []]
    rows.fieldnames = columns
    missing = [name for name in _CSV_ANSWER_COLUMNS if name not in columns]
    unknown = [name for name in columns if name not in _CSV_ANSWER_COLUMNS]
    if missing or unknown:
        wrong = f"column {missing[0]} is missing" if missing else f"unknown column {unknown[0]!r}"
        raise InputError(f"{where}: line 1: {wrong} (expected question,answer)")
    blocks: list[Block] = []
    try:
        for row in rows:
            blocks += _csv_row(row, f"{where}: line {rows.line_num}")
    except csv.Error as error:
        raise InputError(f"{where}: line {rows.line_num}: {error}") from None
    return Loaded(front_matter, tuple(blocks))


def _csv_row(row: dict[str, Any], where: str) -> list[Block]:
    question, answer = row.get("question"), row.get("answer")
    if None in row or question is None or answer is None:
        raise InputError(f"{where}: expected two values, question and answer")
    if not question.strip() and not answer.strip():
        return []
    if not question.strip() or not answer.strip():
        raise InputError(f"{where}: question or answer is empty")
    heading = Block("heading", (" ".join(question.split()),), 2)
    lines = [line for line in answer.splitlines() if line.strip()]
    if len(lines) > 1:
        return [heading, *line_blocks(text_lines(answer, titled=False))]
    return [heading, Block("paragraph", split_sentences(answer))]


def _load_pdf(data: bytes, where: str) -> Loaded:
    loaded = load_pdf(data, where)
    first = loaded.blocks[0] if loaded.blocks else None
    # What stands on the page wins over the file's own title, which is often a template's name.
    if first and first.kind == "heading":
        return replace(loaded, front_matter=FrontMatter(title=first.units[0]))
    return loaded


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{where}: line {line}: not UTF-8 text") from None


LOADERS: dict[str, Loader] = {
    ".md": _load_markdown,
    ".markdown": _load_markdown,
    ".html": _load_html,
    ".htm": _load_html,
    ".pdf": _load_pdf,
    ".docx": _load_docx,
    ".csv": _load_csv,
    ".txt": _load_text,
}
