import pytest

from knowledge.errors import InputError
from knowledge.practice import read_settings


def test_languages_and_threshold_are_read(clinic):
    clinic.toml.write_text('[practice]\nlanguages = ["es"]\n[thresholds]\nanswer = 0.6\n')

    settings = read_settings(clinic.toml.parent)

    assert (settings.languages, settings.answer_threshold) == (("es",), 0.6)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x = ", "practice.toml"),
        ("practice = 1", r"\[practice\] must be a table"),
        ("[practice]\nlanguages = 'es'", r"practice\.languages"),
        ("[thresholds]\nanswer = 'high'", r"thresholds\.answer"),
        ("[thresholds]\nanswer = 1.5", r"thresholds\.answer"),
    ],
)
def test_what_does_not_fit_is_named_with_its_key(clinic, content, message):
    clinic.toml.write_text(content)

    with pytest.raises(InputError, match=message):
        read_settings(clinic.toml.parent)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(InputError, match=r"practice\.toml: not found"):
        read_settings(tmp_path)
    (tmp_path / "practice.toml").write_text("")
    with pytest.raises(InputError, match="folder of documents"):
        read_settings(tmp_path)
