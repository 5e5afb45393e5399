"""Client frames are taken or refused with the right word; server frames carry every field."""

import json
from datetime import UTC, datetime

import pytest

from agent.domain.conversation import (
    Card,
    CardAction,
    Citation,
    ControlChange,
    Message,
    Option,
    StaffRef,
)
from agent.domain.ids import ConversationId, MessageId, StaffId
from agent.domain.terms import Author, Category, Control, Kind, Level, Route
from server.protocol import (
    End,
    Feedback,
    FrameError,
    Hello,
    Read,
    Say,
    Typing,
    entry_frame,
    error_frame,
    parse_client_frame,
)

AT = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"type":"hello","token":"t"}', Hello(type="hello", token="t")),
        (
            '{"type":"hello","token":"t","conversation":"c","after":3,"locale":"es-MX"}',
            Hello(type="hello", token="t", conversation="c", after=3, locale="es-MX"),
        ),
        (
            '{"type":"say","id":"m1","text":"hi","choice":"yes"}',
            Say(type="say", id="m1", text="hi", choice="yes"),
        ),
        ('{"type":"typing"}', Typing(type="typing")),
        ('{"type":"read","seq":2}', Read(type="read", seq=2)),
        (
            '{"type":"feedback","seq":2,"value":"up"}',
            Feedback(type="feedback", seq=2, value="up"),
        ),
        ('{"type":"end","from":"a newer client"}', End(type="end")),
    ],
)
def test_a_frame_becomes_a_value(text: str, expected: object) -> None:
    assert parse_client_frame(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "null",
        "[]",
        '"say"',
        "{}",
        '{"type":"sing"}',
        '{"type":"say","text":"hi"}',
        '{"type":"say","id":"m1","text":""}',
        '{"type":"say","id":"m1","text":5}',
        '{"type":"say","id":5,"text":"hi"}',
        '{"type":"say","id":"' + "m" * 101 + '","text":"hi"}',
        '{"type":"say","id":"m1","text":"\\ud800"}',
        '{"type":"read","seq":-1}',
        '{"type":"read","seq":"2"}',
        '{"type":"feedback","seq":2,"value":"sideways"}',
        "[" * 20_000,
    ],
)
def test_a_broken_frame_is_refused(text: str) -> None:
    with pytest.raises(FrameError) as refused:
        parse_client_frame(text)
    assert refused.value.code == "bad_frame"


def test_a_binary_frame_is_refused() -> None:
    with pytest.raises(FrameError):
        parse_client_frame(b'{"type":"typing"}')


def test_a_text_has_at_most_4000_characters() -> None:
    def say(text: str) -> str:
        return json.dumps({"type": "say", "id": "m1", "text": text})

    assert isinstance(parse_client_frame(say("😀" * 4000)), Say)
    with pytest.raises(FrameError) as refused:
        parse_client_frame(say("x" * 4001))
    assert (refused.value.code, refused.value.frame_id) == ("too_large", "m1")


def test_a_frame_has_at_most_64_kib() -> None:
    with pytest.raises(FrameError) as refused:
        parse_client_frame('{"type":"typing","x":"' + "é" * 33_000 + '"}')
    assert refused.value.code == "too_large"


def test_a_message_frame_carries_everything() -> None:
    message = Message(
        conversation_id=ConversationId("c"),
        id=MessageId("m2"),
        at=AT,
        author=Author.ASSISTANT,
        text="Here.",
        kind=Kind.CARD,
        options=(Option("o1", "Yes"),),
        citations=(Citation("Hours", "hours.md", "v1"),),
        card=Card(Level.ACTIVE, Category.SELF_HARM, "3", (CardAction("Call 988", "tel:988"),)),
        route=Route.CRISIS,
        reply_to=MessageId("m1"),
        staff=StaffRef(StaffId("ST-1"), "Ana"),
        seq=4,
    )
    assert entry_frame(message) == {
        "type": "message",
        "seq": 4,
        "id": "m2",
        "at": "2026-06-01T16:00:00+00:00",
        "author": "assistant",
        "text": "Here.",
        "kind": "card",
        "options": [{"id": "o1", "label": "Yes"}],
        "citations": [{"title": "Hours", "source": "hours.md", "version": "v1"}],
        "card": {
            "level": 3,
            "category": "self_harm",
            "version": "3",
            "actions": [{"label": "Call 988", "href": "tel:988"}],
        },
        "route": "crisis",
        "reply_to": "m1",
        "staff": {"name": "Ana"},
    }


def test_a_change_of_control_names_the_person() -> None:
    change = ControlChange(
        ConversationId("c"),
        MessageId("x"),
        AT,
        Control.STAFF,
        StaffRef(StaffId("ST-1"), "Ana"),
        seq=7,
    )
    assert entry_frame(change) == {
        "type": "control",
        "seq": 7,
        "by": "staff",
        "staff": {"name": "Ana"},
    }


def test_an_error_names_its_message_only_when_there_is_one() -> None:
    assert error_frame("bad_frame", "No.") == {
        "type": "error",
        "code": "bad_frame",
        "message": "No.",
    }
    assert error_frame("rate_limited", "Wait.", "m1", 2)["retry_after"] == 2
