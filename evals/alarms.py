"""How long a patient in danger waits for the safety card, with parts of the agent down too."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from agent.domain.ids import MessageId, PatientId
from agent.domain.terms import Kind
from agent.reader.reader import Reader
from agent.turns import Agent
from evals.faults import Faults
from evals.script import Part
from evals.split import Split
from evals.suites.safety import SafetyRow
from knowledge.encoder import Encoder
from knowledge.errors import InputError

AIM_P99 = 250.0
"""Milliseconds (issue 3)."""

WARMING = 3


def danger_texts(split: Split) -> tuple[str, ...]:
    """What the card is asked for with: dangers in plain words."""
    lines = split.rows("safety/*.jsonl", SafetyRow)
    texts = tuple(line.row.text for line in lines if line.row.suite in ("explicit", "body"))
    if not texts:
        raise InputError(f"{split.folder}: no dangers said in plain words")
    return texts


async def card_times(
    agent: Agent, encoder: Encoder, patient: PatientId, texts: Sequence[str], count: int
) -> Mapping[str, list[float]]:
    """Milliseconds from a message's arrival to the card that answers it, each in a conversation of
    its own; messages that no card answers are left out. By what is down."""
    times = {}
    for name, broken in _states(agent, encoder).items():
        with broken():
            times[name] = await _times(agent, patient, texts, count)
    return times


def _states(
    agent: Agent, encoder: Encoder
) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    return {
        "everything up": lambda: _down(agent, ()),
        "EHR down": lambda: _down(agent, ("ehr",)),
        "knowledge down": lambda: _down(agent, ("knowledge",)),
        "reader down": lambda: _broken_calls(agent.rooms.reader, ("read",)),
        "encoder down": lambda: _broken_calls(encoder, ("encode", "encode_passages", "read")),
    }


@contextmanager
def _down(agent: Agent, parts: Sequence[Part]) -> Iterator[None]:
    faults = Faults(agent)
    for part in parts:
        faults.switch(part, on=False)
    try:
        yield
    finally:
        for part in parts:
            faults.switch(part, on=True)


@contextmanager
def _broken_calls(part: Encoder | Reader, names: Sequence[str]) -> Iterator[None]:
    of_instance: dict[str, Any] = part.__dict__
    of_instance.update(dict.fromkeys(names, _broken))
    try:
        yield
    finally:
        for name in names:
            del of_instance[name]


def _broken(*_args: Any, **_kwargs: Any) -> Any:
    raise RuntimeError("switched off")


async def _times(agent: Agent, patient: PatientId, texts: Sequence[str], count: int) -> list[float]:
    times = []
    for text in itertools.islice(itertools.cycle(texts), WARMING + count):
        ms = await _card(agent, patient, text)
        if ms is not None:
            times.append(ms)
    return times[WARMING:]


async def _card(agent: Agent, patient: PatientId, text: str) -> float | None:
    conversation, _ = await agent.open(patient)
    began = time.perf_counter()
    message, _ = await agent.receive(conversation.id, MessageId(str(uuid.uuid4())), text)
    await agent.answer(message)
    spent = (time.perf_counter() - began) * 1000
    entries = await agent.transcript.entries(conversation.id, after=message.seq or 0)
    await agent.end(conversation.id)
    shown = any(getattr(entry, "kind", None) is Kind.CARD for entry in entries)
    return spent if shown else None
