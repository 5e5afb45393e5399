"""What reads, loaded once."""

import pytest

from agent.reader.reader import Reader, load_reader
from agent.understanding.reading import Understanding
from knowledge.encoder import load_encoder


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader(load_encoder())


@pytest.fixture(scope="session")
def understanding(reader: Reader) -> Understanding:
    return Understanding(reader)
