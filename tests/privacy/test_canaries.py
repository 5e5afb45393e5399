"""Seeded names and numbers, said in real turns, stand nowhere in clear once the agent has stopped.

The whole data directory (store, checkpoints, index, EHR) and everything
that was logged at any level is searched for them.
"""

import logging
from pathlib import Path

import pytest

from agent.domain.ids import PatientId
from tests.agent.conftest import Start, models, start

__all__ = ["models", "start"]

NAME, CHILD = "Zebulina Quartermain", "Thaddeus"
PHONE, NUMBER, MAIL = "415-555-0173", "QX77120455", "zebulina.q@example.net"
CANARIES = ("Zebulina", "Quartermain", CHILD, "555-0173", "4155550173", NUMBER, MAIL)

SAID = (
    f"hi this is {NAME}, call me at {PHONE} about my son {CHILD}",
    "where do i park?",
    f"please cancel my appointment, my member id is {NUMBER} and my mail is {MAIL}",
    "yes",
    f"do you have a vending machine in the lobby? {NAME}",
    f"I want to die. {NAME} {PHONE}",
)


@pytest.fixture
async def after_the_turns(start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Path:
    caplog.set_level(logging.DEBUG)
    data = tmp_path / "canaries"
    async with start(data=data) as world:
        chat = await world.chat()
        for text in SAID:
            await world.say(chat, text)
        assert await world.ehr.patient(PatientId("PT-1")) is not None
    return data


def in_clear(content: bytes) -> list[str]:
    forms = {canary: (canary.encode(), canary.encode("utf-16-le")) for canary in CANARIES}
    return [
        canary
        for canary, encoded in forms.items()
        if any(form.lower() in content.lower() for form in encoded)
    ]


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_no_file_of_the_data_directory_holds_a_canary(after_the_turns: Path) -> None:
    files = files_under(after_the_turns)
    names = {path.name for path in files}
    assert {"portico.db", "checkpoints.db"} <= names
    assert any("knowledge" in path.parts for path in files)
    found = {str(path.name): in_clear(path.read_bytes()) for path in files}
    assert {name: canaries for name, canaries in found.items() if canaries} == {}


async def test_no_log_line_holds_a_canary(
    after_the_turns: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    printed = capfd.readouterr()
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert in_clear((logged + printed.out + printed.err).encode()) == []


async def test_the_ledger_holds_no_canary(start: Start, tmp_path: Path) -> None:
    async with start(data=tmp_path / "ledger") as world:
        chat = await world.chat()
        for text in SAID:
            await world.say(chat, text)
        records = await world.agent.ledger.records()
    assert records
    assert in_clear(repr(records).encode()) == []
