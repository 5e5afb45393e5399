"""Asking for a refill: the prescription is checked, the request goes to the prescriber's team.

It is never an approval (DOMAIN C.1 `refill_request`, S143): whatever the prescription says, a
person decides; what it says goes into the task.
"""

from agent.domain.records import MedicationRequest, MedicationRequestStatus
from agent.domain.terms import Intent, Kind, Priority, TaskCode
from agent.flows.engine import confirm
from agent.flows.flow import Ask, Done, Flow, Go, Move, Relay, Step, Unclear, Visit
from agent.tools.desk import Errand
from agent.tools.records import list_medication_requests
from agent.understanding.people import match_items

OTHER = "other"


async def pick(visit: Visit) -> Move:
    """Which medication: named, the only active one, or asked."""
    found = tuple(
        m
        for m in await list_medication_requests(visit.tools)
        if m.status is not MedicationRequestStatus.STOPPED
    )
    if visit.answer is not None and visit.answer.value == OTHER:
        return _unknown(visit)
    if visit.answer is not None and visit.answer.value is not None:
        return Go("check", {"medication": visit.answer.value})
    words = visit.answer.text if visit.answer else visit.text
    named = match_items(words, [m.medication for m in found])
    if len(named) == 1:
        return Go("check", {"medication": found[named[0]].id})
    if visit.answer is not None:
        return Unclear()
    if not found:
        return _unknown(visit)
    if len(found) == 1 and found[0].status is MedicationRequestStatus.ACTIVE and not named:
        return Go("check", {"medication": found[0].id})
    shown = tuple(found[i] for i in named) if named else found
    offers = tuple((m.id, m.medication) for m in shown[:8])
    return Ask(
        visit.say("refill.which"),
        (*offers, (OTHER, visit.words("refill.other"))),
        Kind.OPTIONS,
        slots={"wish": visit.text},
    )


async def check(visit: Visit) -> Move:
    """An expired prescription goes to a person at once; an active one is read back first."""
    wanted = visit.slots["medication"]
    found = await list_medication_requests(visit.tools)
    medication = next((m for m in found if m.id == wanted), None)
    if medication is None:
        return _unknown(visit)
    if medication.status is not MedicationRequestStatus.ACTIVE:
        said = visit.say("handoff.lead.medication_expired", medication=medication.medication)
        return Relay(_errand(visit, medication), said, tool="refill_request")
    if visit.answer is None:
        return _read_back(visit, medication)
    if visit.answer.value == "yes":
        said = visit.say("refill.done", medication=medication.medication)
        return Relay(_errand(visit, medication), said, tool="refill_request", holding=False)
    if visit.answer.value == "no":
        return Done((visit.say("refill.not_sent"),))
    named = match_items(visit.answer.text, [m.medication for m in found])
    if len(named) == 1 and found[named[0]].id != wanted:
        return Go("check", {"medication": found[named[0]].id})
    return Unclear()


def _read_back(visit: Visit, medication: MedicationRequest) -> Move:
    prescriber = visit.practitioner(medication.prescriber_id)
    if prescriber and medication.pharmacy:
        said = visit.say(
            "refill.confirm",
            medication=medication.medication,
            prescriber=prescriber.name,
            pharmacy=medication.pharmacy,
        )
    else:
        said = visit.say("refill.confirm_plain", medication=medication.medication)
    return confirm(said, visit.words("refill.yes"), visit.words("refill.no"))


def _errand(visit: Visit, medication: MedicationRequest) -> Errand:
    """The request with what the prescriber's team must know."""
    say = visit.wording.say
    notes = [say("en", "refill.summary", medication=medication.medication)]
    if medication.status is not MedicationRequestStatus.ACTIVE:
        notes.append(say("en", "refill.note_expired", status=medication.status))
    elif medication.refills_remaining == 0:
        notes.append(say("en", "refill.note_no_refills"))
    if medication.controlled:
        notes.append(say("en", "refill.note_controlled"))
    if medication.pharmacy:
        notes.append(say("en", "refill.note_pharmacy", pharmacy=medication.pharmacy))
    priority = Priority.URGENT if medication.controlled else Priority.ASAP
    return Errand(TaskCode.REFILL_REQUEST, " ".join(notes), priority)


def _unknown(visit: Visit) -> Relay:
    wish = visit.slots.get("wish") or visit.text
    summary = visit.wording.say("en", "refill.summary_unknown", wish=wish)
    said = visit.say("handoff.lead.medication_unknown")
    return Relay(Errand(TaskCode.REFILL_REQUEST, summary), said, tool="refill_request")


FLOW = Flow(
    name=Intent.REFILL,
    first="pick",
    steps={"pick": Step(pick, ("check",)), "check": Step(check, ("check",))},
)
