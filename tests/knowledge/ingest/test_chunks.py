from datetime import date

from knowledge.ingest.chunks import MAX_CHARACTERS, chunk_document
from knowledge.ingest.document import Block, Document


def document(*blocks: Block) -> Document:
    return Document("a.md", "d", "Policy", "public", date(2027, 1, 1), "en", "v1", blocks)


def heading(text: str, level: int) -> Block:
    return Block("heading", (text,), level)


def say(*sentences: str) -> Block:
    return Block("paragraph", sentences)


def test_each_heading_makes_a_passage_with_the_headings_above_it():
    chunks = chunk_document(
        document(
            heading("Policy", 1),
            say("Read this."),
            heading("Fees", 2),
            heading("Late", 3),
            say("$5."),
            heading("Early", 3),
            say("Free."),
            heading("Hours", 2),
            say("Nine."),
        )
    )

    assert [(c.heading, c.asked, c.text) for c in chunks] == [
        ("", "Policy", "Read this."),
        ("Fees › Late", "Late", "$5."),
        ("Fees › Early", "Early", "Free."),
        ("Hours", "Hours", "Nine."),
    ]
    assert {(c.version, c.audience, c.review_by) for c in chunks} == {
        ("v1", "public", date(2027, 1, 1))
    }


def test_a_long_section_is_cut_between_sentences_and_loses_nothing():
    sentences = tuple(f"Sentence number {n} says a little more." for n in range(60))

    chunks = chunk_document(document(heading("Long", 2), say(*sentences)))

    assert len(chunks) > 1
    assert all(len(c.text) <= MAX_CHARACTERS + 60 for c in chunks)
    assert [u for c in chunks for b in c.blocks for u in b.units] == list(sentences)
    assert {c.asked for c in chunks} == {"Long"}


def test_what_leads_into_a_list_stays_with_it():
    chunks = chunk_document(
        document(
            heading("Fees", 2),
            say("x" * 875 + "."),
            say("We waive the fee:"),
            Block("list", ("- once a year", "- when you are ill")),
        )
    )

    assert chunks[1].text == "We waive the fee:\n- once a year\n- when you are ill"


def test_the_same_document_gives_the_same_ids_and_another_text_other_ones():
    first = chunk_document(document(heading("Fees", 2), say("$5.")))
    again = chunk_document(document(heading("Fees", 2), say("$5.")))
    other = chunk_document(document(heading("Fees", 2), say("$6.")))

    assert first == again
    assert first[0].id != other[0].id
