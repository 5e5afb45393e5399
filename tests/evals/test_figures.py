"""Shares know how sure they are, and a share of nothing is no number."""

import pytest

from evals.figures import ALL, Key, Number, Share, Tally, wilson


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_score_interval(count: int, n: int, low: float, high: float) -> None:
    assert wilson(count, n) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_there_is_no_share() -> None:
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None
    assert Number(None, 0).value is None


def test_a_tally_counts_by_language_and_over_all() -> None:
    tally = Tally("s")
    tally.add("c", "en", "m", counts=True)
    tally.add("c", "es", "m", counts=False)
    tally.add("c", None, "m", counts=True)
    assert tally.figures() == {
        Key("s", "c", "en", "m"): Share(1, 1),
        Key("s", "c", "es", "m"): Share(0, 1),
        Key("s", "c", ALL, "m"): Share(2, 3),
    }
