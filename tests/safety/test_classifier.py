"""The classifier's artefact: what is saved is what is loaded, and nothing altered is used."""

import json

import numpy as np
import pytest

from agent.domain.terms import Category, Level
from agent.safety.classifier import (
    BUCKETS,
    Thresholds,
    hashed_words,
    load_classifier,
    save_classifier,
)
from knowledge.errors import InputError

LABELS = ("none", "self_harm.2")


def saved(folder):
    weights = np.zeros((3 + BUCKETS, 2), dtype=np.float32)
    weights[3 + hashed_words("lamp ")[0], 1] = 50.0
    bias = np.array([1.0, -1.0], dtype=np.float32)
    save_classifier(folder, LABELS, weights, bias, Thresholds(0.8, 0.8, 0.99, 0.9), "encoder-1")
    return folder


def test_a_saved_classifier_judges_by_its_words(tmp_path):
    classifier = load_classifier(saved(tmp_path))
    vector = np.zeros(3, dtype=np.float32)
    raised = classifier.judge("lamp ", vector)
    assert raised is not None
    assert (raised.category, raised.level) == (Category.SELF_HARM, Level.PASSIVE)
    assert classifier.judge("table ", vector) is None


def test_a_missing_classifier_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="make setup"):
        load_classifier(tmp_path)


def test_an_altered_classifier_is_not_used(tmp_path):
    manifest = saved(tmp_path) / "safety" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["sha256"] = "0" * 64
    manifest.write_text(json.dumps(content))
    with pytest.raises(InputError, match="was altered"):
        load_classifier(tmp_path)
