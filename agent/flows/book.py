"""Booking a new appointment: which kind, with whom, when, how; read back; then the write."""

from dataclasses import replace

from agent.domain.people import ServiceType
from agent.domain.terms import Capability, Intent, Kind, TaskCode
from agent.flows.engine import confirm
from agent.flows.flow import Ask, Done, Flow, Go, Move, Relay, Step, Unclear, Visit
from agent.flows.requests import asks_back, requested
from agent.flows.times import after_trouble, offer, open_times, picked, wanted_instead
from agent.flows.visits import booked, place, service_in_words, service_name
from agent.ports import Overlapping, SlotTaken, Unconfirmed
from agent.tools.desk import Errand
from agent.tools.scheduling import book_appointment, has_been_seen
from agent.understanding.dates import parse_when
from agent.understanding.people import find_practitioners, match_items


async def service(visit: Visit) -> Move:
    """What kind of appointment: named, the only one the named practitioner offers, or asked."""
    words = visit.answer.text if visit.answer else visit.text
    if visit.answer is not None and visit.answer.value is not None:
        return _with_service(visit, visit.answer.value, visit.slots.get("wish", ""))
    people = find_practitioners(words, visit.practitioners)
    offered = _offered(visit, tuple(p.id for p in people))
    named = service_in_words(visit, visit.service_types)
    if named is None and len(offered) == 1:
        named = offered[0]
    if named is not None:
        return _with_service(visit, named.id, words)
    if visit.answer is not None:
        return Unclear()
    if not offered:
        return _relay(visit, "", "handoff.lead.no_service")
    return Ask(
        visit.say("book.which_service"),
        tuple((s.id, s.name) for s in offered[:8]),
        Kind.OPTIONS,
        slots={"wish": visit.text},
    )


def _with_service(visit: Visit, service_type: str, wish: str) -> Go:
    people = find_practitioners(wish, visit.practitioners)
    practitioners = " ".join(p.id for p in people if service_type in p.service_types)
    when = parse_when(wish, visit.now)
    return Go(
        "rules",
        {
            "service": service_type,
            "practitioners": practitioners,
            "wanted": wish if when else "",
            "wish": wish,
        },
    )


def _offered(visit: Visit, practitioner_ids: tuple[str, ...]) -> tuple[ServiceType, ...]:
    """What these practitioners offer; nobody named: the patient's own; none: everything."""
    ids = practitioner_ids or visit.patient.practitioner_ids
    offered = {s for p in visit.practitioners if p.id in ids for s in p.service_types}
    return tuple(s for s in visit.service_types if s.id in offered) or visit.service_types


async def rules(visit: Visit) -> Move:
    """First visits of some kinds, and practices that book by person, are set up by staff."""
    chosen = visit.service(visit.slots["service"])
    if visit.by_request:
        return Go("modality")
    if not visit.may_write:
        return _relay(visit, visit.slots["service"], "handoff.lead.request_sent")
    known = chosen is None or chosen.new_patients or await has_been_seen(visit.tools, chosen.id)
    if not known:
        return _relay(visit, visit.slots["service"], "handoff.lead.new_patient")
    return Go("modality")


