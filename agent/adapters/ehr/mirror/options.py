"""What `[ehr.mirror]` of practice.toml says, checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from agent.adapters.ehr.mirror.rows import SHAPES
from knowledge.errors import InputError

_WORDS = {"extra_forbidden": "unknown key", "missing": "is missing"}

Name = Annotated[str, Field(min_length=1)]
Columns = Name | Annotated[tuple[Name, ...], Field(min_length=1)]
"""A column of the export, or several (a date and a time) that are read with a space between."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CalendarNames(_Table):
    """Which property of a calendar's event says what. An event without a patient is nobody's
    appointment; without a practitioner it belongs to the one the calendar is named after
    (`DR-PARK.ics`)."""

    patient_id: Name = "X-PORTICO-PATIENT"
    practitioner_id: Name = "X-PORTICO-PRACTITIONER"
    service_type: Name = "X-PORTICO-SERVICE-TYPE"
    modality: Name = "X-PORTICO-MODALITY"
    location_id: Name = "X-PORTICO-LOCATION"
    telehealth_url: Name = "URL"


class Options(_Table):
    folder: Path
    """Where the export lands; from the practice folder, or absolute."""
    max_age_hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24
    """Older appointments are not told any more."""
    stamp: Name | None = None
    """A file that the export writes last: its time counts for the whole export. Unset: the oldest
    of the files that hold patients and appointments."""
    encoding: Literal["utf-8", "cp1252"] = "utf-8"
    date_format: Name | None = None
    time_format: Name | None = None
    """Of `start`, as `strptime` reads it; unset: ISO 8601. Without an offset: practice time."""
    columns: Mapping[str, Mapping[str, Columns]] = {}
    """Table -> our column -> theirs, where the names differ."""
    values: Mapping[str, Mapping[str, str]] = {}
    """Our column -> their word -> ours (`values.status."Checked out" = "completed"`)."""
    calendar: CalendarNames = CalendarNames()

    @field_validator("columns")
    @classmethod
    def _known(
        cls, columns: Mapping[str, Mapping[str, Columns]]
    ) -> Mapping[str, Mapping[str, Columns]]:
        for table, mapped in columns.items():
            if table not in SHAPES:
                raise ValueError(f"{table}: no such table (known: {', '.join(SHAPES)})")
            for column in mapped:
                if column not in SHAPES[table].model_fields:
                    raise ValueError(f"{table}.{column}: no such column")
        return columns

    @field_validator("values")
    @classmethod
    def _meant(cls, values: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
        known = {column for shape in SHAPES.values() for column in shape.model_fields}
        for column in values:
            if column not in known:
                raise ValueError(f"{column}: no such column")
        return values


def options_of(table: Mapping[str, object]) -> Options:
    """Raises `InputError` that names the key."""
    try:
        return Options.model_validate(table)
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        words = _WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        key = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"practice.toml: ehr.mirror.{key}: {words}") from None
