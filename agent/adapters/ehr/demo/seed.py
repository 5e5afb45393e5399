"""Reads `ehr.json`; every fault is one `InputError` line with the file and the JSON path."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from agent.adapters.ehr.demo.shape import AppointmentShape, EhrShape
from agent.domain.booking import AppointmentStatus
from knowledge.errors import InputError

_REASONS = {"extra_forbidden": "unknown field", "missing": "is missing"}

_REFERENCES = {
    "patient_id": ("patients", "patient"),
    "practitioner_id": ("practitioners", "practitioner"),
    "practitioner_ids": ("practitioners", "practitioner"),
    "prescriber_id": ("practitioners", "practitioner"),
    "location_id": ("locations", "location"),
    "service_type": ("service_types", "service type"),
    "service_types": ("service_types", "service type"),
    "replaces": ("appointments", "appointment"),
}
"""Field name -> the list it points into, and what to call a thing of that list."""

_ONE_PER_PATIENT = "accounts"


def load_seed(path: Path, now: datetime, timezone: ZoneInfo) -> EhrShape:
    """The seed with its relative times laid on the local day of `now`."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: not valid JSON: line {error.lineno}: {error.msg}") from None
    try:
        seed = EhrShape.model_validate(content, context={"now": now, "timezone": timezone})
    except ValidationError as error:
        fault = error.errors()[0]
        reason = _REASONS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        raise InputError(f"{path}: {_path(fault['loc'])}{reason}") from None
    for fault_line in _faults(seed):
        raise InputError(f"{path}: {fault_line}")
    return seed


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return f"{path}: " if path else ""


def _faults(seed: EhrShape) -> Iterator[str]:
    """What the shape alone cannot refuse: ids twice, dangling references, impossible times."""
    ids = _ids(seed)
    for name in EhrShape.model_fields:
        seen: set[str] = set()
        for index, thing in enumerate(getattr(seed, name)):
            where = f"{name}[{index}]"
            own = thing.patient_id if name == _ONE_PER_PATIENT else getattr(thing, "id", None)
            if own is not None and own in seen:
                field = "patient_id" if name == _ONE_PER_PATIENT else "id"
                yield f"{where}.{field}: {own!r} stands there twice"
            seen.add(own or "")
            yield from _dangling(where, thing, ids)
    yield from _schedule_faults(seed)
    yield from _double_bookings(seed.appointments)


def _ids(seed: EhrShape) -> dict[str, set[str]]:
    targets = {target for target, _ in _REFERENCES.values()}
    return {target: {thing.id for thing in getattr(seed, target)} for target in targets}


def _dangling(where: str, thing: BaseModel, ids: dict[str, set[str]]) -> Iterator[str]:
    for field in type(thing).model_fields:
        if field not in _REFERENCES:
            continue
        target, kind = _REFERENCES[field]
        value = getattr(thing, field)
        if isinstance(value, list):
            for index, one in enumerate(value):
                if one not in ids[target]:
                    yield f"{where}.{field}[{index}]: unknown {kind} {one!r}"
        elif value is not None and value not in ids[target]:
            yield f"{where}.{field}: unknown {kind} {value!r}"


def _schedule_faults(seed: EhrShape) -> Iterator[str]:
    offered = {person.id: person.service_types for person in seed.practitioners}
    for index, schedule in enumerate(seed.schedules):
        if schedule.opens >= schedule.closes:
            yield f"schedules[{index}].to: not after its from"
        if schedule.service_type not in offered[schedule.practitioner_id]:
            yield (
                f"schedules[{index}].service_type: {schedule.practitioner_id!r} does not offer "
                f"{schedule.service_type!r}"
            )


def _double_bookings(appointments: list[AppointmentShape]) -> Iterator[str]:
    taken: set[tuple[str, datetime]] = set()
    for index, appointment in enumerate(appointments):
        if appointment.status not in (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED):
            continue
        place = (appointment.practitioner_id, appointment.start)
        if place in taken:
            yield (
                f"appointments[{index}].start: {appointment.practitioner_id!r} is already booked "
                f"then"
            )
        taken.add(place)
