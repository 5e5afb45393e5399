"""A message from the EHR's portal: one conversation with the widget, answered in its thread."""

import json
import uuid
from typing import Any

import pytest

from agent.domain.correspondence import AI_SENDER, InboundMessage
from agent.domain.desk import Task
from agent.domain.ids import PatientId
from agent.domain.terms import Author, Capability, Role, TaskCode
from agent.ports import EhrUnavailable
from server.jobs.mail import Mail
from server.jobs.poll import poll
from server.jobs.writeback import Writeback
from tests.server.webhooks.conftest import Vendor, until
from tests.server.webhooks.portal import NAME

PARKING = "Where can I park?"


@pytest.fixture
def patient(vendor: Vendor) -> str:
    return vendor.served.new_patient()


@pytest.fixture
def thread() -> str:
    return f"T-{uuid.uuid4().hex}"


def tasks_of(vendor: Vendor, patient: str) -> list[Task]:
    found = vendor.served.run(vendor.world.agent.desk.tasks())
    return [task for task in found if task.patient_id == patient]


def open_conversations(vendor: Vendor, patient: str) -> int:
    """Looked up without opening one."""
    agent, run = vendor.world.agent, vendor.served.run
    ids = {task.conversation_id for task in tasks_of(vendor, patient)}
    found = [run(agent.transcript.conversation(each)) for each in ids]
    return sum(conversation.ended is None for conversation in found)


def ledger(vendor: Vendor, patient: str) -> list[Any]:
    records = vendor.served.run(vendor.world.agent.ledger.records(patient_id=PatientId(patient)))
    return [record.event for record in records]


def test_the_answer_stands_in_the_thread_once(vendor: Vendor, patient: str, thread: str) -> None:
    for _ in range(3):
        vendor.say(patient, PARKING, thread, event=f"once-{thread}")
    (letter,) = vendor.letters(thread, 1)
    assert (letter.patient_id, letter.author, letter.sender) == (patient, "assistant", AI_SENDER)
    assert "40 Elm Street" in letter.text
    until(vendor.settled)
    assert vendor.portal.thread(thread) == [letter]


def test_widget_and_portal_are_one_conversation(vendor: Vendor, patient: str, thread: str) -> None:
    with vendor.served.talk(patient) as chat:
        chat.answer("thank you")
        vendor.say(patient, PARKING, thread)
        written_there = chat.until("message", text=PARKING)
        reply = chat.until("message", reply_to=written_there["id"])
        said_here = chat.say("is it free?")
        answer_here = chat.until("message", reply_to=said_here)
        letters = vendor.letters(thread, 3)
        assert [(each.author.value, each.text.splitlines()[0]) for each in letters] == [
            ("assistant", reply["text"].splitlines()[0]),
            ("patient", "is it free?"),
            (letters[2].author.value, answer_here["text"].splitlines()[0]),
        ]
        assert letters[2].sender == AI_SENDER
    with vendor.served.talk(patient) as again:
        again.until("message", id=answer_here["id"])
        assert written_there["id"] in {frame.get("id") for frame in again.seen}


def test_two_threads_are_answered_each_in_its_own(vendor: Vendor, patient: str) -> None:
    one, two = (f"T-{uuid.uuid4().hex}" for _ in range(2))
    vendor.say(patient, PARKING, one)
    vendor.letters(one, 1)
    vendor.say(patient, PARKING, two)
    vendor.letters(two, 1)
    with vendor.served.talk(patient) as chat:
        chat.answer("thank you")
    until(vendor.settled)
    assert [each.author for each in vendor.portal.thread(one)] == [Author.ASSISTANT]
    assert Author.PATIENT in [each.author for each in vendor.portal.thread(two)]


def test_without_a_thread_the_answer_begins_one(vendor: Vendor, patient: str) -> None:
    vendor.say(patient, PARKING, None)
    until(lambda: vendor.portal.to(patient))
    until(vendor.settled)
    vendor.say(patient, PARKING, None)
    until(lambda: vendor.portal.to(patient)[1:])
    first, second = vendor.portal.to(patient)
    assert first.thread_id is None
    assert second.thread_id == f"new-{first.conversation_id}"


