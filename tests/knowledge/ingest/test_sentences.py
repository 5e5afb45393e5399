import pytest

from knowledge.ingest.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Ask Dr. Lee. She knows.", ("Ask Dr. Lee.", "She knows.")),
        ("We open at 8 a.m. Bring an ID.", ("We open at 8 a.m.", "Bring an ID.")),
        ("It costs $4.50. Cash only!", ("It costs $4.50.", "Cash only!")),
        (
            "Llame a la Dra. Ruiz. ¿Y si no está? Espere.",
            ("Llame a la Dra. Ruiz.", "¿Y si no está?", "Espere."),
        ),
        ('Say "stop." Then wait.', ('Say "stop."', "Then wait.")),
        ("One\n line  only", ("One line only",)),
        ("", ()),
    ],
)
def test_sentences_end_where_they_end(text, sentences):
    assert split_sentences(text) == sentences
