"""Moving an appointment: which one, to when, read back, new one first and old one second."""

from dataclasses import replace
from datetime import timedelta

from agent.domain.booking import Appointment
from agent.domain.ids import AppointmentId
from agent.domain.terms import Capability, Intent, TaskCode
from agent.flows.engine import confirm
from agent.flows.flow import Ask, Done, Flow, Go, Move, Relay, Step, Unclear, Visit
from agent.flows.requests import asks_back, in_words, requested
from agent.flows.times import after_trouble, offer, open_times, picked, wanted_instead
from agent.flows.visits import (
    ask_which,
    booked,
    described,
    listing,
    meant_instead,
    mentioned,
    pick_by_words,
)
from agent.ports import NotFound, Overlapping, SlotTaken, Unconfirmed
from agent.tools.desk import Errand
from agent.tools.scheduling import list_appointments, reschedule_appointment
from agent.understanding.dates import parse_move, parse_when


async def pick(visit: Visit) -> Move:
    """Which appointment is to be moved."""
    if visit.by_request and not visit.tools.can(Capability.LIST_APPOINTMENTS):
        return Go("unlisted")
    appointments = await list_appointments(visit.tools, visit.now)
    if not appointments:
        return Done((listing(visit, visit.say("appointments.none_to_move")),))
    if visit.answer is None:
        move = parse_move(visit.text, visit.now)
        found = mentioned(visit, appointments, move.which)
        wanted = visit.text if move.to is not None else ""
        if len(found) == 1:
            return Go("rules", {"appointment": found[0].id, "wanted": wanted})
        return ask_which(visit, "appointments.which_move", found)
    chosen = visit.answer.value
    if chosen is None:
        picked = pick_by_words(visit, appointments)
        if picked is None:
            return Unclear()
        chosen = picked.id
    return Go("rules", {"appointment": chosen})


async def rules(visit: Visit) -> Move:
    """What the practice's policy leaves to the patient (DOMAIN A.16, ruling 3)."""
    appointment = await _appointment(visit)
    if appointment is None:
        return Done((visit.say("reschedule.gone"),))
    policy = visit.practice.scheduling
    if policy.reschedule != "self" or not (visit.may_write or visit.by_request):
        return _relay(visit, appointment, "handoff.lead.reschedule_by_person")
    if appointment.start - visit.now < timedelta(hours=policy.cancel_window_hours):
        return _relay(visit, appointment, "handoff.lead.inside_window")
    return Go("times")


async def times(visit: Visit) -> Move:
    """Offers times with the same practitioner for the same service; asks for some where the EHR
    shows none."""
    if visit.answer is not None:
        if visit.answer.value is not None:
            return Go("check", {"time": visit.answer.value})
        if visit.tools.can(Capability.FIND_SLOTS):
            return await _corrected(visit)
    appointment = await _appointment(visit)
    if appointment is None:
        return Done((visit.say("reschedule.gone"),))
    if not visit.tools.can(Capability.FIND_SLOTS):
        return _when_instead(visit, appointment)
    wanted = visit.slots.get("wanted", "")
    when = parse_move(wanted, visit.now).to or parse_when(wanted, visit.now) if wanted else None
    slots, fits = await open_times(
        visit, appointment.service_type, (appointment.practitioner_id,), when
    )
    if not slots:
        return _relay(visit, appointment, "slots.none_at_all")
    key = "slots.offer_move" if fits else "slots.none_matching_move"
    values = described(visit, appointment)
    said = visit.say(key, old=values["old"], practitioner=values["practitioner"])
    return offer(visit, after_trouble(visit, said), slots, wanted)


