from datetime import date

from knowledge.answer import LIMIT, compose_answer
from knowledge.ingest.chunks import Chunk
from knowledge.ingest.document import Block


def chunk(*blocks: Block) -> Chunk:
    return Chunk(
        "i", "a.md", "Fees", "Prices", "Prices", blocks, "en", "v", "public", date(2027, 1, 1)
    )


ROWS = tuple(f"Service {n} — Price: ${n}0; Note: needs a referral number {n}" for n in range(1, 25))


def test_of_a_long_table_the_rows_that_answer_are_taken_whole(encoder):
    rows = (*ROWS[:20], "Contact lens fitting — Price: $75; Note: on top of the exam")

    answer = compose_answer(
        "how much is a contact lens fitting", chunk(Block("table", rows)), encoder
    )

    assert "Contact lens fitting — Price: $75; Note: on top of the exam" in answer.text
    assert len(answer.text) <= LIMIT
    assert set(answer.text.splitlines()) <= set(rows)


def test_a_condition_is_not_cut_off_its_rule(encoder):
    filler = tuple(f"Room {n} has chairs and a plant in the corner by the door." for n in range(14))
    rule = "Late cancellation costs fifty dollars."
    limit = "However, it is free in an emergency."

    answer = compose_answer(
        "what does cancelling late cost",
        chunk(Block("paragraph", (*filler, rule, limit))),
        encoder,
    )

    assert f"{rule} {limit}" in answer.text


def test_a_list_keeps_what_leads_into_it(encoder):
    blocks = (
        Block("paragraph", tuple(f"The garden has tree number {n} in it." for n in range(20))),
        Block("paragraph", ("We do not charge for:",)),
        Block("list", ("- illness on the day", "- a death in the family")),
    )

    answer = compose_answer("is it free when i am ill", chunk(*blocks), encoder)

    assert "We do not charge for:\n- illness on the day" in answer.text


def test_a_short_passage_is_given_whole(encoder):
    blocks = (Block("paragraph", ("One.", "Two.")), Block("list", ("- three", "- four")))

    assert compose_answer("three?", chunk(*blocks), encoder).text == "One. Two.\n- three\n- four"
