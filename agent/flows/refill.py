"""Asking for a refill: the prescription is checked, the request goes to the prescriber's team.

It is never an approval (DOMAIN C.1 `refill_request`, S143): whatever the prescription says, a
person decides; what it says goes into the task.
"""

from agent.domain.records import MedicationRequest, MedicationRequestStatus
from agent.domain.terms import Capability, Intent, Kind, Priority, TaskCode
from agent.flows.engine import confirm
from agent.flows.flow import Ask, Done, Flow, Go, Move, Relay, Step, Unclear, Visit
from agent.flows.requests import in_words
from agent.tools.desk import Errand
from agent.tools.records import list_medication_requests
from agent.understanding.people import match_items

OTHER = "other"


async def pick(visit: Visit) -> Move:
    """Which medications: named (one or several), the only active one, or asked."""
    if not visit.tools.can(Capability.MEDICATION_REQUESTS):
        return Go("unlisted")
    found = await _on_file(visit)
    if visit.answer is not None and visit.answer.value == OTHER:
        return _unknown(visit)
    if visit.answer is not None and visit.answer.value is not None:
        return Go("check", {"medications": visit.answer.value})
    named = _named(visit, found)
    if named:
        return Go("check", {"medications": _ids(named)})
    if visit.answer is not None:
        return Unclear()
    if not found:
        return _unknown(visit)
    if len(found) == 1 and found[0].status is MedicationRequestStatus.ACTIVE:
        return Go("check", {"medications": found[0].id})
    offers = tuple((m.id, m.medication) for m in found[:8])
    return Ask(
        visit.say("refill.which"),
        (*offers, (OTHER, visit.words("refill.other"))),
        Kind.OPTIONS,
        slots={"wish": visit.text},
    )


async def check(visit: Visit) -> Move:
    """An expired prescription goes to a person at once; an active one is read back first."""
    found = await _on_file(visit)
    wanted = visit.slots["medications"].split("\n")
    medications = tuple(m for m in found if m.id in wanted)
    if not medications:
        return _unknown(visit)
    names = _names(visit, medications)
    if all(m.status is not MedicationRequestStatus.ACTIVE for m in medications):
        said = visit.say("handoff.lead.medication_expired", medication=names)
        return Relay(_errand(visit, medications), said, tool="refill_request")
    if visit.answer is None:
        return _read_back(visit, medications)
    if visit.answer.value == "yes":
        said = visit.say("refill.done", medication=names)
        return Relay(_errand(visit, medications), said, tool="refill_request", holding=False)
    if visit.answer.value == "no":
        return Done((visit.say("refill.not_sent"),))
    named = _named(visit, found)
    if named and _ids(named) != visit.slots["medications"]:
        return Go("check", {"medications": _ids(named)})
    return Unclear()


async def _on_file(visit: Visit) -> tuple[MedicationRequest, ...]:
    """What was stopped is not offered and not found."""
    stopped = MedicationRequestStatus.STOPPED
    return tuple(m for m in await list_medication_requests(visit.tools) if m.status is not stopped)


def _named(visit: Visit, found: tuple[MedicationRequest, ...]) -> tuple[MedicationRequest, ...]:
    words = visit.answer.text if visit.answer else visit.text
    return tuple(found[i] for i in match_items(words, [m.medication for m in found]))


def _ids(medications: tuple[MedicationRequest, ...]) -> str:
    return "\n".join(m.id for m in medications)


def _names(visit: Visit, medications: tuple[MedicationRequest, ...]) -> str:
    return visit.wording.listed(visit.language, [m.medication for m in medications])


def _read_back(visit: Visit, medications: tuple[MedicationRequest, ...]) -> Move:
    names = _names(visit, medications)
    first = medications[0]
    prescriber = visit.practitioner(first.prescriber_id)
    alike = len({(m.prescriber_id, m.pharmacy) for m in medications}) == 1
    if prescriber and first.pharmacy and alike:
        said = visit.say(
            "refill.confirm",
            medication=names,
            prescriber=prescriber.name,
            pharmacy=first.pharmacy,
        )
    else:
        said = visit.say("refill.confirm_plain", medication=names)
    return confirm(said, visit.words("refill.yes"), visit.words("refill.no"))


def _errand(visit: Visit, medications: tuple[MedicationRequest, ...]) -> Errand:
    """The request with what the prescriber's team must know of each."""
    controlled = any(m.controlled for m in medications)
    priority = Priority.URGENT if controlled else Priority.ASAP
    summary = " ".join(_noted(visit, medication) for medication in medications)
    return Errand(TaskCode.REFILL_REQUEST, summary, priority)


def _noted(visit: Visit, medication: MedicationRequest) -> str:
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
    return " ".join(notes)


def _unknown(visit: Visit) -> Relay:
    wish = visit.slots.get("wish") or visit.text
    summary = visit.wording.say("en", "refill.summary_unknown", wish=wish)
    said = visit.say("handoff.lead.medication_unknown")
    return Relay(Errand(TaskCode.REFILL_REQUEST, summary), said, tool="refill_request")


FLOW = Flow(
    name=Intent.REFILL,
    first="pick",
    steps={
        "pick": Step(pick, ("check", "unlisted")),
        "unlisted": Step(
            in_words(
                "request.which_medication",
                TaskCode.REFILL_REQUEST,
                "request.refill_in_words",
                lambda visit: False,
            )
        ),
        "check": Step(check, ("check",)),
    },
)
