"""Crystal PM's threads and its notice of a new message (DOMAIN S261, S262)."""

import json

import pytest

from agent.domain.correspondence import AI_SENDER, InboundMessage, Letter
from agent.domain.ids import ConversationId, IdempotencyKey, MessageId, PatientId
from agent.domain.terms import Author
from agent.ports import EhrUnavailable, NotFound, Unreadable
from tests.adapters.ehr.rest.conftest import NOW, Open
from tests.ehr_stubs.stub import Trouble

MARI, SAM = PatientId("PT-1"), PatientId("PT-2")


def letter(key: str, thread_id: str | None = None, patient_id: PatientId = MARI) -> Letter:
    return Letter(
        key=IdempotencyKey(key),
        patient_id=patient_id,
        conversation_id=ConversationId("C-1"),
        message_id=MessageId(key),
        thread_id=thread_id,
        author=Author.ASSISTANT,
        sender=AI_SENDER,
        text="Your glasses are at the lab.",
        at=NOW,
    )


async def test_a_letter_begins_a_thread_and_the_next_goes_on_in_it(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        thread = await opened.ehr.post_message(letter("m1"))
        assert await opened.ehr.post_message(letter("m2", thread)) == thread
        first, second = opened.stub.messages
        assert first["threadId"] == second["threadId"] == thread
        assert (first["patientId"], first["sender"], first["senderType"]) == (
            "PT-1",
            "AI Assistant",
            "AI",
        )
        assert first["messageBody"] == "Your glasses are at the lab."
        assert first["sentAt"] == "2026-06-01T09:00:00"


async def test_the_same_letter_twice_stands_once(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        opened.stub.troubles = [("POST", Trouble(500, after_work=True))]
        with pytest.raises(EhrUnavailable):
            await opened.ehr.post_message(letter("m1"))
        thread = await opened.ehr.post_message(letter("m1"))
        assert await opened.ehr.post_message(letter("m1", thread)) == thread
        assert len(opened.stub.messages) == 1


async def test_nothing_is_written_into_somebody_elses_thread(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        thread = await opened.ehr.post_message(letter("m1", patient_id=SAM))
        with pytest.raises(NotFound):
            await opened.ehr.post_message(letter("m2", thread))
        assert len(opened.stub.messages) == 1
        assert [one.resource_type for one in opened.incidents.found] == ["Communication"]


@pytest.mark.parametrize(
    ("status", "error"), [(422, NotFound), (404, NotFound), (401, EhrUnavailable)]
)
async def test_a_refused_letter_is_tried_again_only_where_that_may_help(
    opening: Open, status: int, error: type[Exception]
) -> None:
    async with opening("crystal_pm") as opened:
        opened.stub.troubles = [("POST", Trouble(status))]
        with pytest.raises(error):
            await opened.ehr.post_message(letter("m1"))


async def test_a_notice_is_read_as_the_source_prints_it(opening: Open) -> None:
    notice = {"patientId": "PT-1", "messageBody": "are my glasses in?", "threadId": "TH-4"}
    async with opening("crystal_pm") as opened:
        (event,) = opened.ehr.read_webhook(json.dumps(notice).encode(), {}, NOW)
        assert isinstance(event, InboundMessage)
        assert (event.adapter, event.patient_id, event.text, event.thread_id, event.at) == (
            "crystal_pm",
            "PT-1",
            "are my glasses in?",
            "TH-4",
            NOW,
        )
        del notice["threadId"]
        (fresh,) = opened.ehr.read_webhook(json.dumps(notice).encode(), {}, NOW)
        assert isinstance(fresh, InboundMessage)
        assert fresh.thread_id is None
        assert fresh.event_id != event.event_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"patientId": "PT-1"}',
        b'{"patientId": "PT-1", "messageBody": "  "}',
        b'{"patientId": "PT-1", "messageBody": {"a": 1}}',
        b'{"patientId": true, "messageBody": "hello"}',
        b'{"patientId": "", "messageBody": "hello"}',
        b'{"patientId": "PT-1", "messageBody": "hello", "threadId": ["x"]}',
    ],
)
async def test_a_notice_of_another_form_is_unreadable(opening: Open, body: bytes) -> None:
    async with opening("crystal_pm") as opened:
        with pytest.raises(Unreadable) as raised:
            opened.ehr.read_webhook(body, {}, NOW)
        assert "hello" not in str(raised.value)
