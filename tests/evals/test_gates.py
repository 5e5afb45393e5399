"""A gate fails what misses its bound or was not scored; what may be absent is skipped aloud."""

from pathlib import Path

import pytest

from evals.figures import Key, Number, Score, Share
from evals.gates import BLOCKING, Condition, Gate, Verdict, judge, read_gates
from evals.suites.table import SUITES
from knowledge.errors import InputError

KEY = Key("s", "c", "all", "m")
GATE = Gate(suite="s", category="c", measure="m", at_least=0.9, why="because")
CEILING = Gate(suite="s", category="c", measure="m", at_most=0.0, why="because")
OPTIONAL = GATE.model_copy(update={"when": "shared data"})


@pytest.mark.parametrize(
    ("gate", "columns", "verdict"),
    [
        (GATE, [{KEY: Share(9, 10)}], Verdict.PASSED),
        (GATE, [{KEY: Share(8, 10)}], Verdict.FAILED),
        (GATE, [{KEY: Share(0, 0)}], Verdict.UNSCORED),
        (GATE, [{}], Verdict.UNSCORED),
        (GATE, [], Verdict.UNSCORED),
        (GATE, [{KEY: Number(0.95, 3)}], Verdict.PASSED),
        (GATE, [{KEY: Share(9, 10)}, {KEY: Share(8, 10)}], Verdict.FAILED),
        (GATE, [{KEY: Share(9, 10)}, {}], Verdict.UNSCORED),
        (GATE, [{}, {KEY: Share(8, 10)}], Verdict.FAILED),
        (CEILING, [{KEY: Share(0, 10)}], Verdict.PASSED),
        (CEILING, [{KEY: Share(1, 1000)}], Verdict.FAILED),
        (OPTIONAL, [{}], Verdict.UNSCORED),
    ],
)
def test_verdicts(gate: Gate, columns: list[dict[Key, Score]], verdict: Verdict) -> None:
    assert judge(gate, columns, absent=frozenset()).verdict is verdict


def test_absent_data_is_skipped_only_where_the_gate_says_so() -> None:
    absent = frozenset[Condition](["shared data"])
    assert judge(OPTIONAL, [{}], absent=absent).verdict is Verdict.SKIPPED
    assert judge(GATE, [{}], absent=absent).verdict is Verdict.UNSCORED


def test_unscored_blocks_and_skipped_does_not() -> None:
    assert {Verdict.FAILED, Verdict.UNSCORED} == BLOCKING


def test_every_release_gate_belongs_to_a_suite() -> None:
    gates = read_gates()
    assert gates
    assert [gate for gate in gates if not any(suite.owns(gate.key) for suite in SUITES)] == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[[gate]", "line 1"),
        ("gates = 1", "gates: unknown key"),
        ('[[gate]]\nsuite = "s"', "gate 1: category: Field required"),
        (
            '[[gate]]\nsuite = "s"\ncategory = "c"\nmeasure = "m"\nwhy = "w"',
            "gate 1: needs exactly one of at_least, at_most",
        ),
        (
            '[[gate]]\nsuite = "s"\ncategory = "c"\nmeasure = "m"\nwhy = "w"\nat_most = 1\nx = 1',
            "gate 1: x: ",
        ),
        (
            '[[gate]]\nsuite = "s"\ncategory = "c"\nmeasure = "m"\nwhy = "w"\nat_most = 1\n' * 2,
            "gate 2: a gate before it bounds the same figure",
        ),
    ],
)
def test_a_broken_file_is_told_by_gate_and_key(tmp_path: Path, content: str, fault: str) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(content)
    with pytest.raises(InputError) as error:
        read_gates(path)
    assert str(error.value).startswith(f"{path}: ")
    assert fault in str(error.value)
