"""The practice's people, places and services as an export or `directory.json` has them."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.adapters.directory import (
    DIRECTORY_FILE,
    LocationShape,
    PractitionerShape,
    ServiceTypeShape,
    load_directory,
)
from agent.adapters.ehr.mirror.options import Options
from agent.adapters.ehr.mirror.tables import read_table
from agent.domain.people import Location, Practitioner, ServiceType
from knowledge.errors import InputError


@dataclass(frozen=True, slots=True)
class People:
    """`codes`: what the export calls a service type -> its id here."""

    practitioners: tuple[Practitioner, ...]
    locations: tuple[Location, ...]
    service_types: tuple[ServiceType, ...]
    codes: dict[str, str]


def read_people(
    practice_folder: Path, export: Path, options: Options, timezone: ZoneInfo
) -> People:
    """From the practice's `directory.json` where it has one, else from the export's tables.

    Raises `InputError`.
    """
    if (practice_folder / DIRECTORY_FILE).is_file():
        directory = load_directory(practice_folder)
        return People(
            tuple(shape.value() for shape in directory.practitioners),
            tuple(shape.value() for shape in directory.locations),
            tuple(shape.value() for shape in directory.service_types),
            {shape.code or shape.id: shape.id for shape in directory.service_types},
        )
    services, places = export / "service_types.csv", export / "locations.csv"
    offered = [row for _, row in read_table(services, ServiceTypeShape, options, timezone)]
    rooms = (
        [row for _, row in read_table(places, LocationShape, options, timezone)]
        if places.is_file()
        else []
    )
    persons = []
    for where, person in read_table(
        export / "practitioners.csv", PractitionerShape, options, timezone
    ):
        if not {service.id for service in offered}.issuperset(person.service_types):
            raise InputError(f"{where}, column service_types: no such service type")
        if person.location_id not in {None, *(room.id for room in rooms)}:
            raise InputError(f"{where}, column location_id: no such location")
        persons.append(person)
    return People(
        tuple(shape.value() for shape in persons),
        tuple(shape.value() for shape in rooms),
        tuple(shape.value() for shape in offered),
        {shape.id: shape.id for shape in offered},
    )
