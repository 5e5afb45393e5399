"""The one clarifying question: which of these do you mean?"""

from agent.domain.terms import Intent, Kind
from agent.flows.flow import Ask, Flow, Move, Step, Switch, Unclear, Visit


async def ask(visit: Visit) -> Move:
    """Offers the likely intents (slot `intents`) and a person; the answer starts that flow with
    the patient's first words."""
    if visit.answer is not None:
        if visit.answer.value is None:
            return Unclear()
        return Switch(Intent(visit.answer.value), visit.slots["wish"])
    intents = [Intent(name) for name in visit.slots["intents"].split()]
    offers = tuple((i.value, visit.words(f"clarify.{i}")) for i in [*intents, Intent.PERSON])
    return Ask(visit.say("clarify.question"), offers, Kind.OPTIONS, slots={"wish": visit.text})


FLOW = Flow(name="clarify", first="ask", steps={"ask": Step(ask)})
