"""The network as it is shipped, and what is not loaded."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from agent.domain.terms import Category, Intent, Level
from agent.reader import reader as module
from agent.reader.lessons import CONTEXT, data_digest
from agent.reader.reader import MANIFEST, NETWORK, Manifest, Reader, load_reader
from knowledge.encoder import Encoder, load_encoder
from knowledge.errors import InputError

SHIPPED = Path(module.__file__).parent


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def reader(encoder: Encoder) -> Reader:
    return load_reader(encoder)


def test_the_network_was_taught_this_data():
    manifest = Manifest.model_validate_json((SHIPPED / MANIFEST).read_bytes())
    assert manifest.data == data_digest(), "run `make train`"
    assert set(manifest.labels["intent"]) == {*Intent, CONTEXT}


def test_an_impression_is_made_of_probabilities(reader: Reader):
    impression = reader.read("can I move my appointment to friday?")
    assert impression.intents.sum() == pytest.approx(1, abs=1e-4)
    assert sum(impression.languages.values()) == pytest.approx(1, abs=1e-4)
    assert 0 <= impression.dangers.danger <= impression.dangers.any <= 1.0001


def test_danger_and_intent_of_plain_messages(reader: Reader):
    danger = reader.read("everyone will manage fine once I'm not around anymore").dangers
    assert danger.danger > 0.9
    assert danger.likeliest[0] is Category.SELF_HARM
    assert danger.likeliest[1] >= Level.PASSIVE
    calm = reader.read("necesito un resurtido de mis gotas")
    assert calm.dangers.danger < 0.3
    assert reader.intents[int(calm.intents.argmax())] == "refill"
    assert calm.languages["es"] > 0.9


def test_the_spelling_of_a_links_address_says_nothing(reader: Reader):
    one, other = (
        reader.read(f"here is the form {link} can you open it").dangers.danger
        for link in ("https://KillBill.example/dead", "www.sunny-day.example/forms?id=3")
    )
    assert one == other


def test_threads_read_the_same(encoder: Encoder):
    texts = [f"do I owe anything for visit {n}" for n in range(40)]
    alone = [load_reader(encoder).read(text).intents for text in texts]
    with ThreadPoolExecutor(4) as workers:
        together = list(workers.map(lambda text: load_reader(encoder).read(text).intents, texts))
    np.testing.assert_array_equal(alone, together)


def test_what_is_missing_altered_or_foreign_is_not_loaded(encoder: Encoder, tmp_path: Path):
    with pytest.raises(InputError, match="missing"):
        load_reader(encoder, tmp_path)
    for name in (NETWORK, MANIFEST):
        shutil.copy(SHIPPED / name, tmp_path / name)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    (tmp_path / MANIFEST).write_text(json.dumps({**manifest, "encoder": "another"}))
    with pytest.raises(InputError, match="trained with another"):
        load_reader(encoder, tmp_path)
    (tmp_path / NETWORK).write_bytes(b"something else")
    with pytest.raises(InputError, match="altered"):
        load_reader(encoder, tmp_path)


def test_reading_needs_no_torch():
    code = (
        "import sys; from agent.reader.reader import load_reader;"
        "from knowledge.encoder import load_encoder; load_reader(load_encoder()).read('x');"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
