"""A practice's people, places, services and weekly schedules as its folder's JSON describes them.

`ehr.json` (CONTRACTS 3) holds them beside the demo EHR's patients; `directory.json` holds nothing
else, for an EHR that serves none of it (docs/EHR.md).
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from agent.domain.ids import LocationId, PractitionerId, ServiceTypeId
from agent.domain.people import Location, Practitioner, ServiceType
from knowledge.errors import InputError

DIRECTORY_FILE = "directory.json"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock_time(value: object) -> object:
    """`"09:00"`; the number of minutes that pydantic would also take is refused."""
    if not isinstance(value, str):
        raise ValueError("not a time of day like 09:00")
    return value


Id = Annotated[str, Field(min_length=1, max_length=100)]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_clock_time),
    PlainSerializer(lambda clock: clock.strftime("%H:%M"), return_type=str),
]
Minutes = Annotated[int, Field(ge=5, le=24 * 60)]


class _Object(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PractitionerShape(_Object):
    id: Id
    name: str
    role: str = ""
    service_types: list[Id] = []
    location_id: Id | None = None

    def value(self) -> Practitioner:
        return Practitioner(
            id=PractitionerId(self.id),
            name=self.name,
            role=self.role,
            service_types=tuple(ServiceTypeId(service) for service in self.service_types),
            location_id=LocationId(self.location_id) if self.location_id else None,
        )


class LocationShape(_Object):
    id: Id
    name: str
    address: str = ""

    def value(self) -> Location:
        return Location(LocationId(self.id), self.name, self.address)


class ServiceTypeShape(_Object):
    id: Id
    name: str
    duration_minutes: Minutes
    modalities: Annotated[list[str], Field(min_length=1)] = ["in_person"]
    new_patients: bool = True

    def value(self) -> ServiceType:
        return ServiceType(
            id=ServiceTypeId(self.id),
            name=self.name,
            duration_minutes=self.duration_minutes,
            modalities=tuple(self.modalities),
            new_patients=self.new_patients,
        )


class ScheduleShape(_Object):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    practitioner_id: Id
    service_type: Id
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    opens: TimeOfDay = Field(alias="from")
    closes: TimeOfDay = Field(alias="to")
    every_minutes: Minutes


class CodedServiceShape(ServiceTypeShape):
    """`code`: what the EHR calls this service, where that is not its `id`."""

    code: Id | None = None


class DirectoryShape(_Object):
    practitioners: Annotated[list[PractitionerShape], Field(min_length=1)]
    locations: list[LocationShape] = []
    service_types: Annotated[list[CodedServiceShape], Field(min_length=1)]
    schedules: list[ScheduleShape] = []


_REASONS = {"extra_forbidden": "unknown field", "missing": "is missing"}


def load_directory(folder: Path) -> DirectoryShape:
    """`directory.json` of a practice folder. Raises `InputError` with the file and the path."""
    path = folder / DIRECTORY_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: not valid JSON: line {error.lineno}: {error.msg}") from None
    try:
        directory = DirectoryShape.model_validate(content)
    except ValidationError as error:
        fault = error.errors()[0]
        reason = _REASONS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault["loc"])
        raise InputError(f"{path}: {where.lstrip('.')}: {reason}") from None
    for line in _faults(directory):
        raise InputError(f"{path}: {line}")
    return directory


def _faults(directory: DirectoryShape) -> Iterator[str]:
    """What the shapes alone cannot refuse: things twice, names of nothing, hours backwards."""
    people = {person.id: person for person in directory.practitioners}
    places = {place.id for place in directory.locations}
    services = {service.id for service in directory.service_types}
    yield from _twice("practitioners", [p.id for p in directory.practitioners])
    yield from _twice("locations", [p.id for p in directory.locations])
    yield from _twice("service_types", [s.code or s.id for s in directory.service_types])
    yield from _twice("service_types", [s.id for s in directory.service_types])
    for index, person in enumerate(directory.practitioners):
        for service in person.service_types:
            if service not in services:
                yield f"practitioners[{index}].service_types: unknown service type {service!r}"
        if person.location_id not in {None, *places}:
            yield f"practitioners[{index}].location_id: unknown location {person.location_id!r}"
    for index, schedule in enumerate(directory.schedules):
        where = f"schedules[{index}]"
        if schedule.practitioner_id not in people:
            yield f"{where}.practitioner_id: unknown practitioner {schedule.practitioner_id!r}"
        elif schedule.service_type not in people[schedule.practitioner_id].service_types:
            yield f"{where}.service_type: {schedule.practitioner_id!r} does not offer it"
        if schedule.opens >= schedule.closes:
            yield f"{where}.to: not after its from"


def _twice(name: str, ids: Sequence[str]) -> Iterator[str]:
    for one, count in Counter(ids).items():
        if count > 1:
            yield f"{name}: {one!r} stands there twice"
