import io

import docx
import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from knowledge.errors import InputError
from knowledge.ingest.loaders import load


def said(blocks) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks]


def make_docx() -> bytes:
    document = docx.Document()
    document.add_heading("Surgery day", 1)
    document.add_heading("Who drives me home?", 2)
    document.add_paragraph("An adult. We cannot operate without one.")
    table = document.add_table(rows=0, cols=3)
    for row in (("Check", "When", "Where"), ("First", "next day", "Clinic")):
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def make_pdf() -> bytes:
    styles = getSampleStyleSheet()
    table = Table([["Lens", "Price"], ["Single", "$90"], ["Progressive", "$240"]])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 1, colors.black)]))
    stream = io.BytesIO()
    SimpleDocTemplate(stream, title="Lenses").build(
        [
            Paragraph("Lenses and prices", styles["Title"]),
            Paragraph("How long do lenses take?", styles["Heading2"]),
            Paragraph(
                "Ten days. " + "Special lenses take longer than that. " * 6, styles["Normal"]
            ),
            Paragraph("Prices", styles["Heading2"]),
            table,
        ]
    )
    return stream.getvalue()


def test_markdown_keeps_tables_lists_and_links_readable(clinic):
    path = clinic.write(
        "a.md",
        "# Fees\n\nSee [our site](https://x.example/fees) or **call**:\n\n- Cards\n- Checks\n  only"
        " local\n\n| Visit | Price |\n|---|---|\n| First | $90 |\n| Second | |\n",
    )

    assert said(load(path, "a.md").blocks) == [
        ("heading", "Fees"),
        ("paragraph", "See our site (https://x.example/fees) or call:"),
        ("list", "- Cards\n- Checks only local"),
        ("table", "First: $90\nSecond"),
    ]


def test_markdown_questions_in_bold_or_with_a_q_are_headings(clinic):
    path = clinic.write("a.md", "**Do you take dogs?**\nNo.\n\nQ: And cats?\nA: Yes, cats.\n")

    assert said(load(path, "a.md").blocks) == [
        ("heading", "Do you take dogs?"),
        ("paragraph", "No."),
        ("heading", "And cats?"),
        ("paragraph", "Yes, cats."),
    ]


def test_html_reads_text_tables_and_meta_but_not_scripts_or_menus(clinic):
    path = clinic.write(
        "a.html",
        "<html lang='es-US'><head><title>Grupos</title><meta name='audience' content='patients'>"
        "</head><body><nav>Inicio</nav><script>alert(1)</script><h2>Horario</h2>"
        "<table><tr><th>Grupo</th><th>Día</th></tr><tr><td>Duelo</td><td>lunes</td></tr></table>"
        "<details><summary>¿Cuesta?</summary><p>Nada.</p></details></body></html>",
    )

    loaded = load(path, "a.html")

    assert loaded.front_matter.title == "Grupos"
    assert loaded.front_matter.audience == "patients"
    assert loaded.front_matter.language == "es"
    assert said(loaded.blocks) == [
        ("heading", "Horario"),
        ("table", "Duelo: lunes"),
        ("heading", "¿Cuesta?"),
        ("paragraph", "Nada."),
    ]


def test_word_documents_keep_headings_and_tables(clinic):
    path = clinic.write("a.docx", make_docx())

    assert said(load(path, "a.docx").blocks) == [
        ("heading", "Surgery day"),
        ("heading", "Who drives me home?"),
        ("paragraph", "An adult. We cannot operate without one."),
        ("table", "First — When: next day; Where: Clinic"),
    ]


def test_pdf_finds_headings_by_their_type_and_joins_wrapped_lines(clinic):
    path = clinic.write("a.pdf", make_pdf())

    loaded = load(path, "a.pdf")

    assert loaded.front_matter.title == "Lenses and prices"
    assert [b.text for b in loaded.blocks if b.kind == "heading"] == [
        "Lenses and prices",
        "How long do lenses take?",
        "Prices",
    ]
    assert said(loaded.blocks)[-1] == ("table", "Single: $90\nProgressive: $240")
    paragraph = next(b for b in loaded.blocks if b.kind == "paragraph")
    assert paragraph.units[0] == "Ten days."
    assert len(paragraph.units) == 7


def test_text_files_find_title_questions_and_bullets(clinic):
    path = clinic.write(
        "a.txt",
        "Portal help\n\nHow do I log in?\nWith your e-mail\nand the code.\n\n"
        "YOUR DATA\n\n- Name\n- Date",
    )

    assert said(load(path, "a.txt").blocks) == [
        ("heading", "Portal help"),
        ("heading", "How do I log in?"),
        ("paragraph", "With your e-mail and the code."),
        ("heading", "YOUR DATA"),
        ("list", "- Name\n- Date"),
    ]


def test_csv_makes_a_question_of_each_row(clinic):
    path = clinic.write("a.csv", '\ufeffQuestion,Answer\n"Open, Sunday?","No.\n- never"\n,\n')

    assert said(load(path, "a.csv").blocks) == [
        ("heading", "Open, Sunday?"),
        ("paragraph", "No."),
        ("list", "- never"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "question,reply\nx,y\n", r"a\.csv: line 1: column answer is missing"),
        ("a.csv", "question,answer,x\na,b,c\n", r"a\.csv: line 1: unknown column 'x'"),
        ("a.csv", "question,answer\nonly one\n", r"a\.csv: line 2: expected two values"),
        ("a.csv", "question,answer\nWhy?,\n", r"a\.csv: line 2: question or answer is empty"),
        ("a.csv", 'question,answer\nWhy?,"open\n', r"a\.csv: line \d: unexpected end"),
        ("a.md", "---\naudience: staff\n---\nx", r"a\.md: audience: must be public or patients"),
        ("a.md", "---\nreview_by: soon\n---\nx", r"a\.md: review_by: must be a date"),
        ("a.md", "---\nowner: me\n---\nx", r"a\.md: owner: unknown key"),
        ("a.md", "---\ntitle: A: b\n---\nx", r"a\.md: line 2: mapping values"),
        ("a.md", "---\ntitle: A\nno end", r"a\.md: line 1: front matter has no closing"),
        ("a.md", "---\nlanguage: Spanish\n---\nx", r"a\.md: language: must be a code"),
        ("a.md", b"fine\nbad \xff\n", r"a\.md: line 2: not UTF-8"),
        ("a.md", "# Only a heading\n", r"a\.md: no text"),
        ("a.html", "<html><script>1</script></html>", r"a\.html: no text"),
        ("a.docx", b"nonsense", r"a\.docx: not a Word document"),
        ("a.pdf", b"nonsense", r"a\.pdf: the PDF is damaged"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(clinic, name, content, message):
    path = clinic.write(name, content)

    with pytest.raises(InputError, match=message):
        load(path, name)


def test_a_word_document_cut_short_is_refused(clinic):
    whole = make_docx()

    with pytest.raises(InputError, match=r"a\.docx"):
        load(clinic.write("a.docx", whole[: len(whole) // 2]), "a.docx")


def test_a_pdf_of_pictures_is_refused(clinic):
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.rect(10, 10, 50, 50)
    canvas.save()

    with pytest.raises(InputError, match="no text could be found"):
        load(clinic.write("scan.pdf", stream.getvalue()), "scan.pdf")
