"""The doctor names what would fail before the server does, and touches nothing."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from agent import doctor
from agent.bootstrap import Models
from agent.cli import run
from agent.doctor import State, examine
from knowledge.errors import InputError

PRACTICE = Path(__file__).parent / "practice"


@pytest.fixture
def practice(tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(doctor, "load_models", lambda: models)
    return Path(shutil.copytree(PRACTICE, tmp_path / "practice"))


TODAY = date(2026, 11, 21)


def states(practice: Path, data: Path, today: date = TODAY) -> dict[str, State]:
    """The worst state of each part."""
    worst: dict[str, State] = {}
    order = list(State)
    for finding in examine(practice, data, today):
        known = worst.get(finding.part, State.WORKS)
        worst[finding.part] = max(known, finding.state, key=order.index)
    return worst


def test_a_sound_practice_has_nothing_that_fails(practice: Path, tmp_path: Path) -> None:
    found = states(practice, tmp_path / "data")
    assert State.FAILS not in found.values()
    assert {"practice", "on-call", "ehr", "keys", "models", "documents"} <= set(found)
    assert not (tmp_path / "data" / "keys.json").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "part"),
    [
        ("practice.toml", "[practice]", "[practise]", "practice"),
        ("practice.toml", "on_call", "front_desk", "on-call"),
        ("ehr.json", "{", "{,", "ehr"),
    ],
)
def test_what_would_fail_is_named(
    practice: Path, tmp_path: Path, file: str, old: str, new: str, part: str
) -> None:
    path = practice / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert states(practice, tmp_path / "data")[part] is State.FAILS


def test_overdue_help_lines_and_laws_fail(practice: Path, tmp_path: Path) -> None:
    for day, state in ((date(2027, 2, 21), State.WORKS), (date(2027, 2, 22), State.FAILS)):
        found = states(practice, tmp_path / "data", day)
        assert (found["help lines"], found["jurisdiction"]) == (state, state)


def test_a_practice_that_names_no_place_is_told_what_applies(
    practice: Path, tmp_path: Path
) -> None:
    path = practice / "practice.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('jurisdiction = "CO"\n', ""))
    assert states(practice, tmp_path / "data")["jurisdiction"] is State.LOOK


def test_missing_models_fail_and_the_rest_is_still_examined(
    practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Models:
        raise InputError("run `make setup`")

    monkeypatch.setattr(doctor, "load_models", missing)
    found = states(practice, tmp_path / "data")
    assert found["models"] is State.FAILS
    assert found["ehr"] is State.WORKS
    assert "documents" not in found


def test_an_overdue_document_is_pointed_out(practice: Path, tmp_path: Path) -> None:
    (practice / "faq" / "old.md").write_text(
        "---\ntitle: Old\nreview_by: 2020-01-01\n---\n# Old\n\n## Is it old?\nYes, it is old.\n",
        encoding="utf-8",
    )
    overdue = [f for f in examine(practice, tmp_path / "data", TODAY) if "old.md" in f.words]
    assert [finding.state for finding in overdue] == [State.LOOK]


def test_the_exit_status_says_whether_something_would_fail(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--practice", str(practice), "--data", str(tmp_path / "data")]
    assert run(["doctor", *options]) == 0
    (practice / "ehr.json").unlink()
    assert run(["doctor", *options]) == 1
    assert "no such file" in " ".join(capsys.readouterr().out.split())


def ehr_line(practice: Path, data: Path) -> tuple[State, str]:
    (found,) = [f for f in examine(practice, data, TODAY) if f.part == "ehr"]
    return found.state, found.words


def with_ehr(practice: Path, section: str) -> None:
    path = practice / "practice.toml"
    text = path.read_text(encoding="utf-8").replace('adapter = "demo"', section)
    path.write_text(text, encoding="utf-8")


def test_the_demo_ehr_is_opened_without_touching_the_servers(
    practice: Path, tmp_path: Path
) -> None:
    state, words = ehr_line(practice, tmp_path / "data")
    assert state is State.WORKS
    assert words.startswith("demo: ")
    assert " capabilities" in words
    assert not (tmp_path / "data" / "ehr.db").exists()


def test_an_ehr_that_is_down_is_said_in_words(practice: Path, tmp_path: Path) -> None:
    with_ehr(
        practice,
        'adapter = "fhir_r4"\n[ehr.fhir_r4]\nauth = "none"\ndeadline_seconds = 1\n'
        'base_url = "http://127.0.0.1:9/fhir/R4"',
    )
    state, words = ehr_line(practice, tmp_path / "data")
    assert state is State.FAILS
    assert words.startswith("fhir_r4: does not answer")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('adapter = "fhir_r4"\n[ehr.fhir_r4]\ncolour = "red"', "ehr.fhir_r4."),
        ('adapter = "mirror"\n[ehr.mirror]\nfolder = "nowhere"', "nowhere: cannot be read"),
    ],
)
def test_an_ehr_that_cannot_be_opened_says_which_key_or_file(
    practice: Path, tmp_path: Path, section: str, said: str
) -> None:
    with_ehr(practice, section)
    state, words = ehr_line(practice, tmp_path / "data")
    assert state is State.FAILS
    assert said in words


def test_a_mirror_says_how_old_its_export_is(practice: Path, tmp_path: Path) -> None:
    with_ehr(practice, 'adapter = "mirror"\n[ehr.mirror]\nfolder = "export"')
    (practice / "export").mkdir()
    for name, header in (
        ("patients", "id"),
        ("appointments", "id"),
        ("practitioners", "id,name\nDR-1,Dr. Ona Reyes"),
        ("service_types", "id,name,duration_minutes\ntherapy,Therapy,50"),
    ):
        (practice / "export" / f"{name}.csv").write_text(header + "\n", encoding="utf-8")
    state, words = ehr_line(practice, tmp_path / "data")
    assert state is State.WORKS
    assert words.startswith("mirror: 1 practitioners, 1 services, 1 of ")
    assert words.endswith("exported 0.0 hours ago")
