"""The safety path with each part down: always a card in time, the alert, and what the ledger says.

Redis appears nowhere: Portico does not use it.
"""

import ast
import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import agent
from agent.domain.conversation import Message
from agent.domain.ids import MessageId
from agent.domain.terms import Category, Kind, Level, Priority, TaskCode
from agent.nodes.rooms import Consultant
from agent.privacy.pseudonyms import load_pseudonymiser
from agent.prompts.prompts import load_prompts
from tests.agent.conftest import Start, World

WITHIN = 2.0
"""Seconds, on a machine that runs other things: `make bench` measures the real figure."""

DANGER = "I want to kill myself tonight"
ALERTED = "alerted our team"


async def hanging(*_args: Any, **_options: Any) -> Any:
    await asyncio.sleep(3600)


async def failing(*_args: Any, **_options: Any) -> Any:
    raise OSError("down")


def broken(*_args: Any, **_options: Any) -> Any:
    raise OSError("down")


@dataclass
class Model:
    """A language model that never comes to an answer; counts how often it is asked."""

    decide: Callable[..., Any]
    write: Callable[..., Any] = broken
    asked: int = 0


def put(world: World, **rooms: Any) -> None:
    for name, value in rooms.items():
        object.__setattr__(world.agent.rooms, name, value)


def model_down(world: World, _data: Path, patch: pytest.MonkeyPatch) -> None:
    _consulted(world, failing)


def model_hangs(world: World, _data: Path, patch: pytest.MonkeyPatch) -> None:
    _consulted(world, hanging)


def _consulted(world: World, decide: Callable[..., Any]) -> None:
    model: Any = Model(decide)
    put(world, consultant=Consultant(model, load_pseudonymiser(), load_prompts(), 2.0))


def index_gone(world: World, data: Path, patch: pytest.MonkeyPatch) -> None:
    folder = data / "knowledge"
    shutil.rmtree(folder if folder.exists() else data / "chroma")


def ehr_down(world: World, _data: Path, patch: pytest.MonkeyPatch) -> None:
    world.ehr.available = False


