import shutil
from typing import Any

import pytest

from knowledge.encoder import Encoder
from knowledge.errors import InputError
from knowledge.index import sync as sync_module
from knowledge.index.manifest import chroma_path, read_manifest
from knowledge.index.vectors import VectorStore
from knowledge.ingest.chunks import CHUNKER_VERSION
from knowledge.passage import PATIENTS


def texts(clinic) -> set[str]:
    manifest = read_manifest(clinic.data)
    assert manifest is not None
    return {chunk.text for chunk in manifest.chunks()}


class Counting:
    """The encoder, counting what it is asked for."""

    def __init__(self, encoder: Encoder, identity: str | None = None) -> None:
        self._encoder = encoder
        self.id = identity or encoder.id
        self.dimension = encoder.dimension
        self.stated: list[str] = []

    def encode(self, given):
        return self._encoder.encode(given)

    def encode_passages(self, given):
        self.stated += given
        return self._encoder.encode_passages(given)


def test_the_difference_is_told_and_only_that_is_embedded(clinic, encoder):
    clinic.write("a.md", "# A\nAlpha stays.")
    clinic.write("b.md", "# B\nBeta changes.")
    clinic.write("c.md", "# C\nGamma goes.")
    first = clinic.sync()
    clinic.write("b.md", "# B\nBeta has changed.")
    clinic.write("d.md", "# D\nDelta comes.")
    (clinic.faq / "c.md").unlink()
    clinic._encoder = counting = Counting(encoder)

    second = clinic.sync()

    assert (first.added, first.unchanged) == (("a.md", "b.md", "c.md"), ())
    assert (second.added, second.changed) == (("d.md",), ("b.md",))
    assert (second.removed, second.unchanged) == (("c.md",), ("a.md",))
    assert texts(clinic) == {"Alpha stays.", "Beta has changed.", "Delta comes."}
    assert not any("Alpha" in text for text in counting.stated)
    assert len(counting.stated) == 2


def test_nothing_new_writes_nothing(clinic):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.sync()
    before = {p: p.stat().st_mtime_ns for p in clinic.data.rglob("*") if p.name != "lock"}

    report = clinic.sync()

    assert report.unchanged == ("a.md",)
    assert {p: p.stat().st_mtime_ns for p in clinic.data.rglob("*") if p.name != "lock"} == before


def test_a_dry_run_tells_but_writes_nothing(clinic):
    clinic.write("a.md", "# A\nAlpha.")

    report = clinic.sync(dry_run=True)

    assert report.added == ("a.md",)
    assert not clinic.data.exists()


def test_only_the_named_part_is_touched(clinic):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.write("sub/b.md", "# B\nBeta.")
    clinic.sync()
    clinic.write("a.md", "# A\nAlpha two.")
    clinic.write("sub/b.md", "# B\nBeta two.")

    report = clinic.sync(clinic.faq / "sub")

    assert report.changed == ("sub/b.md",)
    assert texts(clinic) == {"Alpha.", "Beta two."}


def test_the_first_ingest_may_be_of_a_part(clinic):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.write("sub/b.md", "# B\nBeta.")

    assert clinic.sync(clinic.faq / "sub").added == ("sub/b.md",)
    assert texts(clinic) == {"Beta."}


def test_a_broken_document_leaves_the_index_as_it_was(clinic):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.sync()
    clinic.write("a.md", "# A\nAlpha two.")
    clinic.write("b.md", "---\naudience: nobody\n---\nBeta.")

    with pytest.raises(InputError, match=r"b\.md: audience"):
        clinic.sync()

    assert texts(clinic) == {"Alpha."}


def test_a_broken_first_document_leaves_nothing(clinic):
    clinic.write("b.md", "---\naudience: nobody\n---\nBeta.")
    shutil.rmtree(clinic.data, ignore_errors=True)

    with pytest.raises(InputError):
        clinic.sync()

    assert not clinic.data.exists()


def test_what_died_half_way_is_done_again(clinic, monkeypatch):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.sync()
    clinic.write("a.md", "# A\nAlpha two.")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sync_module, "write_manifest", die)
        with pytest.raises(KeyboardInterrupt):
            clinic.sync()
    half_written = len(list(chroma_path(clinic.data, "").iterdir()))

    assert texts(clinic) == {"Alpha."}
    assert clinic.sync().changed == ("a.md",)
    assert texts(clinic) == {"Alpha two."}
    clinic.sync()
    assert half_written == 2
    assert len(list(chroma_path(clinic.data, "").iterdir())) == 1


def test_lost_vectors_are_made_again(clinic):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.sync()
    shutil.rmtree(clinic.data / "knowledge" / "chroma")

    assert clinic.sync().added == ("a.md",)
    assert clinic.retriever(0.0).retrieve("alpha", audience=PATIENTS).passages


def test_another_encoder_embeds_everything_anew(clinic, encoder):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.sync()
    clinic._encoder = counting = Counting(encoder, identity="another")

    report = clinic.sync()

    assert report.rebuilt
    assert report.unchanged == ("a.md",)
    assert len(counting.stated) == 1


def test_the_recipe_names_encoder_and_chunker(clinic, encoder):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.sync()
    manifest = read_manifest(clinic.data)

    assert manifest is not None
    assert manifest.recipe.startswith(f"{encoder.id}/{CHUNKER_VERSION}/")


def test_a_document_whose_audience_changes_is_found_by_the_new_audience_only(clinic):
    clinic.write("a.md", "# Parking\nFree parking behind the house.")
    clinic.sync()
    clinic.write("a.md", "---\naudience: patients\n---\n# Parking\nFree parking behind the house.")
    clinic.sync()
    retriever = clinic.retriever(0.0)

    public = retriever.retrieve("parking", audience=frozenset({"public"}))
    patients = retriever.retrieve("parking", audience=PATIENTS)

    assert public.passages == ()
    assert [p.audience for p in patients.passages] == ["patients"]


def test_overdue_documents_are_told(clinic):
    clinic.write("a.md", "---\nreview_by: 2026-05-31\n---\nAlpha.")
    clinic.write("b.md", "---\nreview_by: 2026-06-01\n---\nBeta.")

    assert clinic.sync().overdue == ("a.md",)


def test_an_empty_folder_is_an_empty_index(clinic):
    clinic.sync()

    found = clinic.retriever().retrieve("anything?", audience=PATIENTS)

    assert (found.passages, found.score, found.answer) == ((), 0.0, None)


def test_the_store_holds_no_embedding_function(clinic):
    clinic.write("a.md", "# A\nAlpha.")
    clinic.sync()
    manifest = read_manifest(clinic.data)
    assert manifest is not None

    store = VectorStore(chroma_path(clinic.data, manifest.generation))

    configuration: dict[str, Any] = store._collection._model.configuration_json
    assert configuration["embedding_function"] in (None, {"type": "legacy"})
    assert configuration["hnsw"]["space"] == "cosine"
    assert configuration["hnsw"]["ef_search"] >= 100
    store.close()
