"""Training: whole families are held out, and the same data gives the same classifier."""

import numpy as np

from agent.safety.normalise import normalise
from agent.safety.samples import read_samples
from agent.safety.train import FOLDS, fit, held_out


def test_every_message_is_held_out_once_with_its_whole_family():
    samples = read_samples()
    folds = [held_out(samples, fold) for fold in range(FOLDS)]
    assert sorted(i for fold in folds for i in fold) == list(range(len(samples)))
    for fold in folds:
        inside = {samples[i].family for i in fold}
        outside = {s.family for i, s in enumerate(samples) if i not in fold}
        assert not inside & outside


def test_training_is_deterministic():
    lines = [normalise(t) for t in ("the lamp is red", "the table is blue")]
    vectors = np.eye(2, dtype=np.float32)
    first, second = (fit(lines, vectors, ["none", "self_harm.2"]) for _ in range(2))
    assert first.weights.tobytes() == second.weights.tobytes()
