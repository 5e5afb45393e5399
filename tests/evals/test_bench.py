"""The benchmark takes its sentences from the scripts and its percentiles from the samples."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.domain.terms import Route
from evals.bench import _openings, _percentile
from knowledge.errors import InputError

SCRIPT = """
id: {id}
patient: PT-{id}
now: 2026-06-0{day}T10:00:00Z
turns:
  - {first}
  - say: second
"""


def write(folder: Path, **firsts: str) -> None:
    for day, (id, first) in enumerate(firsts.items(), start=1):
        (folder / f"{id}.yaml").write_text(SCRIPT.format(id=id, first=first, day=day))


def test_only_first_sentences_that_expect_the_route_count(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="{say: where to, expect: {route: [faq, billing]}}",
        b="{say: move it, expect: {route: scheduling}}",
        c="{say: hello}",
        d="{outage: ehr}",
        e="{say: how much, expect: {route: [billing, faq]}}",
    )
    now, openings = _openings(tmp_path)
    assert now == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert [(one.patient, one.text) for one in openings[Route.FAQ]] == [("PT-a", "where to")]
    assert [one.text for one in openings[Route.SCHEDULING]] == ["move it"]


def test_a_route_without_a_sentence_is_told(tmp_path: Path) -> None:
    write(tmp_path, a="{say: where to, expect: {route: faq}}")
    with pytest.raises(InputError, match="no script opens with a scheduling turn"):
        _openings(tmp_path)


@pytest.mark.parametrize(
    ("values", "p50", "p95"),
    [([5.0], 5.0, 5.0), ([3.0, 1.0, 2.0], 2.0, 3.0), ([float(n) for n in range(100)], 50.0, 95.0)],
)
def test_percentiles(values: list[float], p50: float, p95: float) -> None:
    assert (_percentile(values, 50), _percentile(values, 95)) == (p50, p95)
