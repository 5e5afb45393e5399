"""What a dialect file declares: paths, field names, words, paging and time of one EHR.

Nothing of it was found documented by a vendor (DOMAIN B.1): a dialect is the contract that the
source documents assume, operation by operation, with the S-numbers it rests on (DOMAIN A.15). What
has no operation here is no capability, and becomes a person's task.
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.domain.terms import Capability

FOLDER = Path(__file__).parent / "dialects"
DIALECTS = ("crystal_pm", "therapynotes", "simplepractice", "theranest", "valant")

Numbers = Annotated[list[Annotated[str, Field(pattern=r"^S\d+$")]], Field(min_length=1)]
Spellings = Annotated[list[str], Field(min_length=1)]
"""Dotted paths into a row, the usual one first: the sources do not agree with themselves."""


class Kind(StrEnum):
    """What a row is, in FHIR's words (for incidents and the log)."""

    PATIENT = "Patient"
    APPOINTMENT = "Appointment"
    ACCOUNT = "Account"
    COVERAGE = "Coverage"
    MEDICATION_REQUEST = "MedicationRequest"
    ORDER = "DeviceRequest"
    FORM = "Questionnaire"
    MESSAGE = "Communication"


class Verb(StrEnum):
    """What an operation is for, where that is no capability of its own."""

    PATIENT = "patient"
    APPOINTMENT = "appointment"
    LIST_THREADS = "list_threads"
    READ_THREAD = "read_thread"


KIND_OF: dict[str, Kind] = {
    Verb.PATIENT: Kind.PATIENT,
    Verb.APPOINTMENT: Kind.APPOINTMENT,
    Verb.LIST_THREADS: Kind.MESSAGE,
    Verb.READ_THREAD: Kind.MESSAGE,
    Capability.LIST_APPOINTMENTS: Kind.APPOINTMENT,
    Capability.FIND_SLOTS: Kind.APPOINTMENT,
    Capability.BOOK: Kind.APPOINTMENT,
    Capability.CONFIRM: Kind.APPOINTMENT,
    Capability.BALANCE: Kind.ACCOUNT,
    Capability.COVERAGE: Kind.COVERAGE,
    Capability.MEDICATION_REQUESTS: Kind.MEDICATION_REQUEST,
    Capability.ORDERS: Kind.ORDER,
    Capability.FORMS: Kind.FORM,
    Capability.POST_MESSAGE: Kind.MESSAGE,
}
"""Every operation that the adapter knows how to run."""


_NEEDS: dict[str, frozenset[str]] = {
    Capability.FIND_SLOTS: frozenset({Capability.LIST_APPOINTMENTS}),
    Capability.BOOK: frozenset({Capability.FIND_SLOTS, Verb.APPOINTMENT}),
    Capability.CONFIRM: frozenset({Capability.LIST_APPOINTMENTS}),
    Capability.POST_MESSAGE: frozenset({Verb.LIST_THREADS, Verb.READ_THREAD}),
}
"""A write is read back, and nothing is written twice: what an operation cannot do without."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Auth(_Table):
    """The key goes into `header` after `scheme` ("Bearer")."""

    header: str
    scheme: str


class Paging(_Table):
    """`number`: `page` counts from 1, and a page shorter than `size` is the last. `cursor`: the
    place `next` of a page holds what `page` asks for, until it is empty. Rows stand at `rows`
    (empty: the body is the list)."""

    style: Literal["number", "cursor"]
    page: str
    size: Annotated[int, Field(ge=1, le=500)]
    size_name: str
    rows: str = ""
    next: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.style == "cursor") != bool(self.next):
            raise ValueError("next belongs to the cursor style, and only there")
        return self


class Operation(_Table):
    """One thing that can be asked. `{patient}`, `{practitioner}`, `{appointment}`, `{thread}`,
    `{earliest}`, `{latest}` stand for values in `path` and `query`; `writes` says where each of our
    values goes in the body, `body` is what always stands there. `quoted`: a source document prints
    the path; otherwise it only names the interface."""

    path: Annotated[str, Field(pattern=r"^/")]
    rests_on: Numbers
    quoted: bool
    query: dict[str, str] = {}
    writes: dict[str, str] = {}
    body: dict[str, str] = {}


class Webhook(_Table):
    """A patient wrote in the EHR's portal: where its notice says who, what and in which thread."""

    rests_on: Numbers
    quoted: bool
    patient_id: str
    text: str
    thread_id: str


class Dialect(_Table):
    """`times`: as `utc` ("...Z"), or as the practice's own `wall_clock` without an offset; one with
    an offset is read either way. `words`: kind and field ("Appointment.status") -> their word ->
    ours. `fields`: kind -> our name -> where it stands in a row."""

    name: str
    assumed_contract: Literal[True]
    docs: Annotated[str, Field(min_length=40)]
    auth: Auth
    times: Literal["utc", "wall_clock"]
    paging: Paging | None = None
    operations: dict[str, Operation]
    fields: dict[Kind, dict[str, Spellings]]
    words: dict[str, dict[str, str]] = {}
    webhook: Webhook | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if Verb.PATIENT not in self.operations:
            raise ValueError("operations.patient: is missing")
        for name in self.operations:
            if name not in KIND_OF:
                raise ValueError(f"operations.{name}: not an operation")
            if KIND_OF[name] not in self.fields:
                raise ValueError(f"fields.{KIND_OF[name]}: is missing ({name} needs it)")
            if missing := _NEEDS.get(name, frozenset()) - self.operations.keys():
                raise ValueError(f"operations.{min(missing)}: is missing ({name} needs it)")
        return self

    @property
    def capabilities(self) -> frozenset[Capability]:
        own = {Capability(name) for name in self.operations if name in _CAPABILITIES}
        return frozenset(own | ({Capability.WEBHOOKS} if self.webhook else set()))

    def their_word(self, place: str, ours: str) -> str:
        """The first of their words for `ours`; the word itself where nothing is declared."""
        return next((t for t, o in self.words.get(place, {}).items() if o == ours), ours)


_CAPABILITIES = frozenset(capability.value for capability in Capability)


def load_dialect(name: str) -> Dialect:
    """One of `DIALECTS`."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    table: Mapping[str, object] = tomllib.loads(text)
    return Dialect.model_validate(table)
