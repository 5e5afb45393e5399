"""Single values out of untrusted FHIR JSON; every reader answers None for what is not of its form.

A mapping asks `needed` for what it cannot do without.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog

from agent.adapters.ehr.fhir_r4.client import Resource

T = TypeVar("T")

LONGEST_TEXT = 2000
YEARS = range(1900, 2201)
"""A time outside of them is an error of the EHR's."""
_CENTS = Decimal(100)
_REFERENCE = re.compile(
    r"(?:https?://[^?#]*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?"
)

_log = structlog.get_logger()


class Unmapped(Exception):
    """The resource lacks what the mapping needs; the message names the element only."""


def needed(value: T | None, element: str) -> T:
    if value is None:
        raise Unmapped(element)
    return value


def mapped(resources: Iterable[Resource], read: Callable[[Resource], T | None]) -> tuple[T, ...]:
    """What could be read; a resource that could not is left out, and the log says which and why.

    `read` answers None for what is rightly left out.
    """
    kept = []
    for resource in resources:
        try:
            value = read(resource)
        except Unmapped as error:
            unmapped(resource, error)
            continue
        if value is not None:
            kept.append(value)
    return tuple(kept)


def unmapped(resource: Resource, error: Unmapped) -> None:
    _log.warning(
        "ehr.unmapped", resource=resource["resourceType"], id=resource["id"], element=str(error)
    )


def objects(value: object) -> list[dict[str, Any]]:
    """The JSON objects of a list; a single object counts as a list of one."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, dict)]


def first(value: object) -> dict[str, Any]:
    return next(iter(objects(value)), {})


def text(value: object) -> str | None:
    """A string that is not blank, on one line, bounded."""
    if not isinstance(value, str):
        return None
    return " ".join(value.split())[:LONGEST_TEXT] or None


def texts(value: object) -> list[str]:
    """The texts of a list."""
    return [said for one in value if (said := text(one))] if isinstance(value, list) else []


def whole_number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """An `instant` or `dateTime` in practice time; a day alone is its beginning there."""
    if not isinstance(value, str):
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            found = datetime.combine(date.fromisoformat(value), time(), tzinfo=zone)
        else:
            found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is None or found.year not in YEARS:
        return None
    return found.astimezone(UTC).astimezone(zone)


def has_begun(period: object, now: datetime, zone: ZoneInfo) -> bool:
    """Of a FHIR Period; a start that cannot be read is still to come."""
    start = first(period).get("start")
    begins = moment(start, zone)
    return start is None or (begins is not None and begins <= now)


def is_over(period: object, now: datetime, zone: ZoneInfo) -> bool:
    """Of a FHIR Period; a day alone as its end is in it, an end that cannot be read is past."""
    end = first(period).get("end")
    ends = moment(end, zone)
    if ends is not None and day(end) is not None:
        ends += timedelta(days=1)
    return end is not None and (ends is None or ends <= now)


def day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def cents(money: object) -> int | None:
    """A FHIR Money of US dollars (no currency given: the practice's) in whole cents."""
    if not isinstance(money, dict) or money.get("currency", "USD") != "USD":
        return None
    value = money.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = Decimal(repr(value)) * _CENTS
        return int(amount) if amount == amount.to_integral_value() else None
    except (InvalidOperation, OverflowError, ValueError):
        return None


def link(value: object) -> str | None:
    """An https address that may be shown to a patient."""
    address = text(value)
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        return address if parts.scheme == "https" and parts.hostname else None
    except ValueError:
        return None


def codes(concepts: object) -> tuple[str, ...]:
    """The codes of CodeableConcepts, in order."""
    return tuple(
        code
        for concept in objects(concepts)
        for coding in objects(concept.get("coding"))
        if (code := text(coding.get("code"))) is not None
    )


def words(concept: object) -> str | None:
    """What a CodeableConcept says to people."""
    found = first(concept)
    displays = (text(coding.get("display")) for coding in objects(found.get("coding")))
    return text(found.get("text")) or next((shown for shown in displays if shown), None)


def referenced(value: object, resource_type: str) -> tuple[str, ...]:
    """The ids of the `resource_type` resources that References point to."""
    found = []
    for one in objects(value):
        place = one.get("reference")
        match = _REFERENCE.fullmatch(place) if isinstance(place, str) else None
        if match is not None and match[1] == resource_type:
            found.append(match[2])
    return tuple(found)


def extensions(resource: Mapping[str, Any], url: str) -> list[dict[str, Any]]:
    return [one for one in objects(resource.get("extension")) if one.get("url") == url]


def extension(resource: Mapping[str, Any], url: str, value: str) -> object:
    """The value[x] called `value` of the first extension with that url."""
    return next((one.get(value) for one in extensions(resource, url)), None)
