"""`portico audit`: checks, shows and exports the ledger."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError

from agent.adapters.store.database import Database
from agent.adapters.store.ledger import SqlLedger
from agent.domain.audit import LedgerRecord
from agent.domain.ids import ConversationId, PatientId
from agent.settings import DATABASE_FILE, load_database_settings
from knowledge.errors import InputError

T = TypeVar("T")

app = typer.Typer(add_completion=False, help="Checks, shows and exports the ledger.")

Data = Annotated[Path, typer.Option("--data", help="The data directory.")]
OfConversation = Annotated[str | None, typer.Option("--conversation", help="Only this one.")]
OfPatient = Annotated[str | None, typer.Option("--patient", help="Only this one.")]


@app.command()
def verify(data: Data = Path("data")) -> None:
    """Walks every chain; names the first broken record of each and exits with status 1."""

    async def work(ledger: SqlLedger) -> tuple[tuple[str, ...], int]:
        return await ledger.verify(), len(await ledger.records())

    faults, count = _with_ledger(data, work)
    for fault in faults:
        typer.echo(f"broken: {fault}")
    if faults:
        raise typer.Exit(1)
    typer.echo(f"verified: {count} records, every chain holds")


@app.command()
def show(
    conversation: OfConversation = None, patient: OfPatient = None, data: Data = Path("data")
) -> None:
    """The ledger, a line a record, in the order it was written."""
    for record in _records(data, conversation, patient):
        event = record.event
        where = f"{event.conversation_id or '-'}  {event.patient_id or '-'}"
        said = json.dumps(event.data, ensure_ascii=False) if event.data else ""
        at = event.at.isoformat(timespec="seconds")
        typer.echo(f"{at}  {event.kind:<24}  {event.actor:<16}  {where}  {said}".rstrip())


@app.command()
def export(
    conversation: OfConversation = None, patient: OfPatient = None, data: Data = Path("data")
) -> None:
    """The ledger as JSON Lines, hashes included."""
    for record in _records(data, conversation, patient):
        typer.echo(json.dumps(_as_json(record), ensure_ascii=False))


def _records(data: Path, conversation: str | None, patient: str | None) -> tuple[LedgerRecord, ...]:
    return _with_ledger(
        data,
        lambda ledger: ledger.records(
            ConversationId(conversation) if conversation else None,
            PatientId(patient) if patient else None,
        ),
    )


def _with_ledger(data: Path, work: Callable[[SqlLedger], Awaitable[T]]) -> T:
    settings = load_database_settings()
    if settings.database_url is None and not (data / DATABASE_FILE).is_file():
        raise InputError(f"{data / DATABASE_FILE}: no such file; --data names the server's data")

    async def run() -> T:
        database = Database(settings.store_url(data))
        try:
            return await work(SqlLedger(database))
        except SQLAlchemyError:
            place = (
                data / DATABASE_FILE if settings.database_url is None else "PORTICO_DATABASE_URL"
            )
            raise InputError(
                f"{place}: not a store that Portico made, or it does not answer"
            ) from None
        finally:
            await database.close()

    return asyncio.run(run())


def _as_json(record: LedgerRecord) -> dict[str, Any]:
    event = record.event
    return {
        "chain": record.chain,
        "position": record.position,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "actor": event.actor,
        "conversation": event.conversation_id,
        "patient": event.patient_id,
        "message": event.message_id,
        "data": event.data,
        "previous": record.previous,
        "hash": record.hash,
    }
