"""The commands `portico ingest` and `portico ask`."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from knowledge.encoder import load_encoder
from knowledge.errors import InputError
from knowledge.index.sync import SyncReport, sync_index
from knowledge.passage import PATIENTS, Passage, Retrieval
from knowledge.practice import read_settings
from knowledge.retrieve import Retriever

PracticeOption = Annotated[Path, typer.Option("--practice", help="The practice's folder.")]
DataOption = Annotated[Path, typer.Option("--data", help="Where everything is stored.")]


def ingest(
    practice: PracticeOption,
    data: DataOption = Path("data"),
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Only these files or folders under faq/.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
) -> None:
    """Bring the knowledge index to what the practice's documents say now."""
    settings = read_settings(practice)
    report = sync_index(
        settings, data, load_encoder(), today=_today(), only=paths or (), dry_run=dry_run
    )
    for line in report_lines(report):
        print(line)
    if dry_run:
        print("nothing was written (--dry-run)")


def ask(
    question: Annotated[str, typer.Argument(help="As a patient would write it.")],
    practice: PracticeOption,
    data: DataOption = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show the passages, their scores, and the answer, or that Portico abstains.

    The documents are read first, so the answer is what they say now.
    """
    if not question.strip():
        raise InputError("the question is empty")
    settings, encoder = read_settings(practice), load_encoder()
    sync_index(settings, data, encoder, today=_today())
    retriever = Retriever(data, encoder, threshold=settings.answer_threshold)
    found = retriever.retrieve(question, audience=PATIENTS, today=_today())
    if as_json:
        print(json.dumps(as_object(question, found, settings.answer_threshold), ensure_ascii=False))
        return
    for line in retrieval_lines(found, settings.answer_threshold):
        print(line)


def report_lines(report: SyncReport) -> list[str]:
    """A line for each document that changes, warnings, then the counts."""
    lines = [f"added      {source}" for source in report.added]
    lines += [f"changed    {source}" for source in report.changed]
    lines += [f"removed    {source}" for source in report.removed]
    lines += [f"ignored    {source}: not a format of documents" for source in report.ignored]
    lines += [f"warning    {source}: its review date has passed" for source in report.overdue]
    if report.rebuilt:
        lines.append("the encoder or the way of cutting has changed: everything is embedded anew")
    lines.append(
        f"{len(report.added)} added, {len(report.changed)} changed,"
        f" {len(report.removed)} removed, {len(report.unchanged)} unchanged"
    )
    return lines


def as_object(question: str, found: Retrieval, threshold: float) -> dict[str, Any]:
    """What `portico ask --json` prints."""
    return {
        "question": question,
        "score": round(found.score, 4),
        "threshold": threshold,
        "abstained": found.answer is None,
        "answer": asdict(found.answer) if found.answer else None,
        "passages": [_passage_object(passage) for passage in found.passages],
    }


def retrieval_lines(found: Retrieval, threshold: float) -> list[str]:
    lines: list[str] = []
    for number, passage in enumerate(found.passages, 1):
        where = f"{passage.source} ({passage.version}, {passage.language}, {passage.audience})"
        late = "  review overdue" if passage.overdue else ""
        lines.append(f"{number}. {passage.score:.2f}  {where}{late}")
        lines.append(f"   {passage.heading or passage.title}")
        lines += [f"   | {line}" for line in passage.text.splitlines()]
    lines.append(f"score {found.score:.2f}, threshold {threshold:.2f}")
    if found.answer is None:
        return [*lines, "abstains: no passage answers this well enough"]
    cited = "; ".join(f"{c.title} [{c.source} {c.version}]" for c in found.answer.citations)
    return [*lines, "answer:", *found.answer.text.splitlines(), f"cites: {cited}"]


def _passage_object(passage: Passage) -> dict[str, Any]:
    fields = asdict(passage)
    fields["review_by"] = passage.review_by.isoformat() if passage.review_by else None
    fields["score"] = round(passage.score, 4)
    return fields


def _today() -> date:
    return datetime.now(UTC).date()
