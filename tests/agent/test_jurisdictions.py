"""The same words in different places: what the law of each changes in a real conversation."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest

from agent.domain.conversation import Message
from agent.domain.ids import PatientId
from agent.domain.safety import DangerChances
from agent.domain.terms import Category, Kind, Level
from tests.agent.conftest import PRACTICE, Start, World

REMINDER = "A reminder: this chat is an automated assistant"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PLACES = ("CO", "CA", "UT", "NY", "IL", "")


@pytest.fixture
def start_in(start: Start, tmp_path):
    """Starts the practice of the tests somewhere else."""

    @asynccontextmanager
    async def starting(place: str):
        folder = tmp_path / f"in-{place}"
        folder.mkdir()
        for path in PRACTICE.iterdir():
            if path.name != "practice.toml":
                (folder / path.name).symlink_to(path)
        toml = (PRACTICE / "practice.toml").read_text(encoding="utf-8")
        toml = toml.replace('jurisdiction = "CO"', f'jurisdiction = "{place}"')
        (folder / "practice.toml").write_text(toml, encoding="utf-8")
        async with start(practice=folder, data=tmp_path / f"data-{place}") as world:
            yield world

    return starting


def make_minor(world: World, patient_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = world.ehr.patient

    async def young(wanted: PatientId):
        patient = await asked(wanted)
        if patient is None or wanted != patient_id:
            return patient
        return replace(patient, birth_date=date(2010, 1, 1))

    monkeypatch.setattr(world.ehr, "patient", young)


def reminded(replies: list[Message]) -> bool:
    return replies[0].kind is Kind.NOTICE and replies[0].text.startswith(REMINDER)


@pytest.mark.parametrize("place", PLACES)
async def test_when_the_chat_says_again_what_it_is(
    place: str, start_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while without use in Utah, every three hours in New York, to minors in California;
    everywhere where nobody has said where we are."""
    due = {
        "UT": ("back",),
        "NY": ("adult", "minor", "back"),
        "CA": ("minor",),
        "": ("adult", "minor", "back"),
    }
    async with start_in(place) as world:
        make_minor(world, "PT-2", monkeypatch)
        adult, minor = await world.chat("PT-1"), await world.chat("PT-2")
        for chat in (adult, minor):
            assert not reminded(await world.say(chat, "where do i park?"))
        world.clock.advance(2 * HOUR)
        for chat in (adult, minor):
            assert not reminded(await world.say(chat, "where do i park?"))
        world.clock.advance(HOUR + timedelta(minutes=1))
        seen = [
            name
            for name, chat in (("adult", adult), ("minor", minor))
            if reminded(await world.say(chat, "where do i park?"))
        ]
        assert not reminded(await world.say(adult, "where do i park?"))
        world.clock.advance(7 * DAY + HOUR)
        replies = await world.say(adult, "where do i park?")
        seen += ["back"] if reminded(replies) else []
        assert tuple(seen) == due.get(place, ())
        assert "Oak Street" in replies[-1].text


async def test_the_reminder_speaks_the_patients_language_and_never_stands_above_a_card(
    start_in,
) -> None:
    async with start_in("UT") as world:
        spanish, danger = await world.chat("PT-2"), await world.chat("PT-1")
        for chat in (spanish, danger):
            await world.say(chat, "hola")
        world.clock.advance(8 * DAY)
        replies = await world.say(spanish, "¿dónde puedo estacionar?")
        assert replies[0].text.startswith("Un recordatorio: este chat es un asistente automático")
        (card,) = await world.say(danger, "I want to kill myself tonight")
        assert card.kind is Kind.CARD


class Reading:
    """A reader that hears the same danger, or none, in everything."""

    def __init__(self, reader, kinds) -> None:
        self._reader = reader
        self._kinds = kinds
        self.intents = reader.intents

    def read(self, text: str):
        return replace(self._reader.read(text), dangers=DangerChances(self._kinds))


ORDINARY = "my cousin brought soup on the last evening of the month"


@pytest.mark.parametrize("place", PLACES)
async def test_where_no_machine_may_judge_a_state_of_mind(place: str, start_in) -> None:
    """The network's opinion of a mind counts for nothing there; what it hears of a body, and what
    is said in fixed words, still does."""
    async with start_in(place) as world:
        own = world.agent.rooms.reader
        mind, body, fixed = [await world.chat(f"PT-{n}") for n in (1, 2, 3)]
        hears_mind = Reading(own, ((Category.SELF_HARM, Level.PASSIVE, 0.99),))
        object.__setattr__(world.agent.rooms, "reader", hears_mind)
        judged = (await world.say(mind, ORDINARY))[-1].kind is Kind.CARD
        hears_body = Reading(own, ((Category.MEDICAL, Level.IMMINENT, 0.99),))
        object.__setattr__(world.agent.rooms, "reader", hears_body)
        assert (await world.say(body, ORDINARY))[-1].kind is Kind.CARD
        assert (await world.say(fixed, "I want to kill myself"))[-1].kind is Kind.CARD
        assert judged is (place not in ("IL", ""))


@pytest.mark.parametrize("place", PLACES)
async def test_where_distress_is_not_heard(place: str, start_in) -> None:
    async with start_in(place) as world:
        chat = await world.chat("PT-1")
        hears = Reading(world.agent.rooms.reader, ((Category.DISTRESS, Level.DISTRESS, 0.99),))
        object.__setattr__(world.agent.rooms, "reader", hears)
        await world.say(chat, ORDINARY)
        level = (await world.why(chat)).level
        assert level is (Level.NONE if place in ("IL", "") else Level.DISTRESS)
