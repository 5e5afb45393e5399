"""The connection's state machine, by calling it: no socket, no clock, no agent."""

import itertools
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.domain.conversation import Conversation, Entry, Message
from agent.domain.ids import ConversationId, MessageId, PatientId
from agent.domain.terms import Author, Control
from agent.ports import Conflict
from server.limits import TokenBucket
from server.session import (
    TRANSITIONS,
    Action,
    Answer,
    CatchUp,
    Close,
    EndConversation,
    MarkRead,
    OpenConversation,
    Rate,
    Receive,
    ReceiveIfDanger,
    Send,
    Session,
    State,
    Welcome,
)
from server.words import load_words

AT = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
HELLO = '{"type":"hello","token":"t"}'
SAY = '{"type":"say","id":"m1","text":"hi"}'


def entry(seq: int) -> Message:
    author = Author.ASSISTANT
    return Message(ConversationId("c"), MessageId(f"e{seq}"), AT, author, "text", seq=seq)


def welcome(seq: int = 0) -> Welcome:
    conversation = Conversation(
        ConversationId("c"), PatientId("PT-1"), Control.ASSISTANT, seq, created=AT
    )
    return Welcome(conversation, "Mari", {"name": "Elm", "phone": "+1"}, "You are chatting ...")


def live(
    after: int = 0, entries: Sequence[Entry] = (), seq: int = 0, at_once: int = 30
) -> tuple[Session, list[Action]]:
    session = Session(load_words())
    session.receive(HELLO, 0.0)
    bucket = TokenBucket(at_once, 0.5, 0.0)
    return session, session.opened(welcome(seq), after, entries, bucket)


def frames(actions: list[Action]) -> list[dict[str, Any]]:
    return [action.frame for action in actions if isinstance(action, Send)]


def seqs(actions: list[Action]) -> list[int]:
    return [frame["seq"] for frame in frames(actions) if frame["type"] == "message"]


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize("first", [SAY, "nonsense", '{"type":"typing"}', "x" * 70_000])
def test_a_bad_first_frame_is_the_last(first: str) -> None:
    session = Session(load_words())
    error, close = session.receive(first, 0.0)
    assert isinstance(error, Send)
    assert error.frame["code"] in ("bad_frame", "too_large")
    assert close == Close(4400)
    assert session.receive(HELLO, 0.0) == []


def test_hello_opens_and_ready_comes_first() -> None:
    session = Session(load_words())
    (opening,) = session.receive(HELLO, 0.0)
    assert isinstance(opening, OpenConversation)
    actions = session.opened(welcome(2), 0, [entry(1), entry(2)], TokenBucket(1, 1, 0))
    ready, *replay = frames(actions)
    assert ready == {
        "type": "ready",
        "conversation": "c",
        "seq": 2,
        "practice": {"name": "Elm", "phone": "+1"},
        "patient": {"display_name": "Mari"},
        "disclosure": "You are chatting ...",
        "control": "assistant",
    }
    assert [frame["seq"] for frame in replay] == [1, 2]


@pytest.mark.parametrize(
    ("reason", "code", "close"),
    [
        ("bad_token", "bad_token", 4401),
        ("expired_token", "expired_token", 4401),
        ("no_access", "bad_token", 4403),
        ("no_consent", "no_consent", 4403),
        ("too_many", "rate_limited", 4429),
        ("unavailable", "unavailable", 1013),
    ],
)
def test_a_refused_hello_says_why_and_closes(reason: str, code: str, close: int) -> None:
    session = Session(load_words())
    session.receive(HELLO, 0.0)
    actions = session.refused(reason)
    assert frames(actions)[0]["code"] == code
    assert actions[-1] == Close(close)
    assert session.state is State.CLOSED


def test_errors_are_in_the_language_of_the_hello() -> None:
    session = Session(load_words())
    session.receive('{"type":"hello","token":"t","locale":"es-MX"}', 0.0)
    assert "iniciar sesión" in frames(session.refused("bad_token"))[0]["message"]


def test_a_message_is_stored_then_acknowledged_then_answered() -> None:
    session, _ = live()
    (receive,) = session.receive(SAY, 0.0)
    assert isinstance(receive, Receive)
    message = entry(1)
    assert session.stored(message, is_new=True) == [
        Send({"type": "ack", "id": message.id}),
        Answer(message),
    ]


def test_a_message_said_twice_is_acknowledged_twice_and_answered_once() -> None:
    session, _ = live()
    assert session.stored(entry(1), is_new=False) == [Send({"type": "ack", "id": "e1"})]


