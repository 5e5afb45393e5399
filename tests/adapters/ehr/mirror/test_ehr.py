"""The mirror says as of when, refuses what is too old, and outlives a broken export."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from agent.adapters.ehr.mirror.ehr import MirrorEhr
from agent.adapters.ehr.mirror.export import Export
from agent.adapters.ehr.mirror.opening import follow, opened, reread
from agent.clock import RunningClock
from agent.copies import Mirrored, Outdated
from agent.domain.ids import PatientId
from agent.domain.terms import Capability
from agent.ports import EhrUnavailable
from knowledge.errors import InputError
from tests.adapters.ehr.mirror.conftest import APPOINTMENTS, NOW, ZONE, Sourced, write
from tests.adapters.ehr.mirror.world import site

MARI = PatientId("PT-1")


@asynccontextmanager
async def running(export: Path, clock: RunningClock, **options: object) -> AsyncIterator[MirrorEhr]:
    async with opened(site(export.parent, clock, ZONE, {"folder": "export", **options})) as ehr:
        yield ehr


async def test_it_lists_and_does_nothing_else(export: Path) -> None:
    async with running(export, RunningClock(NOW)) as ehr:
        assert ehr.capabilities == {Capability.LIST_APPOINTMENTS}
        assert isinstance(ehr, Mirrored)
        assert ehr.as_of == NOW
        assert [one.id for one in await ehr.appointments(MARI)] == ["AP-OLD", "AP-1"]
        assert await ehr.appointments(PatientId("PT-404")) == ()
        with pytest.raises(EhrUnavailable):
            await ehr.waitlist(MARI)


async def test_what_is_too_old_is_not_told_and_who_somebody_is_still_is(export: Path) -> None:
    clock = RunningClock(NOW)
    async with running(export, clock, max_age_hours=12) as ehr:
        clock.advance(timedelta(hours=11))
        assert await ehr.appointments(MARI)
        clock.advance(timedelta(hours=2))
        with pytest.raises(Outdated):
            await ehr.appointments(MARI)
        assert await ehr.patient(MARI) is not None


async def test_a_faulty_export_does_not_open(export: Path) -> None:
    (export / "patients.csv").write_text("nonsense\n")
    with pytest.raises(InputError, match=r"patients.csv: line 1"):
        async with running(export, RunningClock(NOW)):
            pass


async def test_a_new_export_is_taken_over_by_itself(export: Path) -> None:
    async with running(export, RunningClock(NOW)) as ehr, asyncio.timeout(60):
        later = NOW - timedelta(minutes=1)
        moved = APPOINTMENTS.replace("AP-1,", "AP-9,")
        while [one.id for one in await ehr.appointments(MARI)] != ["AP-OLD", "AP-9"]:
            # Written again until it is seen: the watch may begin after the first time.
            later -= timedelta(seconds=1)
            write(export / "appointments.csv", moved, later)
            await asyncio.sleep(0.5)
        assert ehr.as_of <= NOW - timedelta(minutes=1)


async def test_a_broken_export_is_reported_and_the_last_one_stays(
    export: Path,
    source: Sourced,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger("agent.adapters.ehr.mirror.opening"), "disabled", False)
    clock, folder = RunningClock(NOW), source()
    ehr = MirrorEhr(folder.read(NOW), timedelta(hours=24), clock)
    good = folder.signature()
    write(export / "appointments.csv", APPOINTMENTS.replace("booked", "maybe"))
    with caplog.at_level(logging.ERROR):
        assert await reread(folder, clock, ehr.show, good) is None
    assert "appointments.csv: line 2, column status" in caplog.text
    assert [one.id for one in await ehr.appointments(MARI)] == ["AP-OLD", "AP-1"]
    write(export / "appointments.csv", APPOINTMENTS.replace("AP-1,", "AP-9,"))
    assert await reread(folder, clock, ehr.show, None) == folder.signature()
    assert [one.id for one in await ehr.appointments(MARI)] == ["AP-OLD", "AP-9"]
    caplog.clear()
    shutil.rmtree(export)
    with caplog.at_level(logging.ERROR):
        assert await reread(folder, clock, ehr.show, None) is None
    assert "export: cannot be read" in caplog.text
    assert [one.id for one in await ehr.appointments(MARI)] == ["AP-OLD", "AP-9"]


async def test_an_export_that_is_as_it_was_is_not_read_again(source: Sourced) -> None:
    folder = source()
    shown: list[Export] = []
    assert await reread(folder, RunningClock(NOW), shown.append, folder.signature())
    assert shown == []


async def test_closed_it_knows_nobody(export: Path) -> None:
    async with running(export, RunningClock(NOW)) as ehr:
        pass
    with pytest.raises(EhrUnavailable):
        await ehr.patient(MARI)


async def test_a_folder_that_comes_back_is_read_again(
    export: Path, source: Sourced, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = asyncio.Event()
    monkeypatch.setattr("agent.adapters.ehr.mirror.opening.log.error", lambda *_: reported.set())
    monkeypatch.setattr("agent.adapters.ehr.mirror.opening.LOOKED_AT", 0.01)
    away = shutil.move(export, f"{export}-away")
    shown: asyncio.Queue[Export] = asyncio.Queue()
    following = asyncio.create_task(follow(source(), RunningClock(NOW), shown.put_nowait))
    try:
        async with asyncio.timeout(60):
            await reported.wait()
            shutil.move(away, export)
            assert MARI in (await shown.get()).patients
    finally:
        following.cancel()