def ehr_hangs(world: World, _data: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(world.ehr, "patient", hanging)


def reader_down(world: World, _data: Path, patch: pytest.MonkeyPatch) -> None:
    class Down:
        intents = world.agent.rooms.reader.intents
        read = staticmethod(broken)

    put(world, reader=Down())


def desk_fails_once(world: World, _data: Path, patch: pytest.MonkeyPatch) -> None:
    write, tries = world.agent.desk.open_task, iter([True])

    async def once(*args: Any, **options: Any) -> Any:
        if next(tries, False):
            raise OSError("database is locked")
        return await write(*args, **options)

    patch.setattr(world.agent.desk, "open_task", once)


PARTS_DOWN = [
    model_down,
    model_hangs,
    index_gone,
    ehr_down,
    ehr_hangs,
    reader_down,
    desk_fails_once,
]


async def answered(world: World, text: str) -> tuple[Message, float]:
    """The only reply, and how long it took."""
    chat = await world.chat()
    started = time.perf_counter()
    (card,) = await world.say(chat, text)
    return card, time.perf_counter() - started


async def ledger_kinds(world: World, card: Message) -> list[str]:
    assert await world.agent.ledger.verify() == ()
    return [r.event.kind for r in await world.agent.ledger.records(card.conversation_id)]


@pytest.mark.parametrize("takes_down", PARTS_DOWN)
@pytest.mark.parametrize(
    ("text", "category", "code"),
    [
        (DANGER, Category.SELF_HARM, TaskCode.CRISIS),
        ("bleach splashed in my eye", Category.EYE, TaskCode.MEDICAL_EMERGENCY),
        ("quiero matarme", Category.SELF_HARM, TaskCode.CRISIS),
    ],
)
async def test_the_card_and_the_alert_need_no_other_part(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    takes_down: Callable[..., None],
    text: str,
    category: Category,
    code: TaskCode,
) -> None:
    chat = await world.chat()
    takes_down(world, tmp_path / "data", monkeypatch)
    started = time.perf_counter()
    (card,) = await world.say(chat, text)
    assert time.perf_counter() - started < WITHIN
    assert card.kind is Kind.CARD
    assert card.card is not None
    assert card.card.category is category
    assert ALERTED in card.text or "He avisado" in card.text
    (task,) = await world.agent.desk.tasks()
    assert (task.code, task.priority, task.rungs_climbed) == (code, Priority.STAT, 1)
    assert "alert.sent" in await ledger_kinds(world, card)


@pytest.mark.parametrize("alert", [hanging, failing])
async def test_a_channel_that_fails_is_never_called_an_alert(
    world: World, monkeypatch: pytest.MonkeyPatch, alert: Callable[..., Any]
) -> None:
    """The task stands on the desk; the ladder goes on trying, and the card does not claim it."""
    notifier = world.agent.rooms.notifier
    with monkeypatch.context() as patch:
        patch.setattr(notifier, "alert", alert, raising=False)
        card, spent = await answered(world, DANGER)
        assert spent < WITHIN
        assert card.kind is Kind.CARD
        assert ALERTED not in card.text
        (task,) = await world.agent.desk.tasks()
        assert task.rungs_climbed == 0
        await world.agent.climb_ladder()
    assert "alert.escalated" not in await ledger_kinds(world, card)
    await world.agent.climb_ladder()
    (task,) = await world.agent.desk.tasks()
    assert task.rungs_climbed == 1
    assert (await ledger_kinds(world, card))[-1] == "alert.escalated"


async def test_a_channel_that_refuses_is_not_an_alert(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(*_args: Any) -> bool:
        return False

    monkeypatch.setattr(world.agent.rooms.notifier, "alert", refuses, raising=False)
    card, _ = await answered(world, DANGER)
    assert ALERTED not in card.text


@pytest.mark.parametrize("open_task", [hanging, failing])
async def test_without_a_desk_the_card_says_nothing_of_an_alert(
    world: World, monkeypatch: pytest.MonkeyPatch, open_task: Callable[..., Any]
) -> None:
    monkeypatch.setattr(world.agent.desk, "open_task", open_task)
    card, spent = await answered(world, DANGER)
    assert spent < WITHIN + 1
    assert card.kind is Kind.CARD
    assert ALERTED not in card.text
    assert "988" in card.text
    assert "alert.failed" in await ledger_kinds(world, card)


async def test_the_ladder_of_one_task_does_not_wait_for_a_broken_channel(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes with every channel down: the patient is told the truth (DOMAIN D.6)."""
    monkeypatch.setattr(world.agent.rooms.notifier, "alert", failing, raising=False)
    card, _ = await answered(world, DANGER)
    world.clock.advance(timedelta(minutes=11))
    await world.agent.climb_ladder()
    entries = await world.agent.transcript.entries(card.conversation_id, card.seq)
    assert "not been able to reach our team" in entries[-1].text  # type: ignore[union-attr]


async def test_a_card_decided_before_a_power_cut_is_delivered_after_it(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut between the checkpoint and the delivery: one card, one task, one alert."""

    class PowerCut(BaseException):
        pass

    async def cut(*_args: Any) -> None:
        raise PowerCut

    async with start() as world:
        chat = await world.chat()
        monkeypatch.setattr(world.agent.transcript, "finish_turn", cut)
        message, _ = await world.agent.receive(
            chat.id, MessageId("9c0e8a4e-0000-4000-8000-000000000003"), DANGER
        )
        with pytest.raises(PowerCut):
            await world.agent.answer(message)
    async with start() as world:
        await world.agent.resume_pending()
        (card,) = await world.after(chat, message.seq)
        assert card.kind is Kind.CARD
        assert ALERTED in card.text
        assert len(await world.agent.desk.tasks()) == 1
        assert (await ledger_kinds(world, card)).count("alert.sent") == 1


@pytest.mark.parametrize(
    ("text", "safe"),
    [(DANGER, "I'm safe right now"), ("quiero matarme", "Estoy a salvo")],
)
async def test_the_safe_button_closes_nothing(world: World, text: str, safe: str) -> None:
    """DOMAIN D.3: it stays at its level and adds the answer for staff."""
    chat = await world.chat()
    (card,) = await world.say(chat, "I want to die" if text == DANGER else text)
    assert card.options
    (thanks,) = await world.press(chat, [card], 1)
    assert thanks.kind is Kind.CARD
    assert thanks.card is not None
    assert card.card is not None
    assert thanks.card.level is card.card.level
    (task,) = await world.agent.desk.tasks()
    assert task.code is TaskCode.CRISIS
    assert safe in task.notes[-1].text
    (still,) = await world.say(chat, "where do i park?")
    assert still.kind is Kind.CARD


async def test_every_dangerous_message_alerts_again_and_no_card_is_said_twice_in_a_row(
    world: World,
) -> None:
    chat = await world.chat()
    cards = [
        (await world.say(chat, text))[0] for text in (DANGER, DANGER, "I will kill myself", DANGER)
    ]
    assert all(card.kind is Kind.CARD for card in cards)
    texts = [card.text for card in cards]
    assert all(first != second for first, second in pairwise(texts))
    assert (await ledger_kinds(world, cards[0])).count("alert.sent") == 4
    assert len(await world.agent.desk.tasks()) == 1


@pytest.mark.parametrize(
    ("patient", "text", "said"),
    [
        ("PT-1", "I feel so overwhelmed and I can't stop crying", "988"),
        ("PT-2", "estoy muy agobiada y no puedo dejar de llorar", "988"),
    ],
)
async def test_distress_gets_a_kind_word_the_line_and_a_person(
    world: World, patient: str, text: str, said: str
) -> None:
    chat = await world.chat(patient)
    replies = await world.say(chat, text)
    assert (await world.why(chat)).level is Level.DISTRESS
    assert replies[-1].kind is Kind.NOTICE
    assert said in replies[-1].text
    (task,) = await world.agent.desk.tasks()
    assert (task.code, task.priority) == (TaskCode.CLINICAL_QUESTION, Priority.URGENT)
    (after,) = await world.say(chat, "where do i park?" if patient == "PT-1" else "gracias")
    assert after.kind is not Kind.CARD


def test_nothing_imports_redis() -> None:
    for room in ("agent", "knowledge", "server"):
        for path in (Path(agent.__file__).parents[1] / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not any(n.split(".")[0] in ("redis", "arq", "celery") for n in names), path


async def test_a_card_of_a_failed_graph_guards_the_next_turn_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of that turn is in the checkpoint: the open task tells it."""
    chat = await world.chat()
    with monkeypatch.context() as patch:
        patch.setattr(world.agent._graph, "ainvoke", failing)
        (card,) = await world.say(chat, DANGER)
    assert card.kind is Kind.CARD
    (again,) = await world.say(chat, "when is my appointment?")
    assert again.kind is Kind.CARD
    (task,) = await world.agent.desk.tasks()
    assert task.code is TaskCode.CRISIS


@pytest.mark.parametrize("tasks", [hanging, failing])
async def test_a_desk_that_cannot_say_what_is_open_stops_no_turn(
    world: World, monkeypatch: pytest.MonkeyPatch, tasks: Callable[..., Any]
) -> None:
    chat = await world.chat()
    monkeypatch.setattr(world.agent.desk, "tasks", tasks)
    (reply,) = await world.say(chat, "when is my appointment?")
    assert reply.kind is Kind.TEXT
    (card,) = await world.say(chat, DANGER)
    assert card.kind is Kind.CARD
