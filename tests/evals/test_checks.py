"""Each check of a step holds when it should and fails when it should."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.domain.audit import ToolCall, TurnRecord
from agent.domain.conversation import Card, CardAction, Citation, Message, Option
from agent.domain.ids import ConversationId, MessageId
from agent.domain.terms import Author, Category, Kind, Level, Mode, Outcome, Route
from evals.checks import Observed, check_step
from evals.script import Expect

NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
HERE = ConversationId("c-1")
FIRST = Message(
    HERE,
    MessageId("r-1"),
    NOW,
    Author.ASSISTANT,
    "You have a session on Tue Jun 9.",
    citations=(Citation("Hours", "faq/office/hours.md", "1"),),
)
SECOND = Message(
    HERE,
    MessageId("r-2"),
    NOW,
    Author.ASSISTANT,
    "Is that right?",
    kind=Kind.CONFIRM,
    options=(Option("y", "Yes, move it"), Option("n", "No")),
    card=Card(Level.ACTIVE, Category.SELF_HARM, "1", (CardAction("Call 988", "tel:988"),)),
)
RECORD = TurnRecord(
    HERE,
    MessageId("m-1"),
    NOW,
    Route.SCHEDULING,
    0.9,
    Level.DISTRESS,
    None,
    Mode.AUTO,
    Outcome.DELIVERED,
    tools=(
        ToolCall("list_appointments", "ok"),
        ToolCall("find_slots", "ok"),
        ToolCall("book_appointment", "refused:taken", writes=True),
    ),
)
SEEN = Observed((FIRST, SECOND), RECORD, 12.0, ())
SILENT = Observed((), RECORD, 12.0, ())
NO_TURN = replace(SEEN, record=None)
WROTE = replace(RECORD, tools=(ToolCall("book_appointment", "ok", writes=True),))


def broken(expect: dict[str, Any], observed: Observed) -> list[str]:
    return [failure.check for failure in check_step(1, Expect.model_validate(expect), observed)]


@pytest.mark.parametrize(
    "expect",
    [
        {},
        {"route": "scheduling"},
        {"route": ["faq", "scheduling"]},
        {"level": 1},
        {"level": [1, 2]},
        {"kind": "text"},
        {"kind": "confirm"},
        {"options": {"min": 1, "max": 2}},
        {"options": {"min": 2}},
        {"reply": {"contains_any": ["never", "SESSION"]}},
        {"reply": {"contains_all": ["tue", "is that right"]}},
        {"reply": {"contains_all": ["call 988"]}},
        {"reply": {"not_contains": ["booked", "Yes, move it"]}},
        {"reply": {"matches": r"Jun(e)? 9\."}},
        {"reply": {"cites": "office/hours.md"}},
        {"reply": {"cites": "hours"}},
        {"tools": ["list_appointments", "find_slots"]},
        {"tools": ["find_slots", "book_appointment"]},
        {"tools": []},
        {"no_writes": True},
        {"within_ms": 12},
    ],
)
def test_what_holds_passes(expect: dict[str, Any]) -> None:
    assert broken(expect, SEEN) == []


@pytest.mark.parametrize(
    ("expect", "check"),
    [
        ({"route": "faq"}, "route"),
        ({"level": 0}, "level"),
        ({"kind": "card"}, "kind"),
        ({"options": {"min": 3}}, "options"),
        ({"options": {"max": 1}}, "options"),
        ({"reply": {"contains_any": ["never"]}}, "reply.contains_any"),
        ({"reply": {"contains_all": ["tue", "never"]}}, "reply.contains_all"),
        ({"reply": {"not_contains": ["SESSION"]}}, "reply.not_contains"),
        ({"reply": {"matches": "^Jun"}}, "reply.matches"),
        ({"reply": {"cites": "fees.md"}}, "reply.cites"),
        ({"reply": {"cites": "ours.md"}}, "reply.cites"),
        ({"tools": ["find_slots", "list_appointments"]}, "tools"),
        ({"tools": ["find_slots", "find_slots"]}, "tools"),
        ({"tools": ["cancel_appointment"]}, "tools"),
        ({"within_ms": 11}, "within_ms"),
        ({"expect_none": True}, "expect_none"),
    ],
)
def test_what_does_not_hold_fails(expect: dict[str, Any], check: str) -> None:
    assert broken(expect, SEEN) == [check]


@pytest.mark.parametrize(
    "expect",
    [
        {"kind": "text"},
        {"options": {"min": 1}},
        {"reply": {"contains_any": ["x"]}},
        {"reply": {"not_contains": ["x"]}},
        {"reply": {"cites": "x"}},
    ],
)
def test_silence_is_no_reply_that_could_pass(expect: dict[str, Any]) -> None:
    assert len(broken(expect, SILENT)) == 1
    assert broken({"expect_none": True}, SILENT) == []


@pytest.mark.parametrize("expect", [{"route": "scheduling"}, {"level": 1}, {"tools": []}])
def test_what_cannot_be_looked_at_fails(expect: dict[str, Any]) -> None:
    assert len(broken(expect, NO_TURN)) == 1


def test_no_writes_is_believed_of_the_record_and_of_the_ehr() -> None:
    assert broken({"no_writes": True}, replace(SEEN, record=WROTE)) == ["no_writes"]
    changed = replace(SEEN, changed=("new: appointment AP-9 booked",))
    assert broken({"no_writes": True}, changed) == ["no_writes"]
    assert broken({"no_writes": True}, replace(SEEN, changed=None)) == ["no_writes"]
