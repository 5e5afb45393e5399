"""What is asked before a person enters in the EHR what it cannot be told from here.

The task then holds the prepared instruction: for whom, what, from when to when. The patient hears
"requested", never "booked".
"""

from collections.abc import Callable

from agent.domain.terms import TaskCode
from agent.flows.flow import Ask, Move, Relay, StepFunction, Unclear, Visit
from agent.tools.desk import Errand
from agent.understanding.dates import parse_when


def requested(
    visit: Visit,
    code: TaskCode,
    instruction: str,
    lead: str = "handoff.lead.request_sent",
    **values: object,
) -> Relay:
    """`instruction`: the template of what a person types into the EHR, in the staff's language."""
    patient = visit.patient
    whom = f"{patient.first_name} {patient.last_name} ({patient.id})"
    summary = visit.wording.say("en", instruction, patient=whom, **values)
    return Relay(Errand(code, summary), visit.say(lead))


def in_words(
    question: str,
    code: TaskCode,
    instruction: str,
    enough: Callable[[Visit], bool] = lambda visit: parse_when(visit.text, visit.now) is not None,
) -> StepFunction:
    """A step for what the EHR does not show us: the patient says which in their own words, unless
    what they said first is `enough`."""

    async def ask(visit: Visit) -> Move:
        if visit.answer is None:
            if enough(visit):
                return requested(visit, code, instruction, wish=visit.text)
            return Ask(visit.say(question), slots={"wish": visit.text})
        if asks_back(visit):
            return Unclear()
        wish = f"{visit.slots['wish']} / {visit.answer.text}"
        return requested(visit, code, instruction, wish=wish)

    return ask


def asks_back(visit: Visit) -> bool:
    """The answer is itself a question, and names no time."""
    words = visit.answer.text if visit.answer else ""
    return "?" in words and parse_when(words, visit.now) is None
