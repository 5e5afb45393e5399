"""Asks the language model what it reads in a message, when there is one and it may be asked.

It is not asked when the local screen has found danger (D.1: locked out), when a button was pressed
(there is nothing to read), or about a patient who has not agreed to the assistant or is unknown.
Whatever goes wrong, the local reading stands.
"""

from dataclasses import replace

from agent.domain.terms import Kind, Level
from agent.flows.flow import FlowState
from agent.nodes.rooms import Consultant, Directory, Rooms
from agent.ports import EhrUnavailable
from agent.privacy.pseudonyms import Pseudonyms
from agent.safety.jurisdictions import fixed_phrases_only
from agent.safety.raising import raised
from agent.state import Turn
from agent.understanding.model_reading import Question, read_with_model


async def consulted(turn: Turn, waiting: FlowState | None, rooms: Rooms) -> Turn:
    """The turn with the model's reading, its danger laid over the local one, and its call."""
    consultant = rooms.consultant
    if consultant is None or not _may_be_asked(turn):
        return turn
    try:
        return await _read(turn, waiting, rooms, consultant)
    except Exception as error:  # noqa: BLE001 - whatever is wrong on the model's side, the local screen stands
        return replace(turn, reasons=(*turn.reasons, f"model:{type(error).__name__}"))


def _may_be_asked(turn: Turn) -> bool:
    agreed = turn.patient is not None and turn.patient.ai_chat_consent
    calm = turn.assessment.level < Level.PASSIVE
    return agreed and calm and turn.choice is None and bool(turn.text.strip())


async def _read(
    turn: Turn, waiting: FlowState | None, rooms: Rooms, consultant: Consultant
) -> Turn:
    strict = fixed_phrases_only(rooms.practice().jurisdiction)
    reading, call = await read_with_model(
        consultant.model,
        consultant.prompts,
        await pseudonyms(turn, rooms, consultant),
        turn.text,
        question=_question(waiting),
        language=turn.language,
        bodily_only=strict,
    )
    turn = replace(turn, model_reading=reading, model_calls=(*turn.model_calls, call))
    if reading is None:
        return turn
    assessment = raised(turn.assessment, reading.level, reading.category, fixed_phrases_only=strict)
    return replace(turn, assessment=assessment)


def _question(waiting: FlowState | None) -> Question | None:
    if waiting is None:
        return None
    options = tuple(offer.label for offer in waiting.offers)
    return Question(waiting.question, options, waiting.kind is Kind.CONFIRM)


async def pseudonyms(turn: Turn, rooms: Rooms, consultant: Consultant) -> Pseudonyms:
    """The turn's: what is known of the patient and the staff's names are hidden, what the practice
    says of itself is not."""
    practice = rooms.practice()
    try:
        directory = await rooms.registry.directory()
    except EhrUnavailable:
        directory = Directory()
    patient = turn.patient
    known = (
        (patient.first_name, patient.last_name, patient.preferred_name, patient.phone, patient.id)
        if patient
        else ()
    )
    phones = [n for n in (practice.phone, practice.after_hours_phone) if n is not None]
    places = [fact for place in directory.locations for fact in (place.name, place.address)]
    return consultant.pseudonymiser.turn(
        patient=[value for value in known if value],
        born=[patient.birth_date] if patient else [],
        staff=[*(p.name for p in directory.practitioners), *(m.name for m in practice.staff)],
        allowed=[
            practice.name,
            *phones,
            *(rooms.wording.phone(phone) for phone in phones),
            *places,
            *(service.name for service in directory.service_types),
        ],
    )
