"""A process that books on a FHIR server and is killed, as by `kill -9`, after so many writes."""

import asyncio
import multiprocessing
import os
import signal

import httpx

from agent.clock import RunningClock
from agent.domain.booking import Booking
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from tests.adapters.ehr.fhir_writes.practice import NOW, Wire, ehr_on

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def book_and_die(base_url: str, booking: Booking, writes: int) -> None:
    """Returns when the process is gone; it must have been killed, not have come to its end."""
    process = PROCESSES.Process(target=_book, args=(base_url, booking, writes))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def cancel_and_die(
    base_url: str, patient: PatientId, appointment: AppointmentId, key: str, writes: int
) -> None:
    process = PROCESSES.Process(
        target=_cancel, args=(base_url, patient, appointment, IdempotencyKey(key), writes)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def _book(base_url: str, booking: Booking, writes: int) -> None:
    async def run() -> None:
        async with ehr_on(base_url, RunningClock(NOW), _killing(writes)) as ehr:
            await ehr.book(booking)

    asyncio.run(run())


def _cancel(
    base_url: str, patient: PatientId, appointment: AppointmentId, key: IdempotencyKey, writes: int
) -> None:
    async def run() -> None:
        async with ehr_on(base_url, RunningClock(NOW), _killing(writes)) as ehr:
            await ehr.cancel(patient, appointment, key)

    asyncio.run(run())


def _killing(writes: int) -> Wire:
    """Kills this process once the server has carried out its `writes`-th write."""
    done: list[httpx.Request] = []

    def count(request: httpx.Request) -> None:
        if request.method in ("POST", "PUT"):
            done.append(request)
            if len(done) == writes:
                os.kill(os.getpid(), signal.SIGKILL)

    return Wire(after=count)
