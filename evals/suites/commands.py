"""Whether answers to a waiting question are heard: yes or no, one of the options, a day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from agent.reader.reader import Reader
from agent.understanding.answers import Answered, wants_out
from agent.understanding.choices import choose
from agent.understanding.dates import parse_when
from agent.understanding.replies import reply_to
from evals.figures import Key, Measured, Score, Tally
from evals.rows import Row, Spoken, Text
from evals.subject import Subject
from evals.suites.expected_days import ExpectedWhen, reads_as

SUITE = "commands"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("not a time zone") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]


class ConfirmationRow(Row):
    """`other`: another wish, a correction, a question back; `unsure`: neither yes nor no."""

    text: Text
    language: Spoken | None = None
    answer: Literal["yes", "no", "other", "unsure"]


class ChoiceRow(Row):
    """`choice`: the place of the option meant, from 0; None when none is, or no single one.
    `starts`: the options' times in the practice's time, if they are times."""

    text: Text
    language: Spoken | None = None
    options: Annotated[tuple[Text, ...], Field(min_length=1)]
    starts: tuple[datetime | None, ...] | None = None
    now: datetime | None = None
    timezone: Zone | None = None
    choice: int | None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.choice is not None and not 0 <= self.choice < len(self.options):
            raise ValueError("choice: no such option (they count from 0)")
        if self.starts is not None and len(self.starts) != len(self.options):
            raise ValueError("starts: not one for each option")
        return self


class DateRow(Row):
    """`now`: when it is said; without an offset, in `timezone`."""

    text: Text
    language: Spoken | None = None
    now: datetime
    timezone: Zone | None = None
    expected: ExpectedWhen | None

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if self.now.tzinfo is None and self.timezone is None:
            raise ValueError("now: needs an offset or a timezone beside it")
        return self


async def measure_commands(subject: Subject) -> Measured:
    figures = dict[Key, Score]()
    for split in subject.sources.splits:
        suite = split.suite(SUITE)
        confirmations = split.rows("triage/confirmations.jsonl", ConfirmationRow)
        reader = subject.models.reader
        figures |= score_confirmations(suite, [line.row for line in confirmations], reader)
        choices = split.rows("triage/choices.jsonl", ChoiceRow)
        figures |= score_choices(suite, [line.row for line in choices])
        dates = split.rows("triage/dates.jsonl", DateRow)
        figures |= score_dates(suite, [line.row for line in dates])
    return Measured(figures)


def score_confirmations(
    suite: str, rows: Sequence[ConfirmationRow], reader: Reader
) -> dict[Key, Score]:
    """A yes that was not said would write something: it is counted by itself."""
    tally = Tally(suite)
    for row in rows:
        heard = _answer(row.text, reader)
        wanted = row.answer if row.answer in ("yes", "no") else None
        tally.add("confirmations", row.language, "answer", counts=heard == wanted)
        tally.add(f"confirmations/{row.answer}", row.language, "answer", counts=heard == wanted)
        if row.answer != "yes":
            tally.add("confirmations", row.language, "false yes", counts=heard == "yes")
    return tally.figures()


def _answer(text: str, reader: Reader) -> str | None:
    """What triage takes it for; whoever drops the matter has said no. The rows have no question:
    a yes that says a time again is none here."""
    said = reply_to("", text, reader)
    if said is not None and said.answered in (Answered.YES, Answered.NO):
        return "yes" if said.answered is Answered.YES else "no"
    return "no" if wants_out(text) else None


def score_choices(suite: str, rows: Sequence[ChoiceRow]) -> dict[Key, Score]:
    tally = Tally(suite)
    for row in rows:
        starts = [_local(at, row.timezone) for at in row.starts] if row.starts else None
        found = choose(row.text, row.options, starts=starts, now=_local(row.now, row.timezone))
        position = found if isinstance(found, int) else None
        tally.add("choices", row.language, "option", counts=position == row.choice)
        if row.choice is None:
            tally.add("choices/none", row.language, "option", counts=position is None)
        elif position is not None:
            wrong = position != row.choice
            tally.add("choices", row.language, "another option", counts=wrong)
    return tally.figures()


def score_dates(suite: str, rows: Sequence[DateRow]) -> dict[Key, Score]:
    tally = Tally(suite)
    for row in rows:
        now = _local(row.now, row.timezone)
        assert now is not None
        right = reads_as(parse_when(row.text, now), row.expected, now)
        tally.add("dates", row.language, "days and hours", counts=right)
    return tally.figures()


def _local(at: datetime | None, zone: str | None) -> datetime | None:
    """In practice time: a time with an offset is moved there, one without stands there."""
    if at is None or zone is None:
        return at
    local = ZoneInfo(zone)
    return at.astimezone(local) if at.tzinfo else at.replace(tzinfo=local)
