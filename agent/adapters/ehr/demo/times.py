"""Seed times: ISO 8601 with offset, or relative to the clock's now in practice time."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_RELATIVE = re.compile(r"(?:(?P<days>[+-]\d{1,4})d|today) (?P<clock>\d{2}:\d{2})")


def seed_time(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant that `text` names, in practice time.

    `"+3d 15:00"` is 15:00 three calendar days after the local day of `now`, whatever daylight
    saving does in between. A time that the clocks skip moves to the other side of the gap.
    Raises `ValueError`.
    """
    relative = _RELATIVE.fullmatch(text)
    if relative is None:
        return _absolute(text).astimezone(zone)
    day = now.astimezone(zone).date() + timedelta(days=int(relative["days"] or 0))
    local = datetime.combine(day, time.fromisoformat(relative["clock"]), tzinfo=zone)
    return local.astimezone(UTC).astimezone(zone)


def _absolute(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f'not a time like "+3d 15:00" or 2026-06-01T09:00-07:00: {text!r}'
        ) from None
    if moment.tzinfo is None:
        raise ValueError(f"a time needs its offset from UTC: {text!r}")
    return moment
