"""A script runs every kind of step against an agent of its own, and fails when it should."""

from pathlib import Path
from typing import Any

import pytest

from evals.runner import RunResult, run_script
from evals.script import Script
from evals.warm import Warm
from tests.evals.conftest import WarmUp

PRACTICE = Path(__file__).parents[1] / "agent" / "practice"


@pytest.fixture
def warm(warm_up: WarmUp) -> Warm:
    return warm_up(PRACTICE)


async def played(warm: Warm, *turns: dict[str, Any], **script: Any) -> RunResult:
    content = {
        "id": "inline",
        "patient": "PT-1",
        "now": "2026-06-01T10:00:00-06:00",
        "turns": list(turns),
        **script,
    }
    return await run_script(Script.model_validate(content), warm)


def broken(result: RunResult) -> list[tuple[int, str]]:
    return [(failure.step, failure.check) for failure in result.failures]


async def test_a_booking_is_moved_by_pressing_and_saying_yes(warm: Warm) -> None:
    result = await played(
        warm,
        {
            "say": "can I move my appointment to next week?",
            "expect": {
                "route": "scheduling",
                "kind": "options",
                "options": {"min": 1, "max": 3},
                "tools": ["list_appointments", "find_slots"],
                "no_writes": True,
            },
        },
        {"choose": 1, "expect": {"kind": "confirm", "no_writes": True}},
        {"choose": {"label_contains": "yes"}, "expect": {"route": "scheduling"}},
        final={
            "appointments": [
                {"id": "AP-1", "status": "cancelled"},
                {
                    "patient_id": "PT-1",
                    "status": "booked",
                    "start_after": "2026-06-08T00:00:00-06:00",
                    "count": 1,
                },
                {"id": "AP-2", "status": "booked"},
            ],
            "tasks": [],
            "drafts": 0,
            "ledger": "verified",
        },
    )
    assert broken(result) == []
    assert [step.description for step in result.steps][1] == "choose: 1"


async def test_every_run_starts_from_fresh_data(warm: Warm) -> None:
    cancelled = {"appointments": [{"id": "AP-1", "status": "cancelled"}]}
    first = await played(warm, {"say": "cancel my appointment"}, {"say": "yes"}, final=cancelled)
    assert broken(first) == []
    standing = {"appointments": [{"id": "AP-1", "status": "booked"}], "tasks": []}
    assert broken(await played(warm, {"say": "hello"}, final=standing)) == []


async def test_a_write_is_seen_even_if_the_step_says_there_is_none(warm: Warm) -> None:
    result = await played(
        warm, {"say": "cancel my appointment"}, {"say": "yes", "expect": {"no_writes": True}}
    )
    assert broken(result) == [(2, "no_writes")]


async def test_staff_take_reply_and_hand_back(warm: Warm) -> None:
    result = await played(
        warm,
        {"say": "I want to speak with a person", "expect": {"route": "human"}},
        {"staff": {"take": True}},
        {"staff": {"reply": "This is Dana."}, "expect": {"reply": {"contains_all": ["Dana"]}}},
        {"say": "thanks", "expect_none": True},
        {"staff": {"release": True}},
        {"say": "where do I park?", "expect": {"reply": {"cites": "parking.md"}}},
        final={"tasks": [{"code": "callback"}]},
    )
    assert broken(result) == []


async def test_an_outage_begins_and_ends(warm: Warm) -> None:
    result = await played(
        warm,
        {"outage": "knowledge"},
        {"outage": "model"},
        {"say": "where do I park?", "expect": {"kind": "notice"}},
        {"restore": "knowledge"},
        {"say": "where do I park?", "expect": {"reply": {"cites": "parking.md"}}},
        {"outage": "ehr"},
        {"say": "please cancel my appointment", "expect": {"kind": "notice", "no_writes": True}},
        final={
            "appointments": [{"id": "AP-1", "status": "booked"}],
            "tasks_any": [{"code": "cancel-request"}],
        },
    )
    assert broken(result) == []


async def test_the_clock_moves_and_alerts_climb_on_the_way(warm: Warm) -> None:
    result = await played(
        warm,
        {"say": "I want to kill myself", "expect": {"route": "crisis", "kind": "card"}},
        {"advance": "11m", "expect": {"kind": "card"}},
        {"advance": "1m", "expect_none": True},
        final={"tasks": [{"code": "crisis", "priority": "stat"}], "ledger": "verified"},
    )
    assert broken(result) == []


@pytest.mark.parametrize(
    ("turns", "script", "found"),
    [
        ([{"say": "hello", "expect": {"route": "billing"}}], {}, [(1, "route")]),
        ([{"say": "hello", "expect": {"within_ms": 1}}], {}, [(1, "within_ms")]),
        ([{"say": "hello"}, {"choose": 9}, {"say": "never"}], {}, [(2, "step")]),
        ([{"choose": {"label_contains": "Tue"}}], {}, [(1, "step")]),
        ([{"staff": {"approve": "last"}}], {}, [(1, "step")]),
        ([{"staff": {"take": True, "by": "ST-NONE"}}], {}, [(1, "step")]),
        ([{"staff": {"take": True}, "expect": {"route": "human"}}], {}, [(1, "route")]),
        ([{"say": "hello"}], {"patient": "PT-NONE"}, [(1, "open")]),
        ([{"say": "hello"}], {"final": {"drafts": 1}}, [(0, "drafts")]),
        ([{"say": "hello"}], {"final": {"tasks": [{"code": "crisis"}]}}, [(0, "tasks")]),
        ([{"say": "hello"}], {"final": {"appointments": [{"id": "AP-9"}]}}, [(0, "appointments")]),
        ([{"outage": "ehr"}], {"final": {"ledger": "verified"}}, [(0, "ledger")]),
    ],
)
async def test_what_does_not_hold_or_cannot_be_done_fails(
    turns: list[dict[str, Any]], script: dict[str, Any], found: list[tuple[int, str]], warm: Warm
) -> None:
    assert broken(await played(warm, *turns, **script)) == found
