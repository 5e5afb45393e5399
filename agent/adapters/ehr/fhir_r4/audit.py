"""The ledger's records as AuditEvents: who did what to whose record, and the hash that proves it.

Pattern: IHE Basic Audit Log Patterns. Never a word of the patient's: ids, codes and hashes.
"""

from collections.abc import Iterator, Sequence

from agent.adapters.ehr.fhir_r4.client import FhirClient, Resource, is_id, of_type, reference
from agent.adapters.ehr.fhir_r4.extensions import LEDGER_EVENT, LEDGER_HASH
from agent.adapters.ehr.fhir_r4.marks import correlated, has_tag, tag_query, tagged
from agent.adapters.ehr.fhir_r4.parts import ASSISTANT, PORTICO, coded, staff, utc
from agent.domain.audit import LedgerEvent, LedgerRecord
from agent.domain.ids import PatientId

LOOKED_FOR_AT_ONCE = 20
"""Hashes in one search: its address stays below 3 KB."""
DETAILS = ("task", "draft", "appointment", "tool", "model", "prompt", "route")
"""What an event says beside its kind that is an id or a code of Portico's."""

_TERMS = "http://terminology.hl7.org/CodeSystem"
_ACTIONS = {
    "C": "received sent opened created",
    "R": "viewed",
    "U": "changed claimed released completed taken approved edited rejected cancelled",
}
_ACTION = {word: action for action, words in _ACTIONS.items() for word in words.split()}
_INTERACTION = {"C": "create", "R": "read", "U": "update", "E": "operation"}
_FAILED = frozenset({"refused", "blocked", "undelivered", "unacknowledged"})
_APPLICATION = coded("http://dicom.nema.org/resources/ontology/DCM", "110150", "Application")
_PERSON = coded(f"{_TERMS}/extra-security-role-type", "humanuser", "human user")


class Audit:
    def __init__(self, client: FhirClient) -> None:
        self._client = client

    async def record(self, patient_id: PatientId | None, records: Sequence[LedgerRecord]) -> None:
        """In order; what stands there already is not written again."""
        for start in range(0, len(records), LOOKED_FOR_AT_ONCE):
            await self._record(patient_id, records[start : start + LOOKED_FOR_AT_ONCE])

    async def _record(self, patient_id: PatientId | None, records: Sequence[LedgerRecord]) -> None:
        tags = {record.hash: coded(LEDGER_HASH, record.hash) for record in records}
        asked = [("_tag", tag_query(*tags.values()))]
        found = of_type(await self._client.search("AuditEvent", asked), "AuditEvent")
        for record in records:
            tag = tags[record.hash]
            if not any(has_tag(one, tag) for one in found):
                await self._client.create(
                    tagged(_event(record, record.event.patient_id or patient_id), tag),
                    if_none_exist=f"_tag={tag_query(tag)}",
                )


def _event(record: LedgerRecord, patient_id: PatientId | None) -> Resource:
    event = record.event
    action = _ACTION.get(event.kind.rpartition(".")[2], "E")
    who = _who(event.actor, patient_id)
    by_device = who.get("type") == "Device"
    agents = [
        {
            "type": {"coding": [_APPLICATION if by_device else _PERSON]},
            "who": who,
            "requestor": True,
        }
    ]
    if not by_device:
        beside = {"type": {"coding": [_APPLICATION]}, "who": PORTICO, "requestor": False}
        agents.append(beside)
    written = {
        "resourceType": "AuditEvent",
        "type": coded(f"{_TERMS}/audit-event-type", "rest", "RESTful Operation"),
        "subtype": [
            coded("http://hl7.org/fhir/restful-interaction", _INTERACTION[action]),
            coded(LEDGER_EVENT, event.kind),
        ],
        "action": action,
        "recorded": utc(event.at),
        "outcome": "4" if _failed(event) else "0",
        "agent": agents,
        "source": {
            "observer": PORTICO,
            "type": [coded(f"{_TERMS}/security-source-type", "4", "Application Server")],
        },
        "entity": list(_entities(record, patient_id)),
    }
    return correlated(written, event.message_id or f"{record.chain}:{record.position}")


def _who(actor: str, patient_id: PatientId | None) -> Resource:
    kind, _, name = actor.partition(":")
    if kind == "staff":
        return staff(name)
    if kind != "patient":
        return ASSISTANT if kind == "assistant" else PORTICO
    if patient_id is not None and is_id(patient_id):
        return {"reference": reference("Patient", patient_id)}
    return {"type": "Patient", "display": "patient"}


def _failed(event: LedgerEvent) -> bool:
    outcome = str(event.data.get("outcome", ""))
    return event.kind.rpartition(".")[2] in _FAILED or outcome.startswith(("refused", "failed"))


def _entities(record: LedgerRecord, patient_id: PatientId | None) -> Iterator[Resource]:
    if patient_id is not None and is_id(patient_id):
        yield {
            "what": {"reference": reference("Patient", patient_id)},
            "type": coded(f"{_TERMS}/audit-entity-type", "1", "Person"),
            "role": coded(f"{_TERMS}/object-role", "1", "Patient"),
        }
    event = record.event
    details = {
        "chain": record.chain,
        "position": str(record.position),
        "previous": record.previous,
        "conversation": event.conversation_id,
        "message": event.message_id,
        **{name: event.data.get(name) for name in DETAILS},
    }
    yield {
        "what": {"identifier": {"system": LEDGER_HASH, "value": record.hash}},
        "type": coded(f"{_TERMS}/audit-entity-type", "2", "System Object"),
        "role": coded(f"{_TERMS}/object-role", "13", "Security Resource"),
        "detail": [
            {"type": name, "valueString": value}
            for name, value in details.items()
            if isinstance(value, str) and value.strip()
        ],
    }
