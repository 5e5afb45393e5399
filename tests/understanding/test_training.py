"""The training examples and the models made of them."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from agent.domain.terms import Intent
from agent.understanding import classifier
from agent.understanding.classifier import Manifest, folder, load_models
from agent.understanding.examples import (
    CONTEXT,
    Filler,
    data_digest,
    expanded,
    mistyped,
    read_examples,
)
from agent.understanding.train import fit, temperature
from knowledge.errors import InputError


def test_every_intent_has_examples_in_both_languages() -> None:
    examples = read_examples()
    for intent in (*Intent, CONTEXT):
        for language in ("en", "es"):
            count = sum(e.intent == intent and e.language == language for e in examples)
            assert count >= 10, (intent, language)


def test_no_example_teaches_two_intents() -> None:
    taught: dict[str, str] = {}
    for example in read_examples():
        text = example.text.lower().strip("?!. ")
        assert taught.setdefault(f"{example.language} {text}", example.intent) == example.intent


def test_every_placeholder_can_be_filled() -> None:
    filler, chance = Filler(), random.Random(1)
    for example in read_examples():
        assert "{" not in filler.fill(example.text, example.language, chance)


def test_expansion_is_the_same_every_time() -> None:
    examples = read_examples()[:200]
    assert list(expanded(examples)) == list(expanded(examples))


def test_a_slip_changes_few_letters() -> None:
    chance = random.Random(3)
    text = "reschedule my appointment"
    slips = {mistyped(text, chance) for _ in range(20)}
    assert len(slips) > 5
    assert all(abs(len(slip) - len(text)) <= 2 for slip in slips)


def test_fitting_learns_and_repeats() -> None:
    texts = ["refill please", "more pills", "my refill", "what hours", "open today", "your hours"]
    labels = ["refill", "refill", "refill", "faq", "faq", "faq"]
    one, two = (fit(texts, labels, None, 10.0) for _ in range(2))
    assert np.array_equal(one.sparse, two.sparse)
    chances = one.probabilities(["refill my pills", "hours today"])
    assert [one.labels[i] for i in chances.argmax(axis=1)] == ["refill", "faq"]
    assert chances.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert (
        0.1 < temperature(chances, [one.labels.index(label) for label in ("refill", "faq")]) < 5.0
    )


def test_the_trained_models_are_of_these_examples() -> None:
    manifest = Manifest.model_validate_json((folder() / "manifest.json").read_bytes())
    assert manifest.data == data_digest(), "run `make setup`"
    assert set(manifest.intents) == {*Intent, CONTEXT}


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder()
    monkeypatch.setattr(classifier, "folder", lambda: tmp_path)
    with pytest.raises(InputError, match="make setup"):
        load_models("any")
    manifest = json.loads((place / "manifest.json").read_text("utf-8"))
    (tmp_path / "weights.npz").write_bytes((place / "weights.npz").read_bytes())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError, match="another sentence encoder"):
        load_models("any")
    (tmp_path / "weights.npz").write_bytes(b"something else")
    with pytest.raises(InputError, match="changed since training"):
        load_models(manifest["encoder"])
