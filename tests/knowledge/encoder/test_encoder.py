import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import MODELS_DIR_VARIABLE, Encoder, load_encoder
from knowledge.errors import InputError


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_rows_are_unit_length_float32_in_the_order_asked(encoder):
    texts = ["Where can I park?", "hi", "¿Cuánto cuesta cancelar tarde?"]

    rows = encoder.encode(texts)

    assert rows.shape == (3, encoder.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(rows[1], encoder.encode(["hi"])[0])


def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_the_empty_text_has_a_vector(encoder):
    assert np.isfinite(encoder.encode([""])).all()


def test_a_text_means_the_same_whatever_is_encoded_beside_it(encoder):
    alone = encoder.encode_passages(["Parking is free."])[0]
    beside = encoder.encode_passages(["A much longer text about fees. " * 30, "Parking is free."])

    np.testing.assert_array_equal(alone, beside[1])


def test_a_spanish_question_meets_the_english_passage(encoder):
    question = encoder.encode(["¿Dónde puedo estacionar mi carro?"])
    passages = encoder.encode_passages(
        ["Free parking is behind the building.", "Refills take three business days."]
    )

    parking, refills = (question @ passages.T)[0]

    assert parking > refills + 0.2


def test_what_a_caller_does_to_its_rows_stays_with_the_caller(encoder):
    first = encoder.encode(["remembered"])
    first[:] = 0

    assert np.linalg.norm(encoder.encode(["remembered"])) == pytest.approx(1, abs=1e-5)


def test_threads_get_the_same_vectors(encoder):
    texts = [f"question number {n}" for n in range(40)]
    expected = encoder.encode(texts)
    results: dict[int, np.ndarray] = {}

    def work(slot: int) -> None:
        results[slot] = np.vstack([encoder.encode([text]) for text in texts])

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for rows in results.values():
        np.testing.assert_array_equal(rows, expected)
    assert len(results) == 4


def test_missing_models_name_the_command_that_makes_them(tmp_path, monkeypatch):
    monkeypatch.setenv(MODELS_DIR_VARIABLE, str(tmp_path))

    with pytest.raises(InputError, match="make setup"):
        load_encoder()


def test_a_manifest_that_does_not_fit_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(MODELS_DIR_VARIABLE, str(tmp_path))
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder" / "manifest.json").write_text('{"id": "x"}')

    with pytest.raises(InputError, match=r"manifest\.json: model"):
        load_encoder()


def test_loading_does_not_bring_torch_into_the_process():
    code = (
        "import sys; from knowledge.encoder import load_encoder; load_encoder().encode(['x']);"
        "sys.exit(any(m in sys.modules for m in ('torch', 'transformers')))"
    )

    checkout = Path(__file__).resolve().parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=checkout, check=False).returncode == 0
