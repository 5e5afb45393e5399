"""The local classifier: a sentence vector and hashed word pairs in, a likely danger out.

Multinomial logistic regression, trained by `python -m agent.safety.train`, applied with numpy. It
takes vectors, not the encoder, so the safety room needs no model to be alive.
"""

import hashlib
import itertools
import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.domain.terms import Category, Level
from knowledge.errors import InputError

BUCKETS = 8192
"""Hash buckets for words and word pairs."""

WORD_WEIGHT = 1.0
"""Length of the hashed part of a row; the sentence vector has length 1 too."""

SHORT = 4
"""A message of at most so many words says little: the lexicon judges it, unless it is clear."""

NO_DANGER = "none"
_FOLDER = "safety"


@dataclass(frozen=True, slots=True)
class Raised:
    level: Level
    category: Category
    probability: float
    """Probability that the message speaks of any danger (of distress, for level 1)."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which a finding counts; `cautious` when the lexicon saw a negation,
    a question or the past around dangerous words, `short` for a message of a few words."""

    danger: float
    distress: float
    cautious: float
    short: float


class Classifier:
    """`labels` are `none` or `category.level`; `weights` has shape (dimension + BUCKETS, n)."""

    def __init__(
        self,
        labels: tuple[str, ...],
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        thresholds: Thresholds,
    ) -> None:
        self._labels = tuple(_parsed(label) for label in labels)
        self._weights = weights
        self._bias = bias
        self._thresholds = thresholds
        self._danger = np.array([p is not None and p[1] > Level.DISTRESS for p in self._labels])
        self._some = np.array([p is not None for p in self._labels])

    def judge(
        self, line: str, vector: NDArray[np.float32], *, cautious: bool = False
    ) -> Raised | None:
        """What the normalised `line` with sentence vector `vector` raises, if anything."""
        probabilities = self.probabilities(line, vector)
        danger = float(probabilities[self._danger].sum())
        is_short = len(_words(line)) <= SHORT
        if danger >= self._limit(cautious=cautious, is_short=is_short):
            return self._raised(np.where(self._danger, probabilities, 0.0), danger)
        some = float(probabilities[self._some].sum())
        if some >= self._thresholds.distress and not cautious and not is_short:
            return Raised(Level.DISTRESS, Category.DISTRESS, some)
        return None

    def _limit(self, *, cautious: bool, is_short: bool) -> float:
        limits = self._thresholds
        if cautious:
            return limits.cautious
        return limits.short if is_short else limits.danger

    def probabilities(self, line: str, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """One probability a label, shape (labels,)."""
        buckets, values = hashed_words(line)
        scores = vector @ self._weights[: len(vector)] + self._bias
        scores = scores + values @ self._weights[len(vector) + buckets]
        raised = np.exp(scores - scores.max())
        return np.asarray(raised / raised.sum(), dtype=np.float32)

    def _raised(self, probabilities: NDArray[np.float32], danger: float) -> Raised:
        parsed = self._labels[int(probabilities.argmax())]
        if parsed is None:
            raise AssertionError("a danger label always has a category")
        return Raised(parsed[1], parsed[0], danger)


def hashed_words(line: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Buckets and values of the words and word pairs of a normalised line."""
    words = _words(line)
    grams = words + [f"{a} {b}" for a, b in itertools.pairwise(words)]
    buckets = np.unique([zlib.crc32(g.encode()) % BUCKETS for g in grams]).astype(np.int64)
    value = WORD_WEIGHT / max(1.0, float(np.sqrt(len(buckets))))
    return buckets, np.full(len(buckets), value, dtype=np.float32)


def _words(line: str) -> list[str]:
    return [word for word in line.split() if word not in {",", "."}]


def save_classifier(
    models_dir: Path,
    labels: tuple[str, ...],
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    thresholds: Thresholds,
    encoder_id: str,
) -> str:
    """Write the artefact and its manifest; returns the hash that loading checks."""
    folder = models_dir / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "classifier.npz", weights=weights, bias=bias)
    digest = hashlib.sha256(weights.tobytes() + bias.tobytes()).hexdigest()
    manifest = {
        "labels": labels,
        "thresholds": asdict(thresholds),
        "encoder": encoder_id,
        "sha256": digest,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return digest


def load_classifier(models_dir: Path) -> Classifier:
    """The classifier that set-up trained; InputError when it is missing or was altered."""
    folder = models_dir / _FOLDER
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        with np.load(folder / "classifier.npz", allow_pickle=False) as arrays:
            weights, bias = arrays["weights"], arrays["bias"]
        thresholds = Thresholds(**manifest["thresholds"])
    except FileNotFoundError:
        raise InputError(f"{folder}: the safety classifier is missing: run `make setup`") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder}: {error}: run `make setup` again") from None
    digest = hashlib.sha256(weights.tobytes() + bias.tobytes()).hexdigest()
    if digest != manifest["sha256"]:
        raise InputError(f"{folder}/classifier.npz: was altered: run `make setup` again")
    return Classifier(tuple(manifest["labels"]), weights, bias, thresholds)


def _parsed(label: str) -> tuple[Category, Level] | None:
    if label == NO_DANGER:
        return None
    category, level = label.rsplit(".", 1)
    return Category(category), Level(int(level))
