"""The rows of a REST EHR as typed values, each checked: what cannot be read is left out.

A row is untrusted. `picked` takes our fields out of it by the dialect's paths and words; the models
here say what a field may hold.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    ValidationInfo,
)

from agent.adapters.ehr.rest.client import dig
from agent.adapters.ehr.rest.dialect import Dialect, Kind
from agent.domain.booking import AppointmentStatus
from agent.domain.records import FormStatus, MedicationRequestStatus, OrderStatus

OWNER = "patient_id"
HIGHEST_AMOUNT = Decimal(10_000_000)


class Unreadable(Exception):
    """The row does not hold what its kind needs; says which field, never what stood there."""


def _moment(value: object, info: ValidationInfo) -> datetime:
    """ISO 8601; without an offset it is the practice's wall clock, where the dialect says so."""
    if not isinstance(value, str):
        raise ValueError("not a text")
    moment = datetime.fromisoformat(value)
    context = info.context or {}
    if moment.tzinfo is None:
        if not context["wall_clock"]:
            raise ValueError("without an offset")
        moment = moment.replace(tzinfo=context["timezone"])
    return moment.astimezone(context["timezone"])


def _cents(value: object) -> int:
    """An amount of money in dollars ("140.00" or 140), as cents."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("not an amount")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("not an amount") from None
    if not amount.is_finite() or abs(amount) > HIGHEST_AMOUNT:
        raise ValueError("not an amount")
    return int((amount * 100).to_integral_value())


def _secure(url: object) -> object:
    """Only https links reach a patient."""
    return url if isinstance(url, str) and url.startswith("https://") else None


Id = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=500), AfterValidator(lambda text: " ".join(text.split()))]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Cents = Annotated[int, BeforeValidator(_cents)]
Link = Annotated[str | None, Field(max_length=2000), BeforeValidator(_secure)]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class PatientRow(Row):
    id: Id
    first_name: Text
    last_name: Text
    birth_date: date
    preferred_name: Text | None = None
    phone: Text | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    preferred_channel: Text = "portal"
    ai_chat_consent: StrictBool = False
    practitioner_ids: list[Id] = []


class BusyRow(Row):
    """All that another patient's appointment may tell: whose time it takes, and how long."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    practitioner_id: Id
    start: Moment
    minutes: Annotated[int, Field(ge=1, le=24 * 60)] | None = None
    status: AppointmentStatus


class AppointmentRow(Row):
    id: Id
    patient_id: Id
    practitioner_id: Id
    service_type: Id
    start: Moment
    minutes: Annotated[int, Field(ge=1, le=24 * 60)] | None = None
    status: AppointmentStatus
    modality: Annotated[Text, Field(min_length=1)] = "in_person"
    telehealth_url: Link = None
    location_id: Id | None = None
    key: str | None = None


class ChargeRow(Row):
    id: Id
    date: Moment
    description: Text
    amount: Cents


class PaymentRow(Row):
    date: Moment
    amount: Cents


class AccountRow(Row):
    patient_id: Id
    balance: Cents
    as_of: Moment
    charges: list[ChargeRow] = []
    payments: list[PaymentRow] = []


class CoverageRow(Row):
    patient_id: Id
    payer: Text
    plan: Text = ""
    member_id: Text = ""
    copay: Cents | None = None
    status: Text = "active"
    sessions_remaining: Annotated[int, Field(ge=0)] | None = None
    authorization_expires: Moment | None = None


class MedicationRequestRow(Row):
    id: Id
    patient_id: Id
    medication: Text
    status: MedicationRequestStatus
    refills_remaining: Annotated[int, Field(ge=0)] = 0
    prescriber_id: Id | None = None
    pharmacy: Text = ""
    controlled: StrictBool = False


class OrderRow(Row):
    id: Id
    patient_id: Id
    kind: Text
    description: Text
    status: OrderStatus
    ordered_on: Moment | None = None
    expected_on: Moment | None = None
    note: Text = ""


class FormRow(Row):
    id: Id
    patient_id: Id
    name: Text
    status: FormStatus
    due: Moment | None = None
    url: Link = None


class MessageRow(Row):
    """A message of a thread, or a thread in a list: all that is needed to know our own again."""

    patient_id: Id
    thread_id: Id
    key: str | None = None


AnyRow = TypeVar("AnyRow", bound=Row)


class Rows:
    """Reads the rows of one dialect in one practice's time zone."""

    def __init__(self, dialect: Dialect, timezone: ZoneInfo) -> None:
        self._dialect = dialect
        self._context = {"timezone": timezone, "wall_clock": dialect.times == "wall_clock"}
        self._timezone = timezone

    def picked(self, kind: Kind, row: object) -> dict[str, Any]:
        """Our fields of the row, in our words. Raises `Unreadable`."""
        fields = self._dialect.fields[kind]
        found: dict[str, Any] = {}
        for name, spellings in fields.items():
            values = [v for v in (dig(row, path) for path in spellings) if v is not None]
            if not values:
                continue
            if name == OWNER and any(str(value) != str(values[0]) for value in values):
                raise Unreadable(f"{name}: two different ones")
            found[name] = self._in_our_words(f"{kind}.{name}", values[0])
        return found

    def read(self, model: type[AnyRow], picked: Mapping[str, Any]) -> AnyRow:
        """Raises `Unreadable`."""
        try:
            return model.model_validate(picked, context=self._context)
        except (ValidationError, OverflowError) as error:
            raise Unreadable(_field(error)) from None

    def written(self, moment: datetime) -> str:
        """An aware instant as this EHR writes it."""
        if self._dialect.times == "utc":
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return moment.astimezone(self._timezone).strftime("%Y-%m-%dT%H:%M:%S")

    def _in_our_words(self, place: str, value: object) -> object:
        """A word that the dialect does not know is no word: the model refuses it."""
        if isinstance(value, list):
            return [self._lines(place, each) if isinstance(each, dict) else each for each in value]
        words = self._dialect.words.get(place)
        if words is None or not isinstance(value, str):
            return value
        known = {theirs.casefold(): ours for theirs, ours in words.items()}
        return known.get(value.casefold(), "")

    def _lines(self, place: str, line: dict[str, Any]) -> dict[str, Any]:
        """A list inside a row ("Account.charges") renames its own fields by the same words."""
        names = self._dialect.words.get(place, {})
        return {names[name]: value for name, value in line.items() if name in names}


def ends(start: datetime, minutes: int | None, longest: int) -> datetime:
    """When a row's time is over; unknown: as long as the longest visit there is."""
    return start + timedelta(minutes=minutes or longest)


def _field(error: ValidationError | OverflowError) -> str:
    if isinstance(error, OverflowError):
        return "a number out of bounds"
    fault = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    return f"{where}: {fault['type']}"
