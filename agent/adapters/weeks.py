"""Free times, derived from weekly schedules minus what stands in the book."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.adapters.directory import WEEKDAYS, ScheduleShape
from agent.domain.ids import PractitionerId, ServiceTypeId, SlotId

_PREFIX = "SL-"


@dataclass(frozen=True, slots=True)
class Place:
    """A time in somebody's book: who, for what, when (aware)."""

    practitioner_id: PractitionerId
    service_type: ServiceTypeId
    start: datetime


@dataclass(frozen=True, slots=True)
class Busy:
    """A stretch that an open appointment takes, `start` inclusive, `end` exclusive."""

    start: datetime
    end: datetime

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class Week:
    """When work is scheduled: weekly schedules, closed days, the time zone they are meant in."""

    schedules: tuple[ScheduleShape, ...]
    closed: frozenset[date]
    timezone: ZoneInfo

    def starts(
        self, duration: timedelta, earliest: datetime, latest: datetime
    ) -> Iterator[tuple[ScheduleShape, datetime]]:
        """Every scheduled start in [earliest, latest) that ends within its schedule, by time."""
        day = earliest.astimezone(self.timezone).date()
        last = latest.astimezone(self.timezone).date()
        while day <= last:
            for schedule, start in self._day(day, duration):
                if earliest <= start < latest:
                    yield schedule, start
            day += timedelta(days=1)

    def _day(self, day: date, duration: timedelta) -> list[tuple[ScheduleShape, datetime]]:
        if day in self.closed:
            return []
        starts = [
            (schedule, start)
            for schedule in self.schedules
            if WEEKDAYS[day.weekday()] in schedule.days
            for start in self._day_starts(schedule, day, duration)
        ]
        return sorted(starts, key=lambda pair: pair[1].timestamp())

    def _day_starts(
        self, schedule: ScheduleShape, day: date, duration: timedelta
    ) -> Iterator[datetime]:
        local = datetime.combine(day, schedule.opens)
        closes = datetime.combine(day, schedule.closes)
        while local + duration <= closes:
            start = local.replace(tzinfo=self.timezone)
            # A wall-clock time that daylight saving skips does not survive the round trip.
            if start.astimezone(UTC).astimezone(self.timezone).replace(tzinfo=None) == local:
                yield start
            local += timedelta(minutes=schedule.every_minutes)


def is_free(start: datetime, end: datetime, busy: Iterable[Busy]) -> bool:
    return not any(stretch.overlaps(start, end) for stretch in busy)


def slot_id(place: Place) -> SlotId:
    """Opaque and deterministic: the same place has the same id after a restart."""
    text = "\x1f".join(
        (place.practitioner_id, place.service_type, str(int(place.start.timestamp())))
    )
    return SlotId(_PREFIX + base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def place_of(slot: SlotId, timezone: ZoneInfo) -> Place | None:
    """What a slot id stands for; None for an id that was never made here."""
    body = slot.removeprefix(_PREFIX)
    try:
        text = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
        practitioner, service, seconds = text.split("\x1f")
        start = datetime.fromtimestamp(int(seconds), timezone)
    except (binascii.Error, ValueError, OverflowError, OSError):
        return None
    return Place(PractitionerId(practitioner), ServiceTypeId(service), start)
