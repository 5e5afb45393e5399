"""Joining and leaving the waitlist."""

from agent.domain.booking import WaitlistEntry
from agent.domain.ids import PractitionerId, ServiceTypeId
from agent.domain.terms import Capability, Intent, Kind, TaskCode
from agent.flows.engine import confirm
from agent.flows.flow import Ask, Done, Flow, Go, Move, Relay, Step, Unclear, Visit
from agent.flows.requests import requested
from agent.flows.visits import service_in_words, service_name
from agent.tools.desk import Errand
from agent.tools.scheduling import (
    join_waitlist,
    leave_waitlist,
    list_appointments,
    list_waitlist,
)
from agent.understanding.people import find_practitioners


async def service(visit: Visit) -> Move:
    """What for: named, the kind of the only upcoming appointment, the only one there is, asked."""
    if visit.answer is not None and visit.answer.value is not None:
        return Go("check", {"service": visit.answer.value})
    named = service_in_words(visit, visit.service_types)
    if named is not None:
        return Go("check", {"service": named.id, **_wish(visit)})
    if visit.answer is not None:
        return Unclear()
    upcoming = set()
    if visit.tools.can(Capability.LIST_APPOINTMENTS):
        upcoming = {a.service_type for a in await list_appointments(visit.tools, visit.now)}
    services = tuple(s for s in visit.service_types if s.id in upcoming) or visit.service_types
    if len(services) == 1:
        return Go("check", {"service": services[0].id, **_wish(visit)})
    return Ask(
        visit.say("waitlist.which_service"),
        tuple((s.id, s.name) for s in services[:8]),
        Kind.OPTIONS,
        slots=_wish(visit),
    )


def _wish(visit: Visit) -> dict[str, str]:
    people = find_practitioners(visit.text, visit.practitioners)
    practitioner = people[0].id if len(people) == 1 else ""
    return {"wish": visit.text, "practitioner": practitioner}


async def check(visit: Visit) -> Move:
    """Reads it back; after a yes, joins."""
    service_type = visit.slots["service"]
    name = service_name(visit, service_type)
    if visit.answer is None:
        if visit.by_request:
            wish = visit.slots.get("wish", "")
            return requested(visit, TaskCode.WAITLIST, "request.waitlist", service=name, wish=wish)
        if not visit.may_write:
            wish = visit.slots.get("wish", "")
            summary = visit.wording.say("en", "waitlist.summary", service=name, wish=wish)
            said = visit.say("handoff.lead.request_sent")
            return Relay(Errand(TaskCode.WAITLIST, summary), said)
        if any(e.service_type == service_type for e in await list_waitlist(visit.tools)):
            return Done((visit.say("waitlist.already", service=name),))
        practitioner = visit.practitioner(visit.slots.get("practitioner"))
        said = (
            visit.say("waitlist.confirm_with", service=name, practitioner=practitioner.name)
            if practitioner
            else visit.say("waitlist.confirm", service=name)
        )
        return confirm(said, visit.words("waitlist.yes"), visit.words("waitlist.no"))
    if visit.answer.value == "yes":
        with_whom = visit.slots.get("practitioner")
        await join_waitlist(
            visit.tools,
            ServiceTypeId(service_type),
            PractitionerId(with_whom) if with_whom else None,
            visit.slots.get("wish", ""),
        )
        return Done((visit.say("waitlist.done", service=name),))
    if visit.answer.value == "no":
        return Done((visit.say("common.nothing_changed"),))
    return Unclear()


async def leave(visit: Visit) -> Move:
    """Takes the patient off every waitlist entry, after a yes."""
    if visit.by_request:
        return requested(visit, TaskCode.WAITLIST, "request.waitlist_leave", wish=visit.text)
    entries = await list_waitlist(visit.tools)
    names = ", ".join(service_name(visit, e.service_type) for e in entries)
    if visit.answer is None:
        if not entries:
            return Done((visit.say("waitlist.none"),))
        return confirm(
            visit.say("waitlist.confirm_leave", service=names),
            visit.words("waitlist.yes_leave"),
            visit.words("waitlist.no_leave"),
        )
    if visit.answer.value == "no":
        return Done((visit.say("common.nothing_changed"),))
    if visit.answer.value is None:
        return Unclear()
    return await _leave(visit, entries, names)


async def _leave(visit: Visit, entries: tuple[WaitlistEntry, ...], names: str) -> Move:
    if not entries:
        return Done((visit.say("waitlist.none"),))
    for entry in entries:
        await leave_waitlist(visit.tools, entry.id)
    return Done((visit.say("waitlist.left", service=names),))


JOIN = Flow(
    name=Intent.WAITLIST_JOIN,
    first="service",
    steps={"service": Step(service, ("check",)), "check": Step(check)},
)
LEAVE = Flow(name=Intent.WAITLIST_LEAVE, first="leave", steps={"leave": Step(leave)})
