"""`portico audit` verifies, shows and exports the ledger of a data directory."""

import asyncio
import json
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from agent.adapters.store.store import open_store
from agent.cli import run
from agent.domain.audit import LedgerEvent
from agent.domain.ids import ConversationId, PatientId
from agent.settings import load_settings


@pytest.fixture
def data(tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PORTICO_DATABASE_URL", raising=False)

    async def fill() -> None:
        store = await open_store(load_settings(tmp_path), tmp_path)
        await store.ledger.append(
            [
                LedgerEvent(
                    "message.received", now, "patient", ConversationId("c-1"), PatientId("PT-1")
                ),
                LedgerEvent(
                    "safety.assessed",
                    now,
                    "assistant",
                    ConversationId("c-1"),
                    PatientId("PT-1"),
                    data={"level": 0},
                ),
                LedgerEvent("policy.changed", now, "staff:ST-ANA", data={"key": "faq"}),
            ]
        )
        await store.close()

    asyncio.run(fill())
    return tmp_path


def test_verify_says_that_every_chain_holds(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["audit", "verify", "--data", str(data)]) == 0
    assert capsys.readouterr().out == "verified: 3 records, every chain holds\n"


def test_verify_names_the_broken_record_and_fails(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(data / "portico.db") as database:
        database.execute("UPDATE ledger SET actor = 'nobody' WHERE kind = 'safety.assessed'")
    database.close()
    assert run(["audit", "verify", "--data", str(data)]) == 1
    assert capsys.readouterr().out == "broken: conversation:c-1: record 2 was altered\n"


def test_export_is_one_json_object_a_record(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["audit", "export", "--data", str(data)]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["kind"] for record in records] == [
        "message.received",
        "safety.assessed",
        "policy.changed",
    ]
    assert records[1]["data"] == {"level": 0}
    assert records[1]["previous"] == records[0]["hash"]


def test_show_is_cut_to_one_conversation_or_patient(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["audit", "show", "--patient", "PT-1", "--data", str(data)]) == 0
    shown = capsys.readouterr().out
    assert "safety.assessed" in shown
    assert "policy.changed" not in shown
    assert run(["audit", "export", "--conversation", "c-9", "--data", str(data)]) == 0
    assert capsys.readouterr().out == ""


def test_a_directory_without_a_store_is_wrong_input_and_stays_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTICO_DATABASE_URL", raising=False)
    assert run(["audit", "verify", "--data", str(tmp_path / "none")]) == 2
    assert "no such file" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_wrong_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTICO_DATABASE_URL", raising=False)
    (tmp_path / "portico.db").write_bytes(b"this is no database" * 100)
    assert run(["audit", "verify", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