async def modality(visit: Visit) -> Move:
    """How they meet, when there is a choice."""
    chosen = visit.service(visit.slots["service"])
    choices = chosen.modalities if chosen else ("in_person",)
    if visit.answer is not None:
        if visit.answer.value is None:
            return Unclear()
        return Go("times", {"modality": visit.answer.value})
    if len(choices) <= 1:
        return Go("times", {"modality": choices[0] if choices else "in_person"})
    labels = [visit.words(f"appointments.{choice}") for choice in choices]
    named = match_items(visit.slots.get("wish", ""), labels)
    if len(named) == 1:
        return Go("times", {"modality": choices[named[0]]})
    return Ask(
        visit.say("book.which_modality"),
        tuple(zip(choices, (_capital(text) for text in labels), strict=True)),
        Kind.OPTIONS,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


async def times(visit: Visit) -> Move:
    """Offers times: with the named practitioner, else the patient's own, else anyone; asks for some
    where the EHR shows none."""
    if not visit.tools.can(Capability.FIND_SLOTS):
        return _when(visit)
    if visit.answer is not None:
        if visit.answer.value is not None:
            return Go("check", {"time": visit.answer.value})
        people = find_practitioners(visit.answer.text, visit.practitioners)
        wanted = wanted_instead(visit)
        if not people and not wanted:
            return Unclear()
        kept = visit.slots.get("practitioners", "")
        return Go(
            "times",
            {
                "wanted": wanted or visit.slots.get("wanted", ""),
                "practitioners": " ".join(p.id for p in people) or kept,
            },
        )
    service_type = visit.slots["service"]
    wanted = visit.slots.get("wanted", "")
    when = parse_when(wanted, visit.now) if wanted else None
    slots, fits = await open_times(visit, service_type, _with_whom(visit), when)
    if not slots:
        slots, fits = await open_times(visit, service_type, (), when)
    if not slots:
        return _relay(visit, service_type, "slots.none_at_all")
    key = "slots.offer_book" if fits else "slots.none_matching_book"
    said = visit.say(key, service=service_name(visit, service_type))
    return offer(visit, after_trouble(visit, said), slots, wanted)


def _with_whom(visit: Visit) -> tuple[str, ...]:
    named = tuple(visit.slots.get("practitioners", "").split())
    if named:
        return named
    own = visit.patient.practitioner_ids
    service_type = visit.slots["service"]
    return tuple(
        p.id for p in visit.practitioners if p.id in own and service_type in p.service_types
    )


async def check(visit: Visit) -> Move:
    """Reads the booking back and, after a yes, makes it."""
    time = picked(visit.slots["time"])
    if visit.by_request:
        return _handed_over(visit, visit.wording.when("en", time.start), (time.practitioner_id,))
    if visit.answer is None:
        practitioner = visit.practitioner(time.practitioner_id)
        said = visit.say(
            "book.confirm",
            service=service_name(visit, visit.slots["service"]),
            practitioner=practitioner.name if practitioner else "",
            new=visit.when(time.start),
            place=place(visit, visit.slots["modality"], time.location_id),
        )
        return confirm(said, visit.words("book.yes"), visit.words("book.no"))
    if visit.answer.value == "no":
        return Done((visit.say("common.nothing_changed"),))
    if visit.answer.value is None:
        wanted = wanted_instead(visit)
        return Go("times", {"wanted": wanted}) if wanted else Unclear()
    try:
        made = await book_appointment(visit.tools, time.slot_id, visit.slots["modality"])
    except SlotTaken:
        return Go("times", {"trouble": "slots.taken"})
    except Overlapping:
        return Go("times", {"trouble": "slots.overlapping"})
    except Unconfirmed:
        new = visit.wording.when("en", time.start)
        lead = "handoff.lead.unconfirmed"
        return _handed_over(visit, new, (time.practitioner_id,), "request.check_booking", lead)
    return Done(booked(visit, "book.done", made))


def _when(visit: Visit) -> Move:
    wish = visit.slots.get("wanted", "")
    if visit.answer is not None:
        if asks_back(visit):
            return Unclear()
        wish = visit.answer.text
    if wish:
        return _handed_over(visit, wish, _with_whom(visit))
    return Ask(visit.say("request.when_book"))


def _handed_over(
    visit: Visit,
    new: str,
    practitioner_ids: tuple[str, ...],
    instruction: str = "request.book",
    lead: str = "handoff.lead.request_sent",
) -> Relay:
    english = replace(visit, language="en")
    names = [p.name for p in visit.practitioners if p.id in practitioner_ids]
    anyone = visit.wording.say("en", "request.anyone")
    return requested(
        visit,
        TaskCode.APPOINTMENT_REQUEST,
        instruction,
        lead,
        service=service_name(visit, visit.slots["service"]),
        practitioner=visit.wording.listed("en", names) or anyone,
        new=new,
        place=place(english, visit.slots["modality"], None),
    )


def _relay(visit: Visit, service_type: str, lead: str) -> Relay:
    name = service_name(visit, service_type) if service_type else "-"
    wish = visit.slots.get("wish") or visit.text
    summary = visit.wording.say("en", "book.summary", service=name, wish=wish)
    return Relay(Errand(TaskCode.APPOINTMENT_REQUEST, summary), visit.say(lead))


FLOW = Flow(
    name=Intent.APPOINTMENT_BOOK,
    first="service",
    steps={
        "service": Step(service, ("rules",)),
        "rules": Step(rules, ("modality",)),
        "modality": Step(modality, ("times",)),
        "times": Step(times, ("times", "check")),
        "check": Step(check, ("times",)),
    },
)
