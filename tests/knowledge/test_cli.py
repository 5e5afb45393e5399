import json
from pathlib import Path

import pytest

from knowledge.cli import ask, ingest
from knowledge.errors import InputError


def test_ingest_prints_the_difference(clinic, capsys):
    clinic.write("a.md", "# A\nAlpha.")
    ingest(clinic.toml.parent, clinic.data)
    clinic.write("a.md", "# A\nAlpha two.")
    clinic.write("b.md", "---\nreview_by: 2020-01-01\n---\nBeta.")
    clinic.write("logo.png", b"x")
    capsys.readouterr()

    ingest(clinic.toml.parent, clinic.data)

    assert capsys.readouterr().out.splitlines() == [
        "added      b.md",
        "changed    a.md",
        "ignored    logo.png: not a format of documents",
        "warning    b.md: its review date has passed",
        "1 added, 1 changed, 0 removed, 0 unchanged",
    ]


def test_a_dry_run_says_that_nothing_was_written(clinic, capsys):
    clinic.write("a.md", "# A\nAlpha.")

    ingest(clinic.toml.parent, clinic.data, dry_run=True)

    assert capsys.readouterr().out.splitlines()[-1] == "nothing was written (--dry-run)"
    assert not clinic.data.exists()


def test_ask_ingests_first_and_shows_the_answer_with_its_citation(clinic, capsys):
    clinic.write("a.md", "# Office\n## Parking\nFree parking is behind the house.")
    clinic.write("b.md", "# Hours\nWe open at nine.")

    ask("where can i park my car", clinic.toml.parent, clinic.data)

    out = capsys.readouterr().out
    assert "answer:\nFree parking is behind the house.\ncites: Office [a.md" in out


def test_ask_as_json_holds_everything(stocked, capsys):
    ask("do you take medicare", stocked.toml.parent, stocked.data, as_json=True)

    said = json.loads(capsys.readouterr().out)
    assert not said["abstained"]
    assert said["answer"]["citations"][0]["source"] == "fees.csv"
    assert said["passages"][0]["text"].startswith("Yes, Medicare Part B.")
    assert said["score"] >= said["threshold"] == 0.5


def test_ask_says_that_it_abstains(stocked, capsys):
    ask("who won the world cup", stocked.toml.parent, stocked.data)

    assert "abstains" in capsys.readouterr().out.splitlines()[-1]


def test_an_empty_question_and_a_missing_practice_are_refused(stocked):
    with pytest.raises(InputError, match="question is empty"):
        ask("  ", stocked.toml.parent, stocked.data)
    with pytest.raises(InputError, match="not found"):
        ask("hours?", Path("/nowhere"), stocked.data)
