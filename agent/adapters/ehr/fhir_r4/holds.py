"""Slots on their way from free to busy or back: whose they are meanwhile, and what settles them.

A slot that one of our writes is busy with stands `busy-tentative` with the name of its holder and
a time. Whatever happens to the holder, the slot can be settled from the outside: busy if an
appointment stands on it, else free.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.client import (
    FhirClient,
    Refused,
    Resource,
    Stale,
    of_type,
    reference,
)
from agent.adapters.ehr.fhir_r4.extensions import HOLD
from agent.adapters.ehr.fhir_r4.marks import marked
from agent.adapters.ehr.fhir_r4.values import (
    extension,
    extensions,
    moment,
    objects,
    referenced,
    text,
)
from agent.ports import Clock

FREE, HELD, BUSY = "free", "busy-tentative", "busy"
NO_LONGER = frozenset({"cancelled", "noshow", "entered-in-error", "waitlist", "proposed"})
"""An appointment of these takes nobody's time."""


@dataclass(frozen=True, slots=True)
class Hold:
    owner: str
    until: datetime


def hold_of(slot: Resource) -> Hold | None:
    """Our hold on the slot; None where there is none, or another system's."""
    if slot.get("status") != HELD:
        return None
    parts = next(iter(extensions(slot, HOLD)), {})
    owner = extension(parts, "owner", "valueString")
    until = moment(extension(parts, "until", "valueInstant"), ZoneInfo("UTC"))
    return Hold(owner, until) if isinstance(owner, str) and until is not None else None


def takes_time(appointment: Resource) -> bool:
    return text(appointment.get("status")) not in NO_LONGER


@dataclass(frozen=True, slots=True)
class Holds:
    """Every change names the version it changes, so of two writers one gets `Stale`."""

    client: FhirClient
    clock: Clock
    lasts: timedelta

    async def take(self, slot: Resource, owner: str) -> Resource:
        """Raises `Stale`."""
        hold = {
            "url": HOLD,
            "extension": [
                {"url": "owner", "valueString": owner},
                {"url": "until", "valueInstant": _instant(self.clock.now() + self.lasts)},
            ],
        }
        return await self._put(slot, HELD, owner, hold)

    async def occupy(self, slot: Resource, owner: str) -> Resource:
        """Raises `Stale`."""
        return await self._put(slot, BUSY, owner)

    async def standing_on(self, slot: Resource) -> tuple[Resource, ...]:
        """The appointments that take the slot's time."""
        place = reference("Slot", slot["id"])
        found = await self.client.search("Appointment", [("slot", place)])
        return tuple(
            one
            for one in of_type(found, "Appointment")
            if takes_time(one) and slot["id"] in referenced(one.get("slot"), "Slot")
        )

    async def settle(self, slot: Resource, owner: str) -> bool:
        """Ends the hold with what stands on the slot; whether nobody else had changed it."""
        status = BUSY if await self.standing_on(slot) else FREE
        try:
            await self._put(slot, status, owner)
        except (Stale, Refused):  # somebody else's since, or no longer there
            return False
        return True

    async def settle_held(self, slot_ids: Iterable[str], owner: str) -> None:
        """Ends those of `owner`'s holds that still stand."""
        for slot_id in slot_ids:
            slot = await self.client.read("Slot", slot_id)
            hold = hold_of(slot) if slot is not None else None
            if slot is not None and hold is not None and hold.owner == owner:
                await self.settle(slot, owner)

    async def _put(self, slot: Resource, status: str, owner: str, *hold: Resource) -> Resource:
        others = [one for one in objects(slot.get("extension")) if one.get("url") != HOLD]
        changed = {**slot, "status": status, "extension": [*others, *hold]}
        if not changed["extension"]:
            del changed["extension"]
        return await self.client.update(marked(changed, owner))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
