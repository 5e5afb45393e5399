"""A reading is right when it lets in the same appointments."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from agent.understanding.dates import When
from evals.suites.expected_days import ExpectedWhen, reads_as

NOW = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("America/Los_Angeles"))  # a Monday
TODAY = NOW.date()
FAR = TODAY + timedelta(days=60)


def june(day: int) -> date:
    return date(2026, 6, day)


def expected(**keys: object) -> ExpectedWhen:
    return ExpectedWhen.model_validate(keys)


SPAN = {"from": "2026-06-08", "to": "2026-06-14"}


@pytest.mark.parametrize(
    ("keys", "found", "right"),
    [
        ({"dates": ["2026-06-04"]}, When(june(4), june(4)), True),
        ({"dates": ["2026-06-04"]}, When(june(4), june(5)), False),
        ({"dates": ["2026-06-04"]}, When(june(4), june(4), earliest=time(9)), False),
        (
            {"dates": ["2026-06-02", "2026-06-04"]},
            When(june(2), june(4), weekdays=frozenset({1, 3})),
            True,
        ),
        ({"dates": SPAN}, When(june(8), june(14)), True),
        ({"dates": SPAN}, When(june(8), june(13)), False),
        (
            {"dates": SPAN, "not_weekdays": ["fri"]},
            When(june(8), june(14), not_weekdays=frozenset({4})),
            True,
        ),
        ({"dates": {"from": "2026-06-10"}}, When(june(10), FAR), True),
        ({"dates": {"from": "2026-06-10"}}, When(june(9), FAR), False),
        ({"dates": {"to": "2026-06-05"}}, When(TODAY, june(5)), True),
        ({"part": "evening"}, When(TODAY, FAR, earliest=time(17)), True),
        ({"part": "evening"}, When(TODAY, FAR, earliest=time(12)), False),
        ({"part": "evening"}, When(june(2), june(2), earliest=time(17)), False),
        ({"part": "morning"}, When(TODAY, FAR, latest=time(11, 59)), True),
        ({"part": "afternoon"}, When(TODAY, FAR, earliest=time(12), latest=time(18, 59)), True),
        ({"after": "17:00"}, When(TODAY, FAR, earliest=time(17)), True),
        ({"after": "17:00"}, When(TODAY, FAR, earliest=time(18)), False),
        ({"before": "10:00"}, When(TODAY, FAR, latest=time(9, 59)), True),
        ({"before": "10:00"}, When(TODAY, FAR, latest=time(10)), True),
        ({"before": "10:00"}, When(TODAY, FAR, latest=time(12)), False),
        ({"at": "15:10"}, When(TODAY, FAR, earliest=time(15, 10), latest=time(15, 10)), True),
        ({"at": "15:00"}, When(TODAY, FAR, earliest=time(14), latest=time(16)), True),
        ({"at": "15:00"}, When(TODAY, FAR, earliest=time(16), latest=time(16)), False),
        ({"at": "15:00"}, When(TODAY, FAR, earliest=time(15)), False),
    ],
)
def test_days_and_hours(keys: dict[str, object], found: When, right: bool) -> None:
    assert reads_as(found, expected(**keys), NOW) is right


def test_nothing_expected_and_nothing_read() -> None:
    assert reads_as(None, None, NOW)
    assert not reads_as(None, expected(part="morning"), NOW)
    assert not reads_as(When(TODAY, TODAY), None, NOW)


@pytest.mark.parametrize(
    "keys",
    [
        {"dates": []},
        {"dates": {}},
        {"dates": {"from": "2026-06-02", "to": "2026-06-01"}},
        {"not_weekdays": ["t"]},
        {"part": "noonish"},
        {"day": "monday"},
    ],
)
def test_what_cannot_be_meant(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        expected(**keys)
