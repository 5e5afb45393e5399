"""Offering free times: which slots fit the patient's wish, and the few that are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from agent.domain.booking import Slot
from agent.domain.ids import PractitionerId, ServiceTypeId, SlotId
from agent.domain.terms import Kind
from agent.flows.flow import Ask, Said, Visit
from agent.flows.visits import local
from agent.tools.scheduling import find_slots
from agent.understanding.dates import When, in_context, matches, parse_move, parse_when

HORIZON = timedelta(days=42)
"""How far ahead times are looked for when the patient names no date."""


async def open_times(
    visit: Visit,
    service_type: str,
    practitioner_ids: tuple[str, ...],
    wanted: When | None,
) -> tuple[tuple[Slot, ...], bool]:
    """A few slots (`[scheduling] offer`) and whether they are at the wanted time; when nothing
    fits, the nearest others. Empty: there is no open time at all."""
    policy = visit.practice.scheduling
    earliest = visit.now + timedelta(hours=policy.min_notice_hours)
    latest = visit.now + HORIZON
    if wanted is not None:
        end = datetime.combine(wanted.end, time.max, tzinfo=visit.practice.timezone)
        latest = max(latest, end + timedelta(days=7))
    slots = await find_slots(
        visit.tools,
        ServiceTypeId(service_type),
        tuple(PractitionerId(p) for p in practitioner_ids),
        earliest,
        latest,
    )
    if wanted is None:
        return _spread(slots, policy.offer), True
    fitting = tuple(s for s in slots if matches(wanted, local(visit, s.start)))
    if fitting:
        return _spread(fitting, policy.offer), True
    return _nearest(slots, wanted, policy.offer, visit), False


def _spread(slots: Sequence[Slot], count: int) -> tuple[Slot, ...]:
    """The soonest slot of each day first, then more of the soonest days; shown by start."""
    chosen: list[Slot] = []
    days = set()
    for slot in slots:
        if slot.start.date() not in days and len(chosen) < count:
            days.add(slot.start.date())
            chosen.append(slot)
    for slot in slots:
        taken = {s.start for s in chosen}
        if len(chosen) < count and slot.start not in taken:
            chosen.append(slot)
    return tuple(sorted(chosen, key=lambda s: s.start))


def _nearest(slots: Sequence[Slot], wanted: When, count: int, visit: Visit) -> tuple[Slot, ...]:
    """The slots nearest to the first wanted moment."""
    target = wanted.exact or datetime.combine(
        wanted.start, wanted.earliest or time(12), tzinfo=visit.practice.timezone
    )
    by_distance = sorted(slots, key=lambda s: abs(s.start - target))
    return _spread(sorted(by_distance[: count * 4], key=lambda s: s.start), count)


def offer(visit: Visit, said: Said, slots: Sequence[Slot], wanted: str) -> Ask:
    """The times as buttons; `wanted` is kept so that a lost race can be offered again."""
    return Ask(
        said,
        tuple((_packed(slot), slot_label(visit, slot)) for slot in slots),
        Kind.OPTIONS,
        slots={"wanted": wanted, "trouble": ""},
        starts=tuple(local(visit, s.start) for s in slots),
    )


@dataclass(frozen=True, slots=True)
class PickedTime:
    """What an offered time means, carried in the offer itself."""

    start: datetime
    practitioner_id: str
    location_id: str | None
    slot_id: SlotId


def _packed(slot: Slot) -> str:
    start = slot.start.isoformat()
    return "\n".join((start, slot.practitioner_id, slot.location_id or "", slot.id))


def picked(value: str) -> PickedTime:
    start, practitioner_id, location_id, slot_id = value.split("\n", 3)
    at = datetime.fromisoformat(start)
    return PickedTime(at, practitioner_id, location_id or None, SlotId(slot_id))


def wanted_instead(visit: Visit) -> str:
    """The time that an answer asks for instead, in words that say which days; empty if it names
    none. "Thursday" and "10:30" are about the time picked, else about the days asked for before.
    """
    if visit.answer is None or parse_when(visit.answer.text, visit.now) is None:
        return ""
    if "time" in visit.slots:
        day = local(visit, picked(visit.slots["time"]).start).date()
        return in_context(visit.answer.text, visit.now, (day, day))
    earlier = visit.slots.get("wanted", "")
    before = parse_move(earlier, visit.now).to or parse_when(earlier, visit.now)
    if before is None or before.end - before.start > timedelta(days=14):
        return visit.answer.text
    return in_context(visit.answer.text, visit.now, (before.start, before.end))


def after_trouble(visit: Visit, said: Said) -> Said:
    """`said` after a word on why the last choice could not be had."""
    trouble = visit.slots.get("trouble")
    if not trouble:
        return said
    return Said(f"{visit.words(trouble)} {said.text}", said.facts)


def slot_label(visit: Visit, slot: Slot) -> str:
    practitioner = visit.practitioner(slot.practitioner_id)
    return visit.words(
        "slots.label",
        when=visit.when(slot.start),
        practitioner=practitioner.name if practitioner else "",
    )