async def check(visit: Visit) -> Move:
    """Reads the move back and, after a yes, makes it."""
    appointment = await _appointment(visit)
    if appointment is None:
        return Done((visit.say("reschedule.gone"),))
    values = described(visit, appointment)
    if visit.by_request:
        new = visit.wording.when("en", picked(visit.slots["time"]).start)
        return _handed_over(visit, appointment, new)
    if visit.answer is None:
        new = visit.when(picked(visit.slots["time"]).start)
        said = visit.say(
            "reschedule.confirm",
            service=values["service"],
            practitioner=values["practitioner"],
            old=values["old"],
            new=new,
        )
        return confirm(said, visit.words("reschedule.yes"), visit.words("reschedule.no"))
    if visit.answer.value == "no":
        return Done((visit.say("reschedule.kept", old=values["old"]),))
    if visit.answer.value == "yes":
        return await _move(visit, appointment)
    return await _corrected(visit)


async def _corrected(visit: Visit) -> Move:
    """Another appointment was meant, or another time is wanted."""
    assert visit.answer is not None
    appointments = await list_appointments(visit.tools, visit.now)
    other = meant_instead(visit, appointments, visit.slots["appointment"])
    if other is not None:
        return Go("rules", {"appointment": other.id})
    wanted = wanted_instead(visit)
    return Go("times", {"wanted": wanted}) if wanted else Unclear()


async def _move(visit: Visit, appointment: Appointment) -> Move:
    time = picked(visit.slots["time"])
    try:
        moved = await reschedule_appointment(
            visit.tools,
            AppointmentId(visit.slots["appointment"]),
            time.slot_id,
            appointment.modality,
        )
    except SlotTaken:
        return Go("times", {"trouble": "slots.taken"})
    except Overlapping:
        return Go("times", {"trouble": "slots.overlapping"})
    except NotFound:
        return Done((visit.say("reschedule.gone"),))
    except Unconfirmed:
        new = visit.wording.when("en", time.start)
        lead = "handoff.lead.unconfirmed"
        return _handed_over(visit, appointment, new, "request.check_move", lead)
    return Done(booked(visit, "reschedule.done", moved))


def _when_instead(visit: Visit, appointment: Appointment) -> Move:
    wish = visit.slots.get("wanted", "")
    if visit.answer is not None:
        if asks_back(visit):
            return Unclear()
        wish = visit.answer.text
    if wish:
        return _handed_over(visit, appointment, wish)
    return Ask(visit.say("request.when_move", old=described(visit, appointment)["old"]))


def _handed_over(
    visit: Visit,
    appointment: Appointment,
    new: str,
    instruction: str = "request.move",
    lead: str = "handoff.lead.request_sent",
) -> Relay:
    values = described(replace(visit, language="en"), appointment)
    values.pop("place")
    return requested(visit, TaskCode.RESCHEDULE_REQUEST, instruction, lead, **values, new=new)


async def _appointment(visit: Visit) -> Appointment | None:
    """The appointment being moved, or the one that this very turn has moved it to (a turn runs
    again after a crash)."""
    wanted = visit.slots["appointment"]
    found = await list_appointments(visit.tools, visit.now)
    return next((a for a in found if a.id == wanted or a.replaces == wanted), None)


def _relay(visit: Visit, appointment: Appointment, lead: str) -> Relay:
    values = described(replace(visit, language="en"), appointment)
    values.pop("place")
    summary = visit.wording.say(
        "en", "reschedule.summary", **values, wish=visit.slots.get("wanted") or visit.text
    )
    said = visit.say(lead, hours=visit.practice.scheduling.cancel_window_hours)
    return Relay(Errand(TaskCode.RESCHEDULE_REQUEST, summary), said)


def _both(visit: Visit) -> bool:
    """From when and to when."""
    move = parse_move(visit.text, visit.now)
    return move.which is not None and move.to is not None


FLOW = Flow(
    name=Intent.APPOINTMENT_RESCHEDULE,
    first="pick",
    steps={
        "pick": Step(pick, ("rules", "unlisted")),
        "unlisted": Step(
            in_words(
                "request.which_move", TaskCode.RESCHEDULE_REQUEST, "request.move_in_words", _both
            )
        ),
        "rules": Step(rules, ("times",)),
        "times": Step(times, ("times", "check", "rules")),
        "check": Step(check, ("times", "rules")),
    },
)
