"""The written training messages."""

from agent.safety.classifier import NO_DANGER
from agent.safety.samples import MAX_VARIANTS, read_samples, spelled_out


def test_alternatives_are_spelled_out():
    assert spelled_out("I {want|need} it") == ["I want it", "I need it"]
    assert len(spelled_out("{a|b|c|d} {a|b|c|d}")) <= MAX_VARIANTS


def test_every_family_has_one_label_and_both_languages_have_both_kinds():
    samples = read_samples()
    families = {s.family for s in samples}
    assert len({(s.family, s.label) for s in samples}) == len(families)
    for language in ("en", "es"):
        kinds = {s.label == NO_DANGER for s in samples if s.language == language}
        assert kinds == {True, False}


def test_no_message_is_both_danger_and_none():
    seen: dict[str, bool] = {}
    for sample in read_samples():
        assert seen.setdefault(sample.text, sample.is_danger) is sample.is_danger
