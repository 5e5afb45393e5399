"""A conversation's state survives a restart as itself, and its file tells nothing."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from agent.adapters.store.checkpoints import open_checkpointer
from agent.adapters.store.serializer import AgentSerializer, agent_types
from agent.domain.booking import Appointment, AppointmentStatus
from agent.domain.conversation import Message, Option
from agent.domain.ids import (
    AppointmentId,
    ConversationId,
    MessageId,
    PatientId,
    PractitionerId,
    ServiceTypeId,
)
from agent.domain.safety import Assessment
from agent.domain.terms import Author, Category, Intent, Level, Route
from agent.settings import Settings

CANARY = "CANARY-checkpoint-91c2"
LA = ZoneInfo("America/Los_Angeles")


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Slots:
    route: Route
    level: Level
    day: date
    at: datetime
    local: datetime
    window: tuple[time, time]
    chosen: tuple[Option, ...]
    nested: tuple[tuple[int, str], ...]
    appointment: Appointment
    wishes: frozenset[Intent]
    by_name: dict[str, tuple[Colour, ...]]
    zone: ZoneInfo
    spent: timedelta
    nothing: None = None
    words: list[str] = field(default_factory=list)


STATE = Slots(
    route=Route.SCHEDULING,
    level=Level.DISTRESS,
    day=date(2026, 6, 3),
    at=datetime(2026, 6, 1, 16, 0, 0, 123456, tzinfo=UTC),
    local=datetime(2026, 6, 4, 9, 30, tzinfo=LA),
    window=(time(8, 0), time(12, 30)),
    chosen=(Option("a", "Tue"), Option("b", CANARY)),
    nested=((1, "x"), (2, "y")),
    appointment=Appointment(
        AppointmentId("AP-1"),
        PatientId("PT-1"),
        PractitionerId("DR-1"),
        ServiceTypeId("therapy"),
        datetime(2026, 6, 4, 9, 30, tzinfo=timezone(timedelta(hours=-7))),
        AppointmentStatus.CONFIRMED,
    ),
    wishes=frozenset({Intent.APPOINTMENT_RESCHEDULE, Intent.BALANCE}),
    by_name={"a": (Colour.RED,), "b": ()},
    zone=LA,
    spent=timedelta(minutes=3, microseconds=5),
    words=["one", "two"],
)
TYPES = {
    **agent_types(),
    "test:Slots": Slots,
    "test:Colour": Colour,
}


class State(TypedDict):
    slots: Any
    heard: str


def graph(checkpointer: Any) -> Any:
    def ask(state: State) -> dict[str, Any]:
        answer = interrupt({"text": CANARY})
        return {"heard": answer, "slots": Assessment(Level.ACTIVE, Category.EYE, (CANARY,))}

    builder = StateGraph(State)
    builder.add_node("ask", ask)
    builder.add_edge(START, "ask")
    builder.add_edge("ask", END)
    return builder.compile(checkpointer=checkpointer)


def identical(left: object, right: object) -> bool:
    """Equal, and of the same types all the way down."""
    if type(left) is not type(right) or left != right:
        return False
    if isinstance(left, tuple | list) and isinstance(right, tuple | list):
        return all(identical(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, Slots):
        return all(identical(getattr(left, name), getattr(right, name)) for name in Slots.__slots__)
    return True


def tells(folder: Path) -> list[str]:
    """The files that hold a word somebody wrote."""
    return [path.name for path in folder.iterdir() if b"CANARY" in path.read_bytes()]


@pytest.fixture
def settings() -> Settings:
    return Settings(
        token_key="t" * 32, session_key="s" * 32, encryption_keys="k1:" + "A" * 43 + "="
    )


def test_a_frozen_value_comes_back_as_itself() -> None:
    serializer = AgentSerializer(TYPES)
    back = serializer.loads_typed(serializer.dumps_typed({"channel_values": {"slots": STATE}}))
    assert identical(back["channel_values"]["slots"], STATE)
    assert back["channel_values"]["slots"].local.tzinfo is LA


@pytest.mark.parametrize("value", [None, b"bytes", bytearray(b"x"), 1, "text", (), [(1,), [2]]])
def test_plain_values_come_back_as_themselves(value: object) -> None:
    serializer = AgentSerializer(TYPES)
    assert identical(serializer.loads_typed(serializer.dumps_typed(value)), value)


def test_every_type_of_the_domain_is_known() -> None:
    known = agent_types()
    assert known["agent.domain.conversation:Message"] is Message
    assert known["agent.domain.terms:Route"] is Route
    assert not [name for name in known if name.startswith("agent.adapters.")]


def test_a_type_that_is_not_the_agents_is_not_rebuilt() -> None:
    @dataclass(frozen=True)
    class Elsewhere:
        value: int

    written = AgentSerializer({"elsewhere:Elsewhere": Elsewhere}).dumps_typed(Elsewhere(1))
    with pytest.raises(ValueError, match="ext_hook failed"):
        AgentSerializer(agent_types()).loads_typed(written)


def test_a_value_of_an_older_version_is_read() -> None:
    @dataclass(frozen=True)
    class Before:
        kept: int
        lost: int

    @dataclass(frozen=True)
    class After:
        kept: int
        new: str = "default"

    written = AgentSerializer({"agent.state:Value": Before}).dumps_typed(Before(1, 2))
    assert AgentSerializer({"agent.state:Value": After}).loads_typed(written) == After(1)


async def test_an_interrupted_conversation_goes_on_after_a_restart(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "checkpoints.db"
    config = {"configurable": {"thread_id": "c-1"}}
    message = Message(
        ConversationId("c-1"),
        MessageId("m-1"),
        datetime(2026, 6, 1, tzinfo=UTC),
        Author.PATIENT,
        CANARY,
        options=(Option("a", "Tue"),),
    )
    async with open_checkpointer(path, settings) as saver:
        await graph(saver).ainvoke({"slots": message, "heard": ""}, config, durability="exit")
        assert not tells(tmp_path)
    async with open_checkpointer(path, settings) as saver:
        again = graph(saver)
        standing = await again.aget_state(config)
        assert identical(standing.values["slots"], message)
        after = await again.ainvoke(Command(resume=CANARY), config, durability="exit")
        assert after["heard"] == CANARY
        assert after["slots"] == Assessment(Level.ACTIVE, Category.EYE, (CANARY,))
    assert not tells(tmp_path)
    assert [r.message for r in caplog.records if r.name.startswith("langgraph")] == []
