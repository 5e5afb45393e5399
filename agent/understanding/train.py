"""Trains the triage models at set-up: `python -m agent.understanding.train`.

Same data and encoder, same weights: nothing here depends on the clock or on the order of files.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from agent.understanding.classifier import (
    Floats,
    IntentModel,
    Linear,
    Manifest,
    Neighbours,
    digest,
    folder,
    softmax,
)
from agent.understanding.examples import Example, data_digest, expanded, read_examples
from agent.understanding.features import BUCKETS, ngrams
from knowledge.encoder import Encoder, load_encoder
from knowledge.errors import InputError

CALIBRATION = "story"
"""The family that the temperature is fitted on: long messages told sideways, the hardest."""

INTENT_STRENGTH = 6.0
LANGUAGE_STRENGTH = 10.0
_EMBEDDING_WEIGHT = 2.0
_NGRAM_WEIGHT = 1.0


def sparse_features(texts: Sequence[str]) -> csr_matrix:
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        buckets, weights = ngrams(text)
        rows.append(np.full(len(buckets), row))
        columns.append(buckets)
        values.append(weights)
    cells = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csr_matrix(cells, shape=(len(texts), BUCKETS))


def fit(
    texts: Sequence[str], labels: Sequence[str], embeddings: Floats | None, strength: float
) -> Linear:
    """A regression over n-grams and, if given, embeddings; rare labels weigh more."""
    features = sparse_features(texts) * _NGRAM_WEIGHT
    width = 0
    if embeddings is not None:
        width = embeddings.shape[1]
        features = hstack([csr_matrix(embeddings * _EMBEDDING_WEIGHT), features]).tocsr()
    counts = {label: labels.count(label) for label in labels}
    weights = [(len(labels) / len(counts) / counts[label]) ** 0.5 for label in labels]
    model = LogisticRegression(C=strength, max_iter=120, tol=1e-3)
    model.fit(features, labels, sample_weight=weights)
    names = tuple(str(name) for name in model.classes_)
    coefficients, bias = model.coef_.T, model.intercept_
    if len(names) == 2:
        coefficients = np.hstack([-coefficients, coefficients]) / 2
        bias = np.concatenate([-bias, bias]) / 2
    return Linear(
        names,
        (coefficients[:width] * _EMBEDDING_WEIGHT).astype(np.float32),
        (coefficients[width:] * _NGRAM_WEIGHT).astype(np.float32),
        bias.astype(np.float32),
    )


def fit_intents(examples: Sequence[Example], embeddings: Floats) -> IntentModel:
    """An uncalibrated model (temperature 1)."""
    labels = [e.intent for e in examples]
    linear = fit([e.text for e in examples], labels, embeddings, INTENT_STRENGTH)
    numbers = np.array([linear.labels.index(label) for label in labels], dtype=np.int64)
    return IntentModel(linear, Neighbours(embeddings, numbers, len(linear.labels)))


def temperature(probabilities: Floats, truth: Sequence[int]) -> float:
    """The divisor of the scores under which held-out labels (their numbers) are likeliest."""
    scores = np.log(np.maximum(probabilities, 1e-12))

    def loss(logarithm: float) -> float:
        chances = softmax((scores / np.exp(logarithm)).astype(np.float32))
        return float(-np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-9)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def train(encoder: Encoder, place: Path) -> Manifest:
    """Writes `weights.npz` and `manifest.json`, the manifest last."""
    examples = list(expanded(read_examples()))
    embeddings = encoder.encode([e.text for e in examples])
    intent, language = fit_intents(examples, embeddings), fit_language(examples)
    place.mkdir(parents=True, exist_ok=True)
    weights = place / "weights.npz"
    np.savez(
        weights,
        intent_dense=intent.linear.dense,
        intent_sparse=intent.linear.sparse.astype(np.float16),
        intent_bias=intent.linear.bias,
        vectors=embeddings.astype(np.float16),
        vector_labels=intent.neighbours.labels.astype(np.int16),
        language_sparse=language.sparse.astype(np.float16),
        language_bias=language.bias,
    )
    manifest = Manifest(
        encoder=encoder.id,
        data=data_digest(),
        weights=digest(weights),
        intents=intent.labels,
        languages=language.labels,
        temperature=intent_temperature(examples, embeddings),
    )
    (place / "manifest.json").write_text(manifest.model_dump_json(indent=1), "utf-8")
    return manifest


def fit_language(examples: Sequence[Example]) -> Linear:
    """English or Spanish by n-grams alone; mixed examples are left out."""
    told = [e for e in examples if e.language in ("en", "es")]
    return fit([e.text for e in told], [e.language for e in told], None, LANGUAGE_STRENGTH)


def intent_temperature(examples: Sequence[Example], embeddings: Floats) -> float:
    """Fitted on a family that this model is not trained on."""
    held = np.array([e.family == CALIBRATION for e in examples])
    kept = [e for e, out in zip(examples, held, strict=True) if not out]
    asked = [e for e, out in zip(examples, held, strict=True) if out]
    model = fit_intents(kept, embeddings[~held])
    chances = model.probabilities([e.text for e in asked], embeddings[held])
    return temperature(chances, [model.labels.index(e.intent) for e in asked])


def main(arguments: Sequence[str]) -> int:
    if arguments:
        print("usage: python -m agent.understanding.train", file=sys.stderr)
        return 2
    try:
        manifest = train(load_encoder(), folder())
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"triage models for {len(manifest.intents)} intents written to {folder()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
