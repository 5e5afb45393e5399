"""A broken script is one line with file and key, and then nothing runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.cli import run
from agent.domain.terms import Level, Route
from evals.loading import load_script, load_scripts
from knowledge.errors import InputError

GOOD = """
id: one
title: Asks
patient: PT-1
now: 2026-06-01T09:00:00-07:00
tags: [faq]
turns:
  - say: hello
    expect: {route: smalltalk, level: 0, reply: {contains_any: [hi]}, options: {max: 3}}
  - choose: 1
  - choose: {label_contains: Tue}
    expect: {kind: confirm, tools: [find_slots], no_writes: true, within_ms: 100}
  - staff: {reply: hello}
  - staff: {approve: last}
  - advance: 1h30m
  - outage: ehr
  - restore: ehr
  - say: "yes"
    expect_none: true
final:
  appointments: [{id: AP-1, status: cancelled, start_after: 2026-06-08T00:00:00-07:00, count: 1}]
  tasks: [{code: callback, priority: routine, patient: PT-1, status: requested, contains: x}]
  drafts: 0
  ledger: verified
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "one.yaml"
    path.write_text(GOOD)
    return path


def test_every_key_of_the_contract_is_understood(script: Path) -> None:
    read = load_script(script)
    assert read.now == datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
    first, *_, last = read.turns
    assert first.expected.route == [Route.SMALLTALK]
    assert first.expected.level == [Level.NONE]
    assert read.turns[5].advance == timedelta(minutes=90)
    assert last.expected.expect_none
    assert read.final.tasks is not None
    assert read.final.tasks_any is None


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("title: Asks", "titel: Asks", "titel: unknown key"),
        ("patient: PT-1\n", "", "patient: is missing"),
        ("now: 2026-06-01T09:00:00-07:00", "now: 2026-06-01T09:00:00", "now: "),
        ("route: smalltalk", "route: small", r"turns\[0\]\.expect\.route\[0\]: "),
        ("level: 0", "level: 7", r"turns\[0\]\.expect\.level\[0\]: "),
        (
            "contains_any",
            "contains_some",
            r"turns\[0\]\.expect\.reply\.contains_some: unknown key",
        ),
        ("kind: confirm", "kind: question", r"turns\[2\]\.expect\.kind: "),
        ('say: "yes"', "say: yes", r"turns\[8\]\.say: "),
        ("choose: 1", "choose: 0", r"turns\[1\]\.choose"),
        ("choose: 1", "choose: 1\n    say: both", r"turns\[1\]: needs exactly one of"),
        ("advance: 1h30m", "advance: soon", r"turns\[5\]\.advance: not a duration"),
        ("outage: ehr", "outage: world", r"turns\[6\]\.outage: "),
        ("{approve: last}", "{approve: first}", r"turns\[4\]\.staff\.approve: "),
        ("{reply: hello}", "{}", r"turns\[3\]\.staff: needs exactly one of"),
        ("{max: 3}", "{min: 4, max: 3}", r"turns\[0\]\.expect\.options: max is below min"),
        ("status: cancelled", "status: gone", r"final\.appointments\[0\]\.status: "),
        ("code: callback", "code: call", r"final\.tasks\[0\]\.code: "),
        ("ledger: verified", "ledger: fine", r"final\.ledger: "),
        ("tags: [faq]", "tags: [faq", "line 7, column 6: "),
        ("id: one", "id: ../one", "id: "),
    ],
)
def test_a_broken_script_is_named_with_file_and_key(
    good: str, bad: str, said: str, script: Path
) -> None:
    script.write_text(GOOD.replace(good, bad, 1))
    with pytest.raises(InputError, match=f"one\\.yaml: {said}"):
        load_script(script)


def test_a_pattern_that_does_not_compile_is_a_broken_script(script: Path) -> None:
    script.write_text(GOOD.replace("contains_any: [hi]", 'matches: "(hi"'))
    with pytest.raises(InputError, match=r"expect\.reply\.matches: not a regular expression"):
        load_script(script)


def test_folders_are_read_at_any_depth_in_order(script: Path, tmp_path: Path) -> None:
    deeper = tmp_path / "a" / "b"
    deeper.mkdir(parents=True)
    (deeper / "two.yml").write_text(GOOD.replace("id: one", "id: two"))
    (tmp_path / "notes.txt").write_text("no script")
    assert [one.script.id for one in load_scripts([tmp_path])] == ["two", "one"]
    assert len(load_scripts([script, tmp_path, script])) == 2


def test_an_id_stands_once(script: Path, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(GOOD)
    with pytest.raises(InputError, match=r"two\.yaml: id: 'one' stands in .*one\.yaml too"):
        load_scripts([tmp_path])


def test_a_path_without_scripts_is_wrong_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \.yaml files"):
        load_scripts([tmp_path])
    with pytest.raises(InputError, match="no such file"):
        load_scripts([tmp_path / "none"])


def test_the_command_refuses_before_it_runs_anything(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "two.yaml").write_text("id: two\npatient: 7\nturns: []\n")
    report = tmp_path / "report.json"
    practice = str(tmp_path / "no-practice")
    arguments = ["eval", str(tmp_path), "--practice", practice, "--json", str(report)]
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "two.yaml: patient: " in said.err
    assert not report.exists()
