"""A practice whose EHR only exports: what is told is dated, what is old or impossible is a task."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.domain.terms import Kind
from tests.agent.conftest import MONDAY, PRACTICE, Start, World

TABLES = {
    "patients.csv": "id,first_name,last_name,birth_date,language,ai_chat_consent\n"
    "PT-1,Rosa,Vega,1990-02-03,en,yes\nPT-2,Noa,Quill,1991-02-03,es,yes\n"
    "PT-3,Ivo,Tamm,1992-02-03,en,yes\n",
    "practitioners.csv": "id,name,service_types\nDR-1,Dr. Ona Reyes,therapy\n",
    "service_types.csv": "id,name,duration_minutes\ntherapy,Individual therapy,50\n",
    "appointments.csv": "id,patient_id,practitioner_id,service_type,start\n"
    "AP-1,PT-1,DR-1,therapy,2026-06-03T15:00\nAP-2,PT-2,DR-1,therapy,2026-06-03T16:00\n",
}
EXPORTED = MONDAY - timedelta(hours=1, minutes=55)

Exported = Callable[[datetime], AbstractAsyncContextManager[World]]


@pytest.fixture
def exported(start: Start, tmp_path: Path) -> Exported:
    """The agent over an export made at that instant."""

    def starting(at: datetime) -> AbstractAsyncContextManager[World]:
        practice = Path(shutil.copytree(PRACTICE, tmp_path / "practice"))
        settings = practice / "practice.toml"
        text = settings.read_text(encoding="utf-8")
        mirror = 'adapter = "mirror"\n\n[ehr.mirror]\nfolder = "export"\nmax_age_hours = 24'
        settings.write_text(text.replace('adapter = "demo"', mirror), encoding="utf-8")
        (practice / "export").mkdir()
        for name, table in TABLES.items():
            (practice / "export" / name).write_text(table, encoding="utf-8")
            os.utime(practice / "export" / name, (at.timestamp(), at.timestamp()))
        return start(practice)

    return starting


@pytest.fixture
async def mirrored(exported: Exported) -> AsyncIterator[World]:
    async with exported(EXPORTED) as running:
        yield running


@pytest.mark.parametrize(
    ("patient", "asked", "said", "as_of"),
    [
        (
            "PT-1",
            "when is my next appointment?",
            "Wednesday, June 3 at 3:00 PM",
            "as of Monday, June 1 at 8:05 AM; the office can confirm changes since",
        ),
        (
            "PT-2",
            "¿cuándo es mi próxima cita?",
            "miércoles 3 de junio a las 4:00 pm",
            "Según los datos del lunes 1 de junio a las 8:05 am; el consultorio puede confirmar",
        ),
        (
            "PT-3",
            "when is my next appointment?",
            "You have no upcoming appointments.",
            "as of Monday, June 1 at 8:05 AM",
        ),
    ],
)
async def test_a_listing_says_as_of_when(
    mirrored: World, patient: str, asked: str, said: str, as_of: str
) -> None:
    (reply,) = await mirrored.say(await mirrored.chat(patient), asked)
    assert said in reply.text
    assert as_of in reply.text
    assert await mirrored.codes() == []


async def test_what_is_true_now_is_not_dated(world: World) -> None:
    (reply,) = await world.say(await world.chat(), "when is my next appointment?")
    assert "June" in reply.text
    assert "as of" not in reply.text


async def test_a_copy_that_is_too_old_is_not_told_and_a_person_answers(exported: Exported) -> None:
    async with exported(MONDAY - timedelta(hours=25)) as world:
        (reply,) = await world.say(await world.chat(), "when is my next appointment?")
        assert reply.kind is Kind.NOTICE
        assert "is from Sunday, May 31 at 9:00 AM. That is too old to rely on" in reply.text
        assert "June 3" not in reply.text
        (task,) = await world.agent.desk.tasks()
        assert task.code == "appointment-request"
        assert "when is my next appointment?" in task.summary


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ("please cancel my appointment", "cancel-request", "Requested, not yet done"),
        ("move my appointment to next friday", "reschedule-request", "Requested, not yet done"),
        ("please confirm my appointment", "appointment-request", "Requested, not yet done"),
        ("book individual therapy next friday", "appointment-request", "Requested, not yet done"),
        ("what is my balance?", "billing-question", "isn't something I can see or change"),
    ],
)
async def test_what_a_mirror_cannot_do_is_requested_of_a_person_without_a_read_back(
    mirrored: World, asked: str, code: str, said: str
) -> None:
    (reply,) = await mirrored.say(await mirrored.chat(), asked)
    assert reply.kind is Kind.NOTICE
    assert said in reply.text
    assert await mirrored.codes() == [code]


async def test_a_request_names_the_appointment_it_is_about(mirrored: World) -> None:
    await mirrored.say(await mirrored.chat(), "please cancel my appointment")
    (task,) = await mirrored.agent.desk.tasks()
    assert "Dr. Ona Reyes for Rosa Vega (PT-1). When: Wednesday, June 3 at 3:00 PM" in task.summary