def test_staff_answer_in_the_thread_by_name(vendor: Vendor, patient: str, thread: str) -> None:
    vendor.say(patient, PARKING, thread)
    (letter,) = vendor.letters(thread, 1)
    with vendor.served.desk(Role.SUPERVISOR) as desk:
        path = f"/v1/staff/conversations/{letter.conversation_id}/reply"
        assert desk.post(path, json={"text": "We are here."}).status_code == 200
    by_staff = until(
        lambda: [each for each in vendor.portal.thread(thread) if each.author is Author.STAFF]
    )
    assert [(each.sender, each.text) for each in by_staff] == [("The supervisor", "We are here.")]


def test_buttons_are_numbered_and_taken_by_number(
    vendor: Vendor, patient: str, thread: str
) -> None:
    vendor.say(patient, "I would like to book an office visit", thread)
    offered = vendor.letters(thread, 1)[-1]
    assert "\n1. " in offered.text
    vendor.say(patient, "1", thread)
    taken = until(lambda: vendor.portal.thread(thread)[1:])
    first = offered.text.split("\n1. ")[1].splitlines()[0]
    assert first.split(" with ")[0] in taken[-1].text


def test_danger_is_answered_by_the_card_and_alerts(
    vendor: Vendor, patient: str, thread: str
) -> None:
    vendor.say(patient, "I want to kill myself tonight", thread)
    (card,) = vendor.letters(thread, 1)
    assert card.sender == AI_SENDER
    assert "988" in card.text
    assert [task.code for task in tasks_of(vendor, patient)] == [TaskCode.CRISIS]


@pytest.mark.parametrize("nobody", ["PT-NOBODY", "PT-CHILD"])
def test_who_may_not_chat_becomes_a_persons_task(vendor: Vendor, nobody: str, thread: str) -> None:
    vendor.say(nobody, PARKING, thread)
    (task,) = until(lambda: tasks_of(vendor, nobody))
    assert PARKING in task.summary
    until(vendor.settled)
    assert open_conversations(vendor, nobody) == 0
    assert vendor.portal.thread(thread) == []
    assert ledger(vendor, nobody)[-1].kind == "ehr.message_refused"


def test_a_strangers_danger_alerts_too(vendor: Vendor, thread: str) -> None:
    vendor.say("PT-UNKNOWN", "I want to kill myself tonight", thread)
    (task,) = until(lambda: tasks_of(vendor, "PT-UNKNOWN"))
    assert task.code is TaskCode.CRISIS
    assert task.alerted_at is not None
    until(vendor.settled)
    assert open_conversations(vendor, "PT-UNKNOWN") == 0


def test_a_very_long_message_is_read_by_a_person(vendor: Vendor, patient: str, thread: str) -> None:
    vendor.say(patient, "The garage was full. " * 300 + "I want to kill myself.", thread)
    (task,) = until(lambda: tasks_of(vendor, patient))
    assert task.code is TaskCode.CRISIS
    assert task.alerted_at is not None


def test_appointments_changed_in_the_ehr_are_in_the_ledger(vendor: Vendor, patient: str) -> None:
    for change in ("created", "cancelled", "completed"):
        fields = {"patientId": patient, "appointmentId": "AP-9", "change": change}
        body = json.dumps(fields | {"id": f"{patient}-{change}"}).encode()
        for _ in range(2):
            assert vendor.post(body).status_code == 200
    until(vendor.settled)
    assert [(event.kind, event.data["appointment"]) for event in ledger(vendor, patient)] == [
        ("appointment.created", "AP-9"),
        ("appointment.cancelled", "AP-9"),
        ("appointment.completed", "AP-9"),
    ]


# --- polling ---


