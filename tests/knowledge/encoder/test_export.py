"""The exported encoder against the same models under sentence-transformers."""

import numpy as np
import pytest

from knowledge.encoder import load_encoder
from knowledge.encoder.export import PREFIXES, load_reference
from knowledge.encoder.packed import read_packed
from knowledge.errors import InputError

TEXTS = [
    "what happens if i cancel the same day",
    "Patients pay the full fee for a missed visit, except in an emergency.",
    "¿Puedo llevar a mi hijo de quince años sin un adulto?",
    "El depósito de $40 se devuelve si avisa con 48 horas.",
    "ok",
]


@pytest.mark.slow
def test_exported_vectors_agree_with_sentence_transformers(tmp_path):
    reference = load_reference(tmp_path)
    encoder = load_encoder()
    stated = PREFIXES["stated"]
    vectors = reference.encode([stated + t for t in TEXTS], normalize_embeddings=True)
    expected = np.vstack([encoder._stated.correct(vector) for vector in np.asarray(vectors)])

    agreement = (encoder.encode_passages(TEXTS) * expected).sum(axis=1)

    assert agreement.min() > 0.96
    assert agreement.mean() > 0.98


def test_a_file_that_is_not_the_packed_model_is_refused(tmp_path):
    wrong = tmp_path / "wrong.bin"
    wrong.write_bytes(b"\0" * 100)

    with pytest.raises(InputError, match=r"wrong\.bin"):
        read_packed(wrong)
