"""Letters of a conversation as Communications: the first of a thread stands alone, and every
other one is part of it."""

import structlog

from agent.adapters.ehr.fhir_r4.client import (
    FhirClient,
    Refused,
    Resource,
    is_id,
    of_type,
    reference,
)
from agent.adapters.ehr.fhir_r4.extensions import (
    COMMUNICATION_CATEGORY,
    CONVERSATION,
    MESSAGE,
    PORTAL_MESSAGE,
    ROUTE,
)
from agent.adapters.ehr.fhir_r4.marks import (
    correlated,
    identifier,
    is_ours,
    key_tag,
    marked,
    query,
)
from agent.adapters.ehr.fhir_r4.parts import ASSISTANT, coded, create_once, utc
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import objects, referenced
from agent.domain.correspondence import Letter
from agent.domain.ids import PatientId
from agent.domain.terms import Author
from agent.ports import NotFound

MACHINE = frozenset({Author.ASSISTANT, Author.SYSTEM})
"""Whose words carry the AI label."""

_log = structlog.get_logger()


def thread_of(communication: Resource) -> str:
    """The id of the Communication that the thread began with."""
    parents = referenced(communication.get("partOf"), "Communication")
    return parents[0] if parents else str(communication["id"])


class Letters:
    def __init__(self, client: FhirClient, strangers: Strangers) -> None:
        self._client = client
        self._strangers = strangers

    async def post(self, letter: Letter, *, provenance: bool) -> str:
        """The thread's id. `provenance`: the server keeps Provenance too. Raises `NotFound` for a
        patient or thread that is not there, or not theirs."""
        if not is_id(letter.patient_id):
            raise NotFound("no such patient")
        name = identifier("letter", letter.key)
        standing = await self._standing(letter.patient_id, name)
        if standing is None:
            standing = await self._client.create(
                _communication(letter, name, await self._beginning(letter)),
                if_none_exist=f"identifier={query(name)}",
            )
            if not self._strangers.is_of(standing, letter.patient_id):
                raise NotFound("the key is another patient's")
        if provenance and letter.author in MACHINE:
            await self._vouch(letter, standing)
        return thread_of(standing)

    async def _standing(self, patient_id: PatientId, name: dict[str, str]) -> Resource | None:
        """Looked for first: not every server knows a conditional create."""
        asked = [("patient", reference("Patient", patient_id)), ("identifier", query(name))]
        found = of_type(await self._client.search("Communication", asked), "Communication")
        own = await self._strangers.own(found, patient_id)
        return next((one for one in own if name in objects(one.get("identifier"))), None)

    async def _beginning(self, letter: Letter) -> Resource | None:
        """What the letter's thread began with."""
        if letter.thread_id is None:
            return None
        found = await self._client.read("Communication", letter.thread_id)
        if found is None or not await self._strangers.own([found], letter.patient_id):
            raise NotFound("no such thread")
        return found

    async def _vouch(self, letter: Letter, standing: Resource) -> None:
        """The letter stands, so a refusal of what stands beside it fails nothing."""
        made_by = coded(
            "http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author"
        )
        activity = coded("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "CREATE")
        written = {
            "resourceType": "Provenance",
            "target": [{"reference": reference("Communication", standing["id"])}],
            "recorded": utc(letter.at),
            "activity": {"coding": [activity]},
            "agent": [{"type": {"coding": [made_by]}, "who": ASSISTANT}],
            "entity": [{"role": "source", "what": {"identifier": _message(letter)}}],
        }
        try:
            await create_once(
                self._client, correlated(written, letter.key), key_tag("provenance", letter.key)
            )
        except Refused:
            _log.warning("ehr.provenance_refused", communication=standing["id"])


def _message(letter: Letter) -> dict[str, str]:
    return {"system": MESSAGE, "value": letter.message_id}


def _communication(letter: Letter, name: dict[str, str], beginning: Resource | None) -> Resource:
    patient = {"reference": reference("Patient", letter.patient_id)}
    written: Resource = {
        "resourceType": "Communication",
        "identifier": [
            name,
            _message(letter),
            {"system": CONVERSATION, "value": letter.conversation_id},
        ],
        "status": "completed",
        "category": [{"coding": [coded(COMMUNICATION_CATEGORY, PORTAL_MESSAGE)]}],
        "subject": patient,
        "sent": utc(letter.at),
        "sender": _sender(letter, patient),
    }
    if letter.author is not Author.PATIENT:
        written["recipient"] = [patient]
    if letter.route is not None:
        written["topic"] = {"coding": [coded(ROUTE, letter.route)]}
    if letter.text.strip():
        written["payload"] = [{"contentString": letter.text}]
    if beginning is not None:
        thread = [{"reference": reference("Communication", beginning["id"])}]
        written["partOf"] = thread
        if letter.author is not Author.PATIENT and not is_ours(beginning):
            written["inResponseTo"] = thread
    if letter.author in MACHINE:
        return marked(written, letter.key)
    return correlated(written, letter.key)


def _sender(letter: Letter, patient: Resource) -> Resource:
    if letter.author is Author.PATIENT:
        return patient
    if letter.author is Author.STAFF:
        return {"type": "Practitioner", "display": letter.sender}
    return {**ASSISTANT, "display": letter.sender}
