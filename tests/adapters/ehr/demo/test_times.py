"""Relative and absolute seed times, in practice time and across daylight saving."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agent.adapters.ehr.demo.times import seed_time

ZONE = ZoneInfo("America/Los_Angeles")
# Sunday 1 March 2026, 23:00 in Los Angeles; already Monday in UTC.
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today 14:00", "2026-03-01T14:00:00-08:00"),
        ("+0d 14:00", "2026-03-01T14:00:00-08:00"),
        ("+3d 15:00", "2026-03-04T15:00:00-08:00"),
        ("-2d 09:30", "2026-02-27T09:30:00-08:00"),
        ("+7d 15:00", "2026-03-08T15:00:00-07:00"),
        ("+7d 02:30", "2026-03-08T03:30:00-07:00"),
        ("2026-06-01T09:00:00-07:00", "2026-06-01T09:00:00-07:00"),
        ("2026-06-01T16:00:00Z", "2026-06-01T09:00:00-07:00"),
    ],
)
def test_a_seed_time_is_an_instant_in_practice_time(text: str, expected: str) -> None:
    assert seed_time(text, NOW, ZONE).isoformat() == expected


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "+3d", "3d 15:00", "+3d 25:00", "+3d 9:00", "2026-06-01T09:00:00"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|hour"):
        seed_time(text, NOW, ZONE)