def test_a_bad_frame_in_between_is_refused_by_itself() -> None:
    session, _ = live()
    for bad in ("nonsense", HELLO, '{"type":"say","id":"m1"}'):
        (error,) = frames(session.receive(bad, 0.0))
        assert error["code"] == "bad_frame"
    (too_large,) = frames(
        session.receive(json.dumps({"type": "say", "id": "m9", "text": "x" * 4001}), 0.0)
    )
    assert (too_large["code"], too_large["id"]) == ("too_large", "m9")
    assert isinstance(session.receive(SAY, 0.0)[0], Receive)


def test_the_small_frames_become_commands() -> None:
    session, _ = live()
    assert session.receive('{"type":"typing"}', 0.0) == []
    assert session.receive('{"type":"read","seq":3}', 0.0) == [MarkRead(3)]
    (rate,) = session.receive('{"type":"feedback","seq":3,"value":"up"}', 0.0)
    assert isinstance(rate, Rate)
    assert session.receive('{"type":"end"}', 0.0) == [EndConversation(), Close(1000)]
    assert session.receive(SAY, 0.0) == []


def test_who_writes_too_fast_is_told_how_long_to_wait() -> None:
    session, _ = live(at_once=2)
    assert [type(session.receive(SAY, 0.0)[0]) for _ in range(2)] == [Receive, Receive]
    (screened,) = session.receive(SAY, 0.0)
    assert isinstance(screened, ReceiveIfDanger)
    (error,) = frames(session.limited(screened.say.id, screened.retry_after))
    assert (error["code"], error["id"], error["retry_after"]) == ("rate_limited", "m1", 2)
    assert isinstance(session.receive(SAY, 2.0)[0], Receive)


def test_what_cannot_be_stored_is_not_acknowledged() -> None:
    session, _ = live()
    (error,) = frames(session.failed("m1", OSError()))
    assert (error["code"], error["id"], error["retry_after"]) == ("unavailable", "m1", 5)
    (error,) = frames(session.failed("m1", Conflict()))
    assert error["code"] == "conflict"


def test_a_hello_that_fails_ends_the_connection() -> None:
    session = Session(load_words())
    session.receive(HELLO, 0.0)
    assert session.failed(None, OSError())[-1] == Close(1013)


def test_only_the_next_entry_is_sent() -> None:
    session, _ = live(entries=[entry(1), entry(2)], seq=2)
    assert session.deliver(entry(2)) == []
    assert session.deliver(entry(4)) == [CatchUp(2)]
    assert seqs(session.deliver(entry(3))) == [3]
    assert seqs(session.deliver(entry(4))) == [4]


def test_a_client_that_comes_back_gets_what_it_missed() -> None:
    _, actions = live(after=2, entries=[entry(3), entry(4)], seq=4)
    assert seqs(actions) == [3, 4]


def test_an_after_beyond_the_end_belongs_to_another_conversation() -> None:
    _, actions = live(after=50, entries=[entry(1)], seq=1)
    assert seqs(actions) == [1]


def test_entries_that_came_while_opening_are_asked_for() -> None:
    _, actions = live(entries=[entry(1)], seq=3)
    assert actions[-1] == CatchUp(1)


@pytest.mark.parametrize("seed", range(50))
def test_any_order_of_broadcasts_gives_no_gap_and_no_duplicate(seed: int) -> None:
    chance = random.Random(seed)
    stored = [entry(seq) for seq in range(1, 13)]
    known = chance.randint(0, 12)
    session, actions = live(entries=stored[:known], seq=known)
    sent = seqs(actions)
    broadcasts = stored[chance.randint(0, known) :] * 2
    chance.shuffle(broadcasts)
    for news in broadcasts:
        for action in session.deliver(news):
            if isinstance(action, CatchUp):
                caught = (session.deliver(one) for one in stored[action.after :])
                sent += seqs(list(itertools.chain.from_iterable(caught)))
            else:
                sent += seqs([action])
    expected = list(range(1, 13)) if broadcasts else list(range(1, known + 1))
    assert sent == expected


def test_a_slow_client_and_a_late_token_end_the_connection() -> None:
    session, _ = live()
    assert session.lagged() == [Close(1013)]
    assert session.deliver(entry(1)) == []
    assert session.status("thinking") == []
    other, _ = live()
    actions = other.expired()
    assert frames(actions)[0]["code"] == "expired_token"
    assert actions[-1] == Close(4401)


def test_who_never_greets_is_shown_out() -> None:
    session = Session(load_words())
    assert session.never_greeted()[-1] == Close(4400)
    greeted, _ = live()
    assert greeted.never_greeted() == []
