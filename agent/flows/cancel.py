"""Cancelling an appointment: which one, the fee said before the yes, then the write."""

from dataclasses import replace
from datetime import timedelta

from agent.domain.booking import Appointment
from agent.domain.ids import AppointmentId
from agent.domain.terms import Capability, Intent, TaskCode
from agent.flows.engine import confirm
from agent.flows.flow import Done, Flow, Go, Move, Relay, Said, Step, Switch, Unclear, Visit
from agent.flows.requests import in_words, requested
from agent.flows.visits import (
    ask_which,
    described,
    listing,
    meant_instead,
    mentioned,
    pick_by_words,
)
from agent.ports import NotFound
from agent.tools.desk import Errand
from agent.tools.scheduling import cancel_appointment, list_appointments
from agent.understanding.dates import parse_when


async def pick(visit: Visit) -> Move:
    """Which appointment is to be cancelled."""
    if visit.by_request and not visit.tools.can(Capability.LIST_APPOINTMENTS):
        return Go("unlisted")
    appointments = await list_appointments(visit.tools, visit.now)
    if not appointments:
        return Done((listing(visit, visit.say("appointments.none_to_cancel")),))
    if visit.answer is None:
        found = mentioned(visit, appointments, parse_when(visit.text, visit.now))
        if len(found) == 1:
            return Go("check", {"appointment": found[0].id})
        return ask_which(visit, "appointments.which_cancel", found)
    chosen = visit.answer.value
    if chosen is None:
        picked = pick_by_words(visit, appointments)
        if picked is None:
            return Unclear()
        chosen = picked.id
    return Go("check", {"appointment": chosen})


async def check(visit: Visit) -> Move:
    """Reads back what will be cancelled and what it costs; after a yes, cancels."""
    if visit.answer is not None and visit.answer.value == "yes":
        return await _cancel(visit)
    found = await list_appointments(visit.tools, visit.now)
    appointment = next((a for a in found if a.id == visit.slots["appointment"]), None)
    if appointment is None:
        return Done((visit.say("reschedule.gone"),))
    if visit.answer is None:
        if not visit.may_write:
            return _relay(visit, appointment)
        return _read_back(visit, appointment)
    if visit.answer.value == "no":
        return Done((visit.say("cancel.kept", old=described(visit, appointment)["old"]),))
    other = meant_instead(visit, found, appointment.id)
    if other is not None:
        return Go("check", {"appointment": other.id})
    if parse_when(visit.answer.text, visit.now) is not None:
        return Switch(Intent.APPOINTMENT_RESCHEDULE, visit.answer.text)
    return Unclear()


def _read_back(visit: Visit, appointment: Appointment) -> Move:
    return confirm(
        _with_fee(visit, appointment, "cancel.confirm"),
        visit.words("cancel.yes"),
        visit.words("cancel.no"),
    )


async def _cancel(visit: Visit) -> Move:
    """Also when the turn runs again after a crash: the same key gives the cancelled one."""
    try:
        gone = await cancel_appointment(visit.tools, AppointmentId(visit.slots["appointment"]))
    except NotFound:
        return Done((visit.say("reschedule.gone"),))
    return Done((_with_fee(visit, gone, "cancel.done"),))


def _with_fee(visit: Visit, appointment: Appointment, key: str) -> Said:
    """`key`, or its `_fee` form when a late-cancellation fee applies now."""
    values = described(visit, appointment)
    values.pop("place")
    policy = visit.practice.scheduling
    late = appointment.start - visit.now < timedelta(hours=policy.cancel_window_hours)
    if not late or policy.late_cancel_fee_cents == 0:
        return visit.say(key, **values)
    fee = visit.wording.money(policy.late_cancel_fee_cents)
    if key == "cancel.confirm":
        values["hours"] = str(policy.cancel_window_hours)
    return visit.say(f"{key}_fee", fee=fee, **values)


def _relay(visit: Visit, appointment: Appointment) -> Relay:
    values = described(replace(visit, language="en"), appointment)
    values.pop("place")
    if visit.by_request:
        return requested(visit, TaskCode.CANCEL_REQUEST, "request.cancel", **values)
    summary = visit.wording.say("en", "cancel.summary", **values)
    said = visit.say("handoff.lead.request_sent")
    return Relay(Errand(TaskCode.CANCEL_REQUEST, summary), said)


FLOW = Flow(
    name=Intent.APPOINTMENT_CANCEL,
    first="pick",
    steps={
        "pick": Step(pick, ("check", "unlisted")),
        "unlisted": Step(
            in_words("request.which_cancel", TaskCode.CANCEL_REQUEST, "request.cancel_in_words")
        ),
        "check": Step(check, ("check",)),
    },
)
