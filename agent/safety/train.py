"""Trains the local danger classifier: `python -m agent.safety.train` (set-up), `... report`,
`... score FOLDER`.

Deterministic: fixed data, fixed solver, no shuffling. `report` holds out whole families of phrases,
fold by fold, and prints what lexicon, classifier and their union make of phrases they never saw.
`score` does the same with the artefact as it stands and the messages of a folder.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from agent.safety.classifier import (
    BUCKETS,
    NO_DANGER,
    Classifier,
    Thresholds,
    hashed_words,
    load_classifier,
    save_classifier,
)
from agent.safety.lexicon import Lexicon
from agent.safety.normalise import normalise
from agent.safety.ordinary import read_ordinary
from agent.safety.rules import RuleBook, read_rules
from agent.safety.samples import Sample, read_samples
from agent.safety.screen import Screen
from knowledge.encoder import load_encoder, models_dir
from knowledge.errors import InputError

THRESHOLDS = Thresholds(danger=0.78, distress=0.90, cautious=0.97, short=0.88)
"""Set on held-out families and on ordinary text so that at most one ordinary message in a thousand
is raised by the classifier alone; the figures stand in docs/SAFETY.md."""

FOLDS = 5
Counts = dict[tuple[str, str], NDArray[np.int64]]
"""By label and language: raised by lexicon, by classifier, by either; all."""

_STRENGTH = 3.0
_SEED = 20261121


@dataclass(frozen=True)
class Fitted:
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def classifier(self) -> Classifier:
        return Classifier(self.labels, self.weights, self.bias, THRESHOLDS)


def training_samples(lexicon: Lexicon) -> list[Sample]:
    """This room's written messages, and what people ordinarily ask a practice."""
    return read_samples() + read_ordinary(lexicon)


def fit(lines: Sequence[str], vectors: NDArray[np.float32], labels: Sequence[str]) -> Fitted:
    """Multinomial logistic regression on sentence vectors and hashed words."""
    rows = hstack([csr_matrix(vectors), _hashed(lines)], format="csr")
    model = LogisticRegression(C=_STRENGTH, max_iter=600, tol=1e-5, random_state=_SEED)
    model.fit(rows, labels)
    return Fitted(
        tuple(str(name) for name in model.classes_),
        np.ascontiguousarray(model.coef_.T, dtype=np.float32),
        np.asarray(model.intercept_, dtype=np.float32),
    )


def train() -> str:
    """Fit on everything and write the artefact; returns its hash."""
    samples = training_samples(Lexicon(read_rules()))
    encoder = load_encoder()
    fitted = fit(
        [normalise(s.text) for s in samples],
        encoder.encode([s.text for s in samples]),
        [s.label for s in samples],
    )
    return save_classifier(
        models_dir(), fitted.labels, fitted.weights, fitted.bias, THRESHOLDS, encoder.id
    )


def report() -> str:
    """A Markdown table: found / all, by group and language, with families held out."""
    book = read_rules()
    samples = training_samples(Lexicon(book))
    vectors = load_encoder().encode([s.text for s in samples])
    counts: Counts = {}
    for fold in range(FOLDS):
        held = held_out(samples, fold)
        rest = [i for i in range(len(samples)) if i not in held]
        fitted = fit(
            [normalise(samples[i].text) for i in rest],
            vectors[rest],
            [samples[i].label for i in rest],
        )
        screens = _screens(book, fitted.classifier())
        for i in sorted(held):
            _count(counts, samples[i], vectors[i], screens)
    return _table(counts)


def score(folder: Path) -> str:
    """The same table for the messages of `folder`, which nothing was trained on."""
    samples = read_samples(folder)
    vectors = load_encoder().encode([s.text for s in samples])
    screens = _screens(read_rules(), load_classifier(models_dir()))
    counts: Counts = {}
    for sample, vector in zip(samples, vectors, strict=True):
        _count(counts, sample, vector, screens)
    return _table(counts)


def _screens(book: RuleBook, classifier: Classifier) -> tuple[Screen, ...]:
    """Lexicon alone, classifier alone, both."""
    lexicon, silent = Lexicon(book), Lexicon(replace(book, rules=(), window=()))
    return Screen(lexicon, None), Screen(silent, classifier), Screen(lexicon, classifier)


def _count(
    counts: Counts, sample: Sample, vector: NDArray[np.float32], screens: Sequence[Screen]
) -> None:
    fired = [screen.screen(sample.text, vector=vector).level > 1 for screen in screens]
    row = counts.setdefault((sample.label, sample.language), np.zeros(4, dtype=np.int64))
    row += np.array([*fired, True], dtype=np.int64)


def held_out(samples: Sequence[Sample], fold: int) -> frozenset[int]:
    """Indices of the families of `fold`; families of one kind are dealt round the folds."""
    dealt: dict[str, int] = {}
    kinds: dict[str, int] = {}
    for sample in samples:
        if sample.family not in dealt:
            kind = sample.label.split(".")[0]
            dealt[sample.family] = kinds.get(kind, 0) % FOLDS
            kinds[kind] = kinds.get(kind, 0) + 1
    return frozenset(i for i, s in enumerate(samples) if dealt[s.family] == fold)


def _hashed(lines: Sequence[str]) -> csr_matrix:
    rows, columns, values = [], [], []
    for i, line in enumerate(lines):
        buckets, weights = hashed_words(line)
        rows += [i] * len(buckets)
        columns += buckets.tolist()
        values += weights.tolist()
    return csr_matrix((values, (rows, columns)), shape=(len(lines), BUCKETS), dtype=np.float32)


def _table(counts: Counts) -> str:
    lines = [
        "| group | language | messages | lexicon | classifier | union |",
        "|---|---|---|---|---|---|",
    ]
    for (label, language), (lexicon, classifier, union, of) in sorted(counts.items()):
        name = "no danger (raised)" if label == NO_DANGER else label
        lines.append(f"| {name} | {language} | {of} | {lexicon} | {classifier} | {union} |")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    try:
        match list(arguments):
            case []:
                print(f"safety classifier {train()[:16]} written")
            case ["report"]:
                print(report())
            case ["score", folder]:
                print(score(Path(folder)))
            case _:
                raise InputError("usage: python -m agent.safety.train [report | score FOLDER]")
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
