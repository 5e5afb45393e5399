"""The shape of a scripted conversation (CONTRACTS 5), checked to the last key.

What the contract leaves open, decided here: `contains...` looks past upper and lower case in the
text of all of the step's messages (and the labels of a card), `matches` is a Python regular
expression searched in the same text, `kind` holds when one of the step's messages has it,
`options` counts the buttons of the last message that has any, `cites` takes a source (or its end)
or a title. An entry of `appointments` is looked for among everybody's. Beyond the contract:
`staff` takes `by`, a staff id; `level` may be a list.
"""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agent.domain.booking import AppointmentStatus
from agent.domain.terms import Kind, Level, Priority, Route, TaskCode, TaskStatus

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d+)\s*([smhdw])\s*")

Word = Annotated[str, Field(min_length=1)]


def _duration(value: object) -> timedelta:
    text = str(value).strip()
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text):
        raise ValueError(f"not a duration like 90s, 15m, 2h, 1d or 1h30m: {value!r}")
    return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in parts), timedelta())


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _pattern(value: object) -> object:
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
    return value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reply(_Part):
    contains_any: list[Word] | None = Field(default=None, min_length=1)
    contains_all: list[Word] | None = Field(default=None, min_length=1)
    not_contains: list[Word] | None = Field(default=None, min_length=1)
    matches: Annotated[str, BeforeValidator(_pattern)] | None = None
    cites: Word | None = None


class OptionCount(_Part):
    min: int = Field(default=0, ge=0)
    max: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError("max is below min")
        return self


class Expect(_Part):
    route: Annotated[list[Route], BeforeValidator(_listed), Field(min_length=1)] | None = None
    level: Annotated[list[Level], BeforeValidator(_listed), Field(min_length=1)] | None = None
    kind: Kind | None = None
    options: OptionCount | None = None
    reply: Reply | None = None
    tools: list[Word] | None = None
    no_writes: Literal[True] | None = None
    within_ms: int | None = Field(default=None, gt=0)
    expect_none: Literal[True] | None = None


class ByLabel(_Part):
    label_contains: Word


class StaffStep(_Part):
    reply: Word | None = None
    approve: Literal["last"] | None = None
    take: Literal[True] | None = None
    release: Literal[True] | None = None
    by: Word | None = None

    @model_validator(mode="after")
    def _one_act(self) -> Self:
        _exactly_one(self, ("reply", "approve", "take", "release"))
        return self


Part = Literal["ehr", "model", "knowledge"]


class Step(_Part):
    say: str | None = Field(default=None, min_length=1, max_length=4000)
    choose: Annotated[int, Field(ge=1)] | ByLabel | None = None
    staff: StaffStep | None = None
    advance: Annotated[timedelta, BeforeValidator(_duration)] | None = None
    outage: Part | None = None
    restore: Part | None = None
    expect: Expect | None = None
    expect_none: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_act(self) -> Self:
        _exactly_one(self, ("say", "choose", "staff", "advance", "outage", "restore"))
        return self

    @property
    def expected(self) -> Expect:
        """What is checked; `expect_none` may stand in `expect` or beside it."""
        expect = self.expect or Expect()
        return expect.model_copy(update={"expect_none": True}) if self.expect_none else expect

    def describe(self) -> str:
        """The step in a few words, for reports."""
        if self.say is not None:
            return f"say: {self.say}"
        name, value = next(
            (name, value)
            for name in ("choose", "staff", "advance", "outage", "restore")
            if (value := getattr(self, name)) is not None
        )
        if isinstance(value, BaseModel):
            value = value.model_dump(exclude_none=True)
        return f"{name}: {value}"


class ExpectedAppointment(_Part):
    id: Word | None = None
    patient_id: Word | None = None
    practitioner_id: Word | None = None
    service_type: Word | None = None
    location_id: Word | None = None
    modality: Word | None = None
    status: AppointmentStatus | None = None
    start: AwareDatetime | None = None
    start_after: AwareDatetime | None = None
    start_before: AwareDatetime | None = None
    count: int | None = Field(default=None, ge=0)


class ExpectedTask(_Part):
    code: TaskCode | None = None
    priority: Priority | None = None
    patient: Word | None = None
    status: TaskStatus | None = None
    contains: Word | None = None


class Final(_Part):
    appointments: list[ExpectedAppointment] | None = None
    tasks: list[ExpectedTask] | None = None
    tasks_any: list[ExpectedTask] | None = None
    drafts: int | None = Field(default=None, ge=0)
    ledger: Literal["verified"] | None = None


class Script(_Part):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=120)]
    title: str = ""
    patient: Word
    now: AwareDatetime | None = None
    tags: list[str] = []
    turns: list[Step] = Field(min_length=1)
    final: Final = Final()

    def starts_at(self, default: datetime) -> datetime:
        return self.now or default


def _exactly_one(part: BaseModel, names: tuple[str, ...]) -> None:
    given: list[Any] = [name for name in names if getattr(part, name) is not None]
    if len(given) != 1:
        what = " and ".join(given) if given else "nothing"
        raise ValueError(f"needs exactly one of {', '.join(names)}; it has {what}")
