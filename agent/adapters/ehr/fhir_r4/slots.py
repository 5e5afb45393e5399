"""Free times: the slots of the active schedules, less what a busy slot of the same person takes."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.client import FhirClient, Resource, is_id, of_type, reference
from agent.adapters.ehr.fhir_r4.values import (
    codes,
    mapped,
    moment,
    needed,
    referenced,
)
from agent.domain.booking import Slot, SlotQuery
from agent.domain.ids import LocationId, PractitionerId, ServiceTypeId, SlotId
from agent.domain.people import ServiceType

WORLD = ZoneInfo("UTC")
LONGEST_VISIT = timedelta(hours=12)
AT_ONCE = 40
"""Schedules that one search names."""
TAKEN = "busy,busy-tentative,busy-unavailable"


def slot_id(resource_id: str, start: datetime, service_type: ServiceTypeId) -> SlotId:
    """A slot that is open to several services is a different offer for each, and one that was
    moved is another offer than before."""
    return SlotId(f"{resource_id}:{int(start.timestamp())}:{service_type}")


def slot_parts(slot: SlotId) -> tuple[str, ServiceTypeId]:
    """The FHIR Slot's id and the service it was offered for."""
    resource_id, _, rest = slot.partition(":")
    return resource_id, ServiceTypeId(rest.partition(":")[2])


@dataclass(frozen=True, slots=True)
class _Calendar:
    """A FHIR Schedule: whose, where, for which services."""

    practitioner_id: PractitionerId
    location_id: LocationId | None
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    practitioner_id: PractitionerId
    start: datetime
    end: datetime

    def overlaps(self, slot: Slot) -> bool:
        return (
            self.practitioner_id == slot.practitioner_id
            and self.start < slot.end
            and slot.start < self.end
        )


class Slots:
    """A slot counts for a service that it names itself or, naming none, its schedule names."""

    def __init__(self, client: FhirClient, timezone: ZoneInfo) -> None:
        self._client = client
        self._timezone = timezone

    async def calendars(self, practitioner_ids: tuple[PractitionerId, ...]) -> dict[str, _Calendar]:
        """The active schedules by id; of everybody when no practitioner is named."""
        params = [("active", "true")]
        if practitioner_ids:
            known = [reference("Practitioner", one) for one in practitioner_ids if is_id(one)]
            params.append(("actor", ",".join(known)))
        found = await self._client.search("Schedule", params)
        calendars = mapped(of_type(found, "Schedule"), _calendar)
        return {
            schedule: calendar
            for schedule, calendar in calendars
            if not practitioner_ids or calendar.practitioner_id in practitioner_ids
        }

    async def free(
        self,
        query: SlotQuery,
        calendars: dict[str, _Calendar],
        duration: timedelta,
        now: datetime,
    ) -> tuple[Slot, ...]:
        """Future slots of `query` that last at least `duration`, cut to it."""
        offered = [
            schedule
            for schedule, calendar in calendars.items()
            if query.service_type in calendar.services or not calendar.services
        ]
        if not offered:
            return ()
        free, busy = await asyncio.gather(
            self._of(offered, "free", query.earliest, query.latest),
            self._of(
                list(calendars), TAKEN, query.earliest - LONGEST_VISIT, query.latest + duration
            ),
        )
        taken = mapped(busy, lambda slot: self._taken(slot, calendars))
        slots = mapped(free, lambda slot: self._slot(slot, calendars, query.service_type, duration))
        open_ones = [
            slot
            for slot in slots
            if slot.start > now
            and query.earliest.astimezone(WORLD) <= slot.start < query.latest.astimezone(WORLD)
            and not any(one.overlaps(slot) for one in taken)
        ]
        return tuple(sorted(open_ones, key=_by_time)[: query.limit])

    async def offer(self, slot: Resource, service: ServiceType) -> Slot | None:
        """What the slot offers to who wants that service, whatever its status is."""
        schedules = await asyncio.gather(
            *(
                self._client.read("Schedule", one)
                for one in referenced(slot.get("schedule"), "Schedule")
            )
        )
        calendars = dict(mapped(filter(None, schedules), _calendar))
        duration = timedelta(minutes=service.duration_minutes)
        offers = mapped([slot], lambda one: self._slot(one, calendars, service.id, duration))
        return offers[0] if offers else None

    async def is_taken_beside(self, offer: Slot, but: Collection[str]) -> bool:
        """Whether another slot of the same person (none of the ids in `but`) takes this time."""
        calendars = await self.calendars((offer.practitioner_id,))
        around = await self._of(list(calendars), TAKEN, offer.start - LONGEST_VISIT, offer.end)
        others = [slot for slot in around if slot["id"] not in but]
        taken = mapped(others, lambda slot: self._taken(slot, calendars))
        return any(one.overlaps(offer) for one in taken)

    async def _of(
        self, schedules: list[str], status: str, earliest: datetime, latest: datetime
    ) -> list[Resource]:
        """The slots of these schedules that start in [earliest, latest)."""
        searches = [
            self._client.search(
                "Slot",
                [
                    (
                        "schedule",
                        ",".join(
                            reference("Schedule", one) for one in schedules[at : at + AT_ONCE]
                        ),
                    ),
                    ("status", status),
                    ("start", f"ge{_utc(earliest)}"),
                    ("start", f"lt{_utc(latest)}"),
                ],
            )
            for at in range(0, len(schedules), AT_ONCE)
        ]
        pages = await asyncio.gather(*searches)
        return [
            slot
            for page in pages
            for slot in of_type(page, "Slot")
            if slot.get("status") in status.split(",")
        ]

    def _slot(
        self,
        resource: Resource,
        calendars: dict[str, _Calendar],
        service_type: ServiceTypeId,
        duration: timedelta,
    ) -> Slot | None:
        calendar = _calendar_of(resource, calendars)
        services = codes(resource.get("serviceType")) or (calendar.services if calendar else ())
        if calendar is None or service_type not in services:
            return None
        start, end = _times(resource)
        if end - start < duration:
            return None
        return Slot(
            id=slot_id(resource["id"], start, service_type),
            practitioner_id=calendar.practitioner_id,
            service_type=service_type,
            start=start.astimezone(self._timezone),
            end=(start + duration).astimezone(self._timezone),
            location_id=calendar.location_id,
        )

    def _taken(self, resource: Resource, calendars: dict[str, _Calendar]) -> _Taken | None:
        calendar = _calendar_of(resource, calendars)
        if calendar is None:
            return None
        return _Taken(calendar.practitioner_id, *_times(resource))


def _calendar(resource: Resource) -> tuple[str, _Calendar] | None:
    """None: no single person's (a room, a device)."""
    practitioners = referenced(resource.get("actor"), "Practitioner")
    if len(practitioners) != 1 or resource.get("active") is False:
        return None
    places = referenced(resource.get("actor"), "Location")
    return resource["id"], _Calendar(
        PractitionerId(practitioners[0]),
        LocationId(places[0]) if places else None,
        codes(resource.get("serviceType")),
    )


def _calendar_of(slot: Resource, calendars: dict[str, _Calendar]) -> _Calendar | None:
    schedules = referenced(slot.get("schedule"), "Schedule")
    return calendars.get(schedules[0]) if schedules else None


def _times(slot: Resource) -> tuple[datetime, datetime]:
    """In UTC: times of one zone compare by the clock on the wall, which shows an hour twice."""
    start = needed(moment(slot.get("start"), WORLD), "start")
    end = needed(moment(slot.get("end"), WORLD), "end")
    return start, end


def _by_time(slot: Slot) -> tuple[float, str]:
    return slot.start.timestamp(), slot.practitioner_id


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
