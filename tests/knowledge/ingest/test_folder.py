import pytest

from knowledge.errors import InputError
from knowledge.ingest.folder import find_ignored, find_sources, load_document
from knowledge.practice import read_settings


def test_documents_are_found_at_any_depth_but_hidden_files_are_not(clinic):
    clinic.write("b.md", "b")
    clinic.write("deep/er/a.md", "a")
    clinic.write(".DS_Store", "x")
    clinic.write(".git/c.md", "c")

    assert find_sources(clinic.faq) == ["b.md", "deep/er/a.md"]


def test_files_that_are_no_documents_are_left_out_and_told(clinic):
    clinic.write("notes.rtf", "x")
    clinic.write("a.MD", "x")

    assert find_sources(clinic.faq) == ["a.MD"]
    assert find_ignored(clinic.faq) == ["notes.rtf"]


def test_a_path_outside_the_folder_is_named(clinic, tmp_path):
    with pytest.raises(InputError, match="not a file or folder under"):
        find_sources(clinic.faq, [tmp_path / "elsewhere.md"])


def test_front_matter_wins_and_what_is_missing_is_filled_in(clinic):
    clinic.write("a-b_c.md", "Traiga una identificación y llegue a tiempo.")
    clinic.write(
        "d.md", "---\ntitle: T\nversion: 7\nlanguage: es\naudience: patients\n---\n# H\nHi."
    )
    settings = read_settings(clinic.toml.parent)

    plain = load_document(clinic.faq, "a-b_c.md", settings)
    told = load_document(clinic.faq, "d.md", settings)

    assert (plain.title, plain.language, plain.audience) == ("A b c", "es", "public")
    assert plain.version == plain.digest[:8]
    assert (told.title, told.version, told.language, told.audience) == ("T", "7", "es", "patients")


def test_a_single_top_heading_is_the_title(clinic):
    clinic.write("a.md", "# Parking\n\n## Where\nHere.")
    clinic.write("b.md", "# One\nx.\n\n# Two\ny.")
    settings = read_settings(clinic.toml.parent)

    assert load_document(clinic.faq, "a.md", settings).title == "Parking"
    assert load_document(clinic.faq, "b.md", settings).title == "B"
