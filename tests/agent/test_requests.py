"""Where the EHR cannot be told: what is needed is asked, and a person gets it whole."""

import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from agent.domain.desk import Task
from agent.domain.terms import Kind
from tests.agent.conftest import MONDAY, PRACTICE, Start, World
from tests.ehr_stubs.serving import served, write_directory
from tests.ehr_stubs.stub import KEY, Stub

At = Callable[[str], AbstractAsyncContextManager[tuple[World, Stub]]]
DONE = re.compile(r"\b(booked|moved|cancelled|confirmed|reservad|cambiad|cancelad)", re.I)


@pytest.fixture
def at(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    """The agent over the stub of the named EHR."""
    monkeypatch.setenv("PORTICO_EHR_API_KEY", KEY)

    @asynccontextmanager
    async def opening(name: str) -> AsyncIterator[tuple[World, Stub]]:
        practice = Path(shutil.copytree(PRACTICE, tmp_path / name))
        settings = practice / "practice.toml"
        write_directory(practice, PRACTICE / "ehr.json")
        async with served(name, MONDAY, PRACTICE / "ehr.json") as running:
            table = f'adapter = "{name}"\n\n[ehr.{name}]\nbase_url = "{running.base_url}"'
            text = settings.read_text("utf-8").replace('adapter = "demo"', table)
            settings.write_text(text, "utf-8")
            async with start(practice) as world:
                yield world, running.stub

    return opening


async def the_task(world: World) -> Task:
    (task,) = await world.agent.desk.tasks()
    return task


async def test_a_booking_is_asked_for_in_full_and_handed_over(at: At) -> None:
    async with at("theranest") as (world, _):
        chat = await world.chat()
        asked = await world.say(chat, "I'd like to book a medication visit with Dr. Reyes")
        assert "When would you like to come?" in asked[-1].text
        (reply,) = await world.say(chat, "next tuesday morning")
        assert reply.kind is Kind.NOTICE
        assert "Requested, not yet done" in reply.text
        assert not DONE.search(reply.text)
        task = await the_task(world)
        assert task.code == "appointment-request"
        assert task.summary == (
            "Enter in the EHR: book Medication visit with Dr. Omar Reyes for Joan Ames (PT-1), "
            "in person. When: next tuesday morning"
        )


async def test_a_time_that_was_said_is_not_asked_for_again(at: At) -> None:
    async with at("theranest") as (world, _):
        chat = await world.chat()
        (reply,) = await world.say(chat, "book a medication visit with Dr. Reyes next friday at 10")
        assert "Requested, not yet done" in reply.text
        assert "next friday at 10" in (await the_task(world)).summary


async def test_a_move_names_the_visit_that_the_ehr_shows_and_when_instead(at: At) -> None:
    async with at("simplepractice") as (world, _):
        chat = await world.chat()
        asked = await world.say(chat, "can I move my appointment?")
        assert "Thursday, June 4 at 3:00 PM" in asked[-1].text
        (reply,) = await world.say(chat, "friday afternoon")
        assert "Requested, not yet done" in reply.text
        task = await the_task(world)
        assert task.code == "reschedule-request"
        assert task.summary == (
            "Enter in the EHR: move Individual therapy with Dr. Ruth Bell for Joan Ames (PT-1). "
            "From: Thursday, June 4 at 3:00 PM. To: friday afternoon"
        )


async def test_a_move_where_free_times_are_known_hands_over_the_one_picked(at: At) -> None:
    async with at("therapynotes") as (world, stub):
        chat = await world.chat()
        offered = await world.say(chat, "can I move my appointment to next week?")
        assert offered[-1].kind is Kind.OPTIONS
        (reply,) = await world.press(chat, offered, 1)
        assert "Requested, not yet done" in reply.text
        assert offered[-1].options[0].label.startswith("Monday, June 8")
        assert "To: Monday, June 8 at" in (await the_task(world)).summary
        assert [said for said in stub.requests if said.startswith("POST")] == []


async def test_an_ehr_that_shows_no_visits_lets_the_patient_say_which(at: At) -> None:
    async with at("valant") as (world, _):
        chat = await world.chat()
        asked = await world.say(chat, "please cancel my appointment")
        assert asked[-1].text.startswith("Which appointment would you like to cancel?")
        (reply,) = await world.say(chat, "the one with dr bell on thursday")
        assert "Requested, not yet done" in reply.text
        task = await the_task(world)
        assert task.code == "cancel-request"
        assert "Joan Ames (PT-1)" in task.summary
        assert task.summary.endswith(
            "please cancel my appointment / the one with dr bell on thursday"
        )


async def test_it_is_asked_and_answered_in_spanish_and_written_for_the_staff(at: At) -> None:
    async with at("theranest") as (world, _):
        chat = await world.chat("PT-2")
        asked = await world.say(chat, "quiero cancelar mi cita")
        assert asked[-1].text.startswith("¿Qué cita quiere cancelar?")
        (reply,) = await world.say(chat, "la del viernes con la doctora Bell")
        assert "Solicitado, todavía no hecho" in reply.text
        assert (await the_task(world)).summary.startswith("Enter in the EHR: cancel")


async def test_a_refill_asks_for_the_medication_where_no_list_is_read(at: At) -> None:
    async with at("therapynotes") as (world, _):
        chat = await world.chat()
        asked = await world.say(chat, "I need a refill")
        assert "Which medication" in asked[-1].text
        (reply,) = await world.say(chat, "sertraline, to the CVS on Main")
        assert reply.kind is Kind.NOTICE
        task = await the_task(world)
        assert task.code == "refill-request"
        assert "sertraline, to the CVS on Main" in task.summary


async def test_what_cannot_be_looked_up_goes_to_a_person_and_is_no_outage(at: At) -> None:
    async with at("theranest") as (world, _):
        chat = await world.chat()
        (reply,) = await world.say(chat, "what is my balance?")
        assert "can't reach" not in reply.text
        assert await world.codes() == ["billing-question"]


async def test_where_the_ehr_takes_a_booking_it_is_made_after_a_yes(at: At) -> None:
    async with at("therapynotes") as (world, stub):
        chat = await world.chat()
        offered = await world.say(chat, "book individual therapy in person next week")
        asked = await world.press(chat, offered, 1)
        assert asked[-1].kind is Kind.CONFIRM
        (reply,) = await world.say(chat, "yes")
        assert "You're booked" in reply.text
        assert sum(said == "POST /appointments" for said in stub.requests) == 1


async def test_a_booking_that_does_not_stand_as_sent_is_never_told_as_booked(at: At) -> None:
    async with at("therapynotes") as (world, stub):
        stub.deaf = frozenset({"key"})
        chat = await world.chat()
        offered = await world.say(chat, "book individual therapy in person next week")
        await world.press(chat, offered, 1)
        (reply,) = await world.say(chat, "yes")
        assert "don't count on it yet" in reply.text
        assert not DONE.search(reply.text)
        assert (await the_task(world)).summary.startswith("Look in the EHR: Individual therapy")
