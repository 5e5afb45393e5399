"""Confirming that the patient will come."""

from dataclasses import replace

from agent.domain.booking import Appointment, AppointmentStatus
from agent.domain.ids import AppointmentId
from agent.domain.terms import Capability, Intent, TaskCode
from agent.flows.engine import confirm
from agent.flows.flow import Done, Flow, Go, Move, Relay, Step, Switch, Unclear, Visit
from agent.flows.requests import in_words, requested
from agent.flows.visits import ask_which, described, listing, mentioned, pick_by_words
from agent.ports import NotFound
from agent.tools.desk import Errand
from agent.tools.scheduling import confirm_appointment, list_appointments
from agent.understanding.dates import parse_when


async def pick(visit: Visit) -> Move:
    """Which appointment; only those not confirmed yet."""
    if visit.by_request and not visit.tools.can(Capability.LIST_APPOINTMENTS):
        return Go("unlisted")
    found = await list_appointments(visit.tools, visit.now)
    waiting = tuple(a for a in found if a.status is AppointmentStatus.BOOKED)
    if not waiting:
        return Done((listing(visit, visit.say("appointments.none_to_confirm")),))
    if visit.answer is None:
        meant = mentioned(visit, waiting, parse_when(visit.text, visit.now))
        if len(meant) == 1:
            return Go("check", {"appointment": meant[0].id})
        return ask_which(visit, "appointments.which_confirm", meant)
    if visit.answer.value is not None:
        return Go("check", {"appointment": visit.answer.value})
    picked = pick_by_words(visit, waiting)
    return Go("check", {"appointment": picked.id}) if picked else Unclear()


async def check(visit: Visit) -> Move:
    """Reads it back; after a yes, confirms."""
    if visit.answer is not None and visit.answer.value == "yes":
        return await _confirm(visit)
    if visit.answer is not None and visit.answer.value == "no":
        return Done((visit.say("confirm.not_confirmed"),))
    if visit.answer is not None:
        if parse_when(visit.answer.text, visit.now) is None:
            return Unclear()
        return Switch(Intent.APPOINTMENT_RESCHEDULE, visit.answer.text)
    found = await list_appointments(visit.tools, visit.now)
    appointment = next((a for a in found if a.id == visit.slots["appointment"]), None)
    if appointment is None:
        return Done((visit.say("reschedule.gone"),))
    if not visit.may_write:
        return _relay(visit, appointment)
    said = visit.say("confirm.confirm", **described(visit, appointment))
    return confirm(said, visit.words("confirm.yes"), visit.words("confirm.no"))


async def _confirm(visit: Visit) -> Move:
    try:
        kept = await confirm_appointment(visit.tools, AppointmentId(visit.slots["appointment"]))
    except NotFound:
        return Done((visit.say("reschedule.gone"),))
    values = described(visit, kept)
    values.pop("place")
    said = [visit.say("confirm.done", **values)]
    if kept.telehealth_url:
        said.append(visit.say("appointments.video_link", url=kept.telehealth_url))
    return Done(tuple(said))


def _relay(visit: Visit, appointment: Appointment) -> Relay:
    values = described(replace(visit, language="en"), appointment)
    values.pop("place")
    if visit.by_request:
        return requested(visit, TaskCode.APPOINTMENT_REQUEST, "request.confirm", **values)
    summary = visit.wording.say("en", "confirm.summary", **values)
    said = visit.say("handoff.lead.request_sent")
    return Relay(Errand(TaskCode.APPOINTMENT_REQUEST, summary), said)


FLOW = Flow(
    name=Intent.APPOINTMENT_CONFIRM,
    first="pick",
    steps={
        "pick": Step(pick, ("check", "unlisted")),
        "unlisted": Step(
            in_words(
                "request.which_confirm", TaskCode.APPOINTMENT_REQUEST, "request.confirm_in_words"
            )
        ),
        "check": Step(check),
    },
)
