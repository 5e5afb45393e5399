"""Faulty settings and a faulty directory.json are one line that names the place."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.adapters.ehr.rest.opening import opened
from agent.adapters.ehrs import open_ehr
from agent.adapters.site import Site
from agent.clock import RunningClock
from agent.domain.terms import Capability
from agent.policy import Practice
from agent.settings import EhrSettings
from knowledge.errors import InputError
from tests.adapters.ehr.rest.conftest import NOW
from tests.ehr_stubs.serving import Reported, write_directory

GOOD: dict[str, object] = {"base_url": "https://ehr.example.test"}


def site(folder: Path, options: dict[str, object], key: str | None = "k") -> Site:
    practice = Practice(
        id="p",
        name="P",
        timezone=ZoneInfo("America/Los_Angeles"),
        languages=("en",),
        phone="+14155550100",
        ehr_adapter="therapynotes",
        ehr_options=options,
    )
    secrets = EhrSettings.model_construct(api_key=key)
    return Site(practice, folder, folder, RunningClock(NOW), secrets, Reported())


async def fault(at: Site) -> str:
    with pytest.raises(InputError) as raised:
        async with opened(at):
            pass
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "ehr.therapynotes.base_url: is missing"),
        ({**GOOD, "base": 1}, "ehr.therapynotes.base: unknown key"),
        ({"base_url": "http://ehr.example.test"}, "base_url: must be an https:// address"),
        ({"base_url": "https://me:pw@ehr.example.test"}, "base_url: must have no user"),
        ({**GOOD, "timeout_seconds": 0}, "ehr.therapynotes.timeout_seconds: "),
    ],
)
async def test_a_faulty_table_names_the_key(
    tmp_path: Path, options: dict[str, object], told: str
) -> None:
    write_directory(tmp_path)
    assert told in await fault(site(tmp_path, options))


async def test_without_a_key_it_does_not_open(tmp_path: Path) -> None:
    write_directory(tmp_path)
    assert (await fault(site(tmp_path, GOOD, key=None))).startswith("PORTICO_EHR_API_KEY: ")


def spoil(change: Callable[[Any], object], folder: Path) -> None:
    write_directory(folder)
    path = folder / "directory.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.pop("service_types"), "service_types: is missing"),
        (lambda d: d.update(patients=[]), "patients: unknown field"),
        (lambda d: d["locations"][0].update(id=""), "locations[0].id: "),
        (
            lambda d: d["practitioners"][1].update(service_types=["yoga"]),
            "practitioners[1].service_types: unknown service type 'yoga'",
        ),
        (
            lambda d: d["practitioners"][0].update(location_id="LOC-9"),
            "practitioners[0].location_id: unknown location 'LOC-9'",
        ),
        (
            lambda d: d["service_types"][1].update(code="INDIVIDUAL_THERAPY"),
            "service_types: 'INDIVIDUAL_THERAPY' stands there twice",
        ),
        (
            lambda d: d["schedules"][0].update(practitioner_id="DR-NO"),
            "schedules[0].practitioner_id: unknown practitioner 'DR-NO'",
        ),
        (
            lambda d: d["schedules"][0].update(service_type="intake"),
            "schedules[0].service_type: 'DR-PARK' does not offer it",
        ),
        (lambda d: d["schedules"][0].update({"to": "08:00"}), "schedules[0].to: not after"),
    ],
)
async def test_a_faulty_directory_names_the_place(
    tmp_path: Path, change: Callable[[Any], object], told: str
) -> None:
    spoil(change, tmp_path)
    assert f"directory.json: {told}" in await fault(site(tmp_path, GOOD))


async def test_without_schedules_there_are_no_free_times_to_book(tmp_path: Path) -> None:
    spoil(lambda d: d.pop("schedules"), tmp_path)
    async with opened(site(tmp_path, GOOD)) as ehr:
        assert ehr.capabilities == {Capability.LIST_APPOINTMENTS}


async def test_the_http_library_writes_no_address_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address holds the patient's id; the level is the process's, so it is put back."""
    write_directory(tmp_path)
    library = logging.getLogger("httpx")
    monkeypatch.setattr(library, "level", logging.DEBUG)
    async with open_ehr(site(tmp_path, GOOD)):
        assert library.level >= logging.WARNING