def test_a_polled_message_is_answered_once_from_where_the_last_poll_ended(
    vendor: Vendor, patient: str, thread: str
) -> None:
    world, portal = vendor.world, vendor.portal
    vendor.served.run(poll(world.agent, world.mail))
    now = world.agent.clock.now()
    portal.log.append(
        InboundMessage(NAME, f"c/{thread}/1", PatientId(patient), PARKING, thread, now)
    )
    for _ in range(2):
        vendor.served.run(poll(world.agent, world.mail))
    vendor.letters(thread, 1)
    until(vendor.settled)
    assert len(vendor.portal.thread(thread)) == 1
    assert vendor.served.run(world.agent.inbox.cursor(NAME)) == str(len(portal.log))


def test_a_poll_of_an_ehr_that_is_down_moves_nothing(vendor: Vendor) -> None:
    world = vendor.world
    before = vendor.served.run(world.agent.inbox.cursor(NAME))
    vendor.portal.is_down = True
    try:
        with pytest.raises(EhrUnavailable):
            vendor.served.run(poll(world.agent, world.mail))
    finally:
        vendor.portal.is_down = False
    assert vendor.served.run(world.agent.inbox.cursor(NAME)) == before


# --- write-back ---


def test_letters_wait_for_an_ehr_that_is_down(vendor: Vendor, patient: str, thread: str) -> None:
    vendor.portal.is_down = True
    try:
        vendor.say(patient, PARKING, thread)
        until(lambda: vendor.served.run(vendor.world.agent.outbox.behind(NAME)))
        assert vendor.portal.thread(thread) == []
    finally:
        vendor.portal.is_down = False
    assert len(vendor.letters(thread, 1)) == 1


def test_a_refused_letter_is_a_persons_and_stops_no_other(
    vendor: Vendor, patient: str, thread: str
) -> None:
    vendor.portal.refuses.add(patient)
    vendor.say(patient, PARKING, thread)
    (task,) = until(lambda: tasks_of(vendor, patient))
    assert task.code is TaskCode.CALLBACK
    assert "40 Elm Street" in task.summary
    vendor.portal.refuses.discard(patient)
    vendor.say(patient, "thank you", thread)
    vendor.letters(thread, 1)


def test_tasks_and_ledger_are_written_as_they_stand(
    vendor: Vendor, patient: str, thread: str
) -> None:
    agent, run = vendor.world.agent, vendor.served.run
    writeback = Writeback(agent, Mail())
    vendor.say(patient, "Please have a person call me", thread)
    (task,) = until(lambda: tasks_of(vendor, patient))
    with vendor.served.desk(Role.SUPERVISOR) as desk:
        assert desk.post(f"/v1/staff/tasks/{task.id}/claim").status_code == 200
    until(vendor.settled)
    run(writeback.write_records())
    assert vendor.portal.tasks[task.id].claimed_by == "ST-SUPERVISOR"
    owner, records = task.conversation_id, run(agent.ledger.records(task.conversation_id))
    assert {record.event.kind for record in records} >= {"message.received", "task.claimed"}
    for record in records:
        patient_id, written = vendor.portal.records[record.hash]
        assert (patient_id, written, record.event.conversation_id) == (patient, record, owner)


def test_nothing_is_sent_until_the_ehr_says_that_it_can_take_it(
    vendor: Vendor, patient: str, thread: str
) -> None:
    world, portal, run = vendor.world, vendor.portal, vendor.served.run
    writeback = Writeback(world.agent, Mail())
    vendor.say(patient, PARKING, thread)
    vendor.letters(thread, 1)
    until(vendor.settled)
    run(writeback.write_records())
    cursor = run(world.agent.inbox.cursor(NAME))
    everything = portal.capabilities
    portal.capabilities = frozenset({Capability.BOOK})
    try:
        written = len(portal.records)
        with vendor.served.talk(patient) as chat:
            chat.answer("is it free?")
        for work in (writeback.post_letters(), writeback.write_records()):
            run(work)
        run(poll(world.agent, Mail()))
        assert (len(portal.thread(thread)), len(portal.records)) == (1, written)
        assert run(world.agent.inbox.cursor(NAME)) == cursor
        assert vendor.say(patient, PARKING, thread).status_code == 404
    finally:
        portal.capabilities = everything
    vendor.letters(thread, 3)
    run(writeback.write_records())
    assert len(portal.records) > written
