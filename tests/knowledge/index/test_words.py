import pytest

from knowledge.index.concepts import STEMMERS, load_concepts
from knowledge.index.words import WordIndex
from knowledge.ingest.chunks import Chunk
from knowledge.ingest.document import Block


def chunk(name: str, text: str, language: str = "en") -> Chunk:
    block = Block("paragraph", (text,))
    return Chunk(name, "a.md", "", "", "", (block,), language, "v", "public", None)


@pytest.fixture(scope="module")
def index() -> WordIndex:
    return WordIndex(
        [
            chunk("parking", "Parking is free behind the building."),
            chunk("kaiser", "We are in network with Kaiser."),
            chunk("horario", "Los sábados cerramos a las dos.", "es"),
            chunk("pets", "Dogs stay at home."),
        ]
    )


def best(index: WordIndex, question: str, language: str) -> str:
    scores = index.scores(question, language)
    return max(scores, key=lambda i: scores[i])


@pytest.mark.parametrize(
    ("question", "language", "name"),
    [
        ("are dogs ok", "en", "pets"),
        ("dónde estaciono", "es", "parking"),
        ("closing on saturday", "en", "horario"),
        ("¿toman Kaiser?", "es", "kaiser"),
        ("SÁBADOS", "es", "horario"),
    ],
)
def test_words_are_found_by_stem_concept_and_name(index, question, language, name):
    assert best(index, question, language) == name


def test_shares_lie_between_nothing_and_everything(index):
    share, covered = index.scores("free parking building", "en")["parking"]
    _, partly = index.scores("free parking helicopter", "en")["parking"]

    assert 0 < share <= 1
    assert covered == 1.0
    assert 0 < partly < 1


@pytest.mark.parametrize("question", ["helicopter", "is it the", ""])
def test_no_shared_word_gives_nothing(index, question):
    assert index.scores(question, "en") == {}


def test_an_empty_index_answers_nothing():
    assert WordIndex([]).scores("parking", "en") == {}


def test_the_concept_table_is_sound():
    concepts = load_concepts()

    assert set(concepts) == set(STEMMERS)
    assert concepts["en"]["park"] == concepts["es"]["estacion"] == "#park"
