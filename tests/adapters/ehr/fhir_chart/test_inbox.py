"""What a poll of real FHIR servers brings."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.extensions import IDENTIFIER
from agent.domain.correspondence import (
    AppointmentChange,
    AppointmentEvent,
    EhrEvent,
    InboundMessage,
    is_sound,
)
from agent.domain.terms import Author
from tests.adapters.ehr.fhir.wire import Careless, ehr_of
from tests.adapters.ehr.fhir_chart.work import letter
from tests.adapters.ehr.fhir_writes.practice import Practice, Resource


def wrote(name: str, words: str = "Are my glasses in?", **more: Any) -> Resource:
    """A portal's Communication, sent now by the server's clock."""
    return {
        "resourceType": "Communication",
        "id": name,
        "status": "completed",
        "subject": {"reference": "Patient/PT-1"},
        "sender": {"reference": "Patient/PT-1"},
        "sent": datetime.now(UTC).isoformat(),
        "payload": [{"contentString": words}],
        **more,
    }


def said(events: tuple[EhrEvent, ...]) -> list[str]:
    return [one.text for one in events if isinstance(one, InboundMessage)]


async def test_the_first_poll_brings_a_cursor_and_nothing_else(
    practice: Practice, ehr: FhirEhr
) -> None:
    practice.put(wrote("old"))
    events, cursor = await ehr.changes(None)
    assert events == ()
    assert await ehr.changes(cursor) == ((), cursor)


async def test_what_patients_write_comes_once_and_in_order(
    practice: Practice, ehr: FhirEhr
) -> None:
    _, cursor = await ehr.changes(None)
    practice.put(wrote("one", "First\nline by line"))
    second = wrote("two", "Second", partOf=[{"reference": "Communication/one"}])
    await asyncio.sleep(0.01)  # the servers' clocks count milliseconds
    practice.put(second)
    events, cursor = await ehr.changes(cursor)
    assert said(events) == ["First\nline by line", "Second"]
    for event in events:
        assert isinstance(event, InboundMessage)
        assert is_sound(event)
        assert (event.adapter, event.patient_id, event.thread_id) == ("fhir_r4", "PT-1", "one")
        assert event.event_id.startswith("Communication/")
    assert events[1].at == datetime.fromisoformat(second["sent"])
    practice.put(wrote("three", "Third"))
    events, cursor = await ehr.changes(cursor)
    assert said(events) == ["Third"]
    assert (await ehr.changes(cursor))[0] == ()


async def test_a_mark_of_the_staff_makes_no_new_message_and_other_words_do(
    practice: Practice, ehr: FhirEhr
) -> None:
    _, cursor = await ehr.changes(None)
    first = practice.put(wrote("one", status="in-progress"))
    (event,), cursor = await ehr.changes(cursor)
    read = practice.put({**first, "status": "completed", "received": first["sent"]})
    (again,), cursor = await ehr.changes(cursor)
    assert again == event
    practice.put({**read, "payload": [{"contentString": "And my lenses?"}]})
    (edited,), cursor = await ehr.changes(cursor)
    assert edited.event_id != event.event_id


async def test_only_the_patients_own_words_are_messages(practice: Practice, ehr: FhirEhr) -> None:
    practice.put(wrote("before", sent="2026-01-01T09:00:00Z"))
    _, cursor = await ehr.changes(None)
    own = replace(letter("m1", author=Author.PATIENT), at=datetime.now(UTC))
    thread = await ehr.post_message(own)
    await ehr.post_message(letter("m2", thread))
    before = practice.read("Communication", "before")
    practice.put({**before, "received": "2026-06-01T16:00:00Z"})  # read at last, sent long ago
    practice.put(wrote("staff", sender={"type": "Practitioner", "display": "Dr. Lin"}))
    practice.put(wrote("other", sender={"reference": "Patient/PT-2"}))
    practice.put(wrote("nobody", subject={"display": "somebody"}))
    practice.put(wrote("draft", status="preparation"))
    practice.put(wrote("error", status="entered-in-error"))
    practice.put(wrote("blank", "  \n "))
    practice.put(wrote("real", "It is me"))
    events, _ = await ehr.changes(cursor)
    assert said(events) == ["It is me"]


async def test_appointments_are_made_and_ended_once(practice: Practice, ehr: FhirEhr) -> None:
    practice.appointment("AP-0", "2026-06-02 09:00")
    _, cursor = await ehr.changes(None)
    now = datetime.now(UTC).isoformat()
    made = practice.appointment("AP-1", "2026-06-02 10:00", created=now)
    ours = [{"system": IDENTIFIER, "value": "a booking of Portico's"}]
    practice.appointment("AP-2", "2026-06-02 11:00", created=now, identifier=ours)
    events, cursor = await ehr.changes(cursor)
    (event,) = events
    assert isinstance(event, AppointmentEvent)
    assert (event.patient_id, event.appointment_id, event.change) == (
        "PT-1",
        "AP-1",
        AppointmentChange.CREATED,
    )
    old = practice.read("Appointment", "AP-0")
    practice.put({**old, "comment": "called once"})
    ended = practice.put({**made, "status": "cancelled"})
    (cancelled,), cursor = await ehr.changes(cursor)
    assert isinstance(cancelled, AppointmentEvent)
    assert (cancelled.appointment_id, cancelled.change) == ("AP-1", AppointmentChange.CANCELLED)
    practice.put({**ended, "comment": "by phone"})
    practice.put({**practice.read("Appointment", "AP-0"), "status": "fulfilled"})
    events, _ = await ehr.changes(cursor)
    ids = {one.event_id for one in events}
    assert ids == {cancelled.event_id, "Appointment/AP-0/completed"}


ANOTHER = "https://ehr.other.example/fhir/Patient/PT-1"


@pytest.mark.parametrize(
    "odd",
    [
        {"payload": "text"},
        {"payload": [{"contentString": {"a": 1}}]},
        {"payload": [{"contentAttachment": {"title": "photo"}}]},
        {"subject": {"reference": ANOTHER}, "sender": {"reference": ANOTHER}},
        {"sender": ["Patient/PT-1"]},
        {"meta": {}},
        {"meta": {"lastUpdated": "yesterday"}},
    ],
)
async def test_what_is_odd_or_of_another_server_stops_nothing(odd: Resource) -> None:
    server = Careless([])
    ehr = ehr_of(server)
    _, cursor = await ehr.changes(None)
    now = datetime.now(UTC) + timedelta(seconds=1)
    meta = {"meta": {"versionId": "1", "lastUpdated": now.isoformat()}}
    server.resources += [wrote("odd") | meta | odd, wrote("good", "It is me") | meta]
    events, cursor = await ehr.changes(cursor)
    assert said(events) == ["It is me"]


async def test_a_server_that_ignores_the_time_brings_nothing_old() -> None:
    meta = {"meta": {"versionId": "1", "lastUpdated": "2026-01-01T09:00:00Z"}}
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    server = Careless([wrote(f"old{number}", sent=later) | meta for number in range(3)])
    ehr = ehr_of(server)
    _, cursor = await ehr.changes(None)
    assert (await ehr.changes(cursor))[0] == ()
