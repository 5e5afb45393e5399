"""The trained models at run time: embedding and n-grams in, calibrated probabilities out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.understanding.features import ngrams
from knowledge.encoder import models_dir
from knowledge.errors import InputError

Floats = NDArray[np.float32]
FOLDER = "understanding"


CLOSENESS = 30.0
"""How fast an example loses its say with distance (cosine)."""

NEIGHBOUR_SAY = 0.3
"""The weight of the neighbours beside the regression, both as logarithms (fitted on families of
examples held out: 3 to 4 points of route accuracy on manners of writing never trained on)."""

_LEAST = 1e-4


@dataclass(frozen=True)
class Linear:
    """One logistic regression. `dense` is (embedding, labels) and may have no rows; `sparse` is
    (buckets, labels)."""

    labels: tuple[str, ...]
    dense: Floats
    sparse: Floats
    bias: Floats

    def probabilities(self, texts: Sequence[str], embeddings: Floats | None = None) -> Floats:
        """Shape (n, labels); rows sum to one."""
        scores = np.tile(self.bias, (len(texts), 1))
        if embeddings is not None:
            scores = scores + embeddings @ self.dense
        for row, text in zip(scores, texts, strict=True):
            buckets, weights = ngrams(text)
            row += weights @ self.sparse[buckets]
        return softmax(scores)


@dataclass(frozen=True)
class Neighbours:
    """The training examples themselves: what the nearest ones in meaning are labelled.

    `vectors` is (examples, embedding), `labels` the number of each one's label.
    """

    vectors: Floats
    labels: NDArray[np.int64]
    count: int

    def probabilities(self, embeddings: Floats) -> Floats:
        nearness = embeddings @ self.vectors.T
        say = np.exp(CLOSENESS * (nearness - nearness.max(axis=1, keepdims=True)))
        totals = np.stack(
            [np.bincount(self.labels, weights=row, minlength=self.count) for row in say]
        )
        return np.asarray(totals / totals.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True)
class IntentModel:
    """`temperature` divides the scores so that probabilities mean what they say."""

    linear: Linear
    neighbours: Neighbours
    temperature: float = 1.0

    @property
    def labels(self) -> tuple[str, ...]:
        return self.linear.labels

    def probabilities(self, texts: Sequence[str], embeddings: Floats) -> Floats:
        """Shape (n, labels); rows sum to one."""
        regression = np.log(np.maximum(self.linear.probabilities(texts, embeddings), 1e-12))
        near = np.log(np.maximum(self.neighbours.probabilities(embeddings), _LEAST))
        scores = np.asarray(regression + NEIGHBOUR_SAY * near, dtype=np.float32)
        return softmax(scores / np.float32(self.temperature))


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


class Manifest(BaseModel):
    """Beside the weights: what they were trained on and with, and their hash."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str
    data: str
    weights: str
    intents: tuple[str, ...]
    languages: tuple[str, ...]
    temperature: float


@dataclass(frozen=True)
class Models:
    intent: IntentModel
    language: Linear


def folder() -> Path:
    return models_dir() / FOLDER


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_models(encoder_id: str) -> Models:
    """The models that set-up trained; InputError when they are missing or do not fit."""
    place = folder()
    try:
        manifest = Manifest.model_validate_json((place / "manifest.json").read_bytes())
        found = digest(place / "weights.npz")
    except FileNotFoundError:
        raise InputError(f"{place}: the triage models are missing: run `make setup`") from None
    except ValidationError:
        raise InputError(f"{place}/manifest.json is not readable: run `make setup`") from None
    if found != manifest.weights:
        raise InputError(f"{place}/weights.npz has changed since training: run `make setup`")
    if manifest.encoder != encoder_id:
        raise InputError(f"{place} was trained with another sentence encoder: run `make setup`")
    with np.load(place / "weights.npz", allow_pickle=False) as arrays:
        regression = Linear(
            manifest.intents,
            arrays["intent_dense"],
            arrays["intent_sparse"].astype(np.float32),
            arrays["intent_bias"],
        )
        near = Neighbours(
            arrays["vectors"].astype(np.float32),
            arrays["vector_labels"].astype(np.int64),
            len(manifest.intents),
        )
        language = Linear(
            manifest.languages,
            np.zeros((0, len(manifest.languages)), dtype=np.float32),
            arrays["language_sparse"].astype(np.float32),
            arrays["language_bias"],
        )
    return Models(IntentModel(regression, near, manifest.temperature), language)
