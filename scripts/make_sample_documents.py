"""Writes the sample practices' PDF and Word documents from the texts in `sample_documents/`.

A source is `NAME.pdf.md` or `NAME.docx.md` at the place that the document has under the
practice's `faq/`: an optional first line `lang: es`, one `#` title, `##` headings, paragraphs,
`-` bullets and pipe tables. The documents are committed; run this after changing a source.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "scripts" / "sample_documents"
PRACTICES = ROOT / "knowledge" / "practices"
WRITTEN = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document; `rows` only for a table."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    language: str
    blocks: tuple[Block, ...]


def read(source: Path) -> Text:
    lines = source.read_text(encoding="utf-8").splitlines()
    language = "en"
    if lines[0].startswith("lang: "):
        language = lines.pop(0).removeprefix("lang: ").strip()
    title = lines[0].removeprefix("# ").strip()
    blocks: list[Block] = []
    table: list[tuple[str, ...]] = []
    for line in [*lines[1:], ""]:
        if line.startswith("|"):
            cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
            if not set("".join(cells)) <= {"-"}:
                table.append(cells)
            continue
        if table:
            blocks.append(Block("table", rows=tuple(table)))
            table = []
        if line.strip():
            blocks.append(_block(line))
    return Text(title, language, tuple(blocks))


def _block(line: str) -> Block:
    if line.startswith("## "):
        return Block("heading", line[3:].strip())
    if line.startswith("- "):
        return Block("bullet", line[2:].strip())
    return Block("paragraph", line.strip())


def write_docx(text: Text, target: Path) -> None:
    document = Document()
    properties = document.core_properties
    properties.title, properties.language = text.title, text.language
    properties.author = "Front desk"
    properties.created = properties.modified = WRITTEN
    document.add_heading(text.title, level=1)
    styles = {"heading": "Heading 2", "bullet": "List Bullet", "paragraph": "Normal"}
    for block in text.blocks:
        if block.kind != "table":
            document.add_paragraph(block.text, style=styles[block.kind])
            continue
        table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
        for row in block.rows:
            for cell, words in zip(table.add_row().cells, row, strict=True):
                cell.text = words
    document.save(str(target))


def write_pdf(text: Text, target: Path) -> None:
    styles = getSampleStyleSheet()
    names = {"heading": "Heading2", "bullet": "Bullet", "paragraph": "BodyText"}
    story: list[Flowable] = [Paragraph(escape(text.title), styles["Heading1"])]
    for block in text.blocks:
        if block.kind == "table":
            story += [Table([list(row) for row in block.rows], hAlign="LEFT"), Spacer(1, 8)]
        else:
            bullet = "-" if block.kind == "bullet" else None
            story.append(Paragraph(escape(block.text), styles[names[block.kind]], bullet))
    SimpleDocTemplate(
        str(target), pagesize=LETTER, title=text.title, lang=text.language, invariant=1
    ).build(story)


def main() -> None:
    for source in sorted(SOURCES.rglob("*.md")):
        practice, *folders = source.relative_to(SOURCES).parent.parts
        target = PRACTICES.joinpath(practice, "faq", *folders, source.stem)
        target.parent.mkdir(parents=True, exist_ok=True)
        write = write_pdf if target.suffix == ".pdf" else write_docx
        write(read(source), target)
        print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
