"""The ledger as AuditEvents on real FHIR servers."""

import json

from agent.adapters.ehr.fhir_r4.audit import LOOKED_FOR_AT_ONCE
from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from tests.adapters.ehr.fhir_chart.work import records
from tests.adapters.ehr.fhir_writes.practice import MARI, Practice, Resource, Wire

TURN = tuple(
    records(
        ("message.received", "patient", {"sha256": "ab", "characters": 4, "text": "I am ill"}),
        ("tool.called", "assistant", {"tool": "get_balance", "outcome": "failed:down"}),
        ("conversation.viewed", "staff:ST-1", {}),
        ("access.refused", "system", {}),
        ("task.claimed", "staff:ST-1", {"task": "T-1"}),
    )
)


def by_hash(practice: Practice) -> dict[str, Resource]:
    return {
        entity["what"]["identifier"]["value"]: one
        for one in practice.all("AuditEvent")
        for entity in one["entity"]
        if "identifier" in entity["what"]
    }


async def test_each_record_is_an_event_by_its_hash(practice: Practice, ehr: FhirEhr) -> None:
    await ehr.record_events(MARI, TURN)
    stands = by_hash(practice)
    assert set(stands) == {record.hash for record in TURN}
    events = [stands[record.hash] for record in TURN]
    assert [one["action"] for one in events] == ["C", "E", "R", "E", "U"]
    assert [one["outcome"] for one in events] == ["0", "4", "0", "4", "0"]
    assert {one["type"]["code"] for one in events} == {"rest"}
    assert [one["subtype"][1]["code"] for one in events] == [one.event.kind for one in TURN]
    assert all(
        one["entity"][0]["what"] == {"reference": "Patient/PT-1"} and one["recorded"]
        for one in events
    )
    who = [next(one for one in event["agent"] if one["requestor"])["who"] for event in events]
    assert who[0] == {"reference": "Patient/PT-1"}
    assert [one.get("display") for one in who[1:]] == ["AI Assistant", "ST-1", "Portico", "ST-1"]
    last = {one["type"]: one["valueString"] for one in events[-1]["entity"][1]["detail"]}
    assert last == {
        "chain": "C-1",
        "position": "5",
        "previous": TURN[3].hash,
        "conversation": "C-1",
        "message": "m1",
        "task": "T-1",
    }


async def test_no_word_of_a_patient_is_written(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    await ehr.record_events(MARI, TURN)
    assert len(wire.written) == len(TURN)
    assert "ill" not in json.dumps([one["entity"] for one in wire.written])


async def test_the_same_records_twice_stand_once(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    await ehr.record_events(MARI, TURN[:3])
    await ehr.record_events(MARI, TURN)
    await ehr.record_events(MARI, TURN)
    assert len(practice.all("AuditEvent")) == len(wire.written) == len(TURN)


async def test_many_records_and_nobodys_conversation(practice: Practice, ehr: FhirEhr) -> None:
    many = tuple(records(*[("staff.logged_in", "staff:ST-1", {})] * (LOOKED_FOR_AT_ONCE + 3)))
    await ehr.record_events(None, many)
    stands = by_hash(practice)
    assert set(stands) == {record.hash for record in many}
    assert all(len(one["entity"]) == 1 for one in stands.values())
