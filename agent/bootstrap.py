"""The composition root: settings and a practice folder -> a running agent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.adapters.ehrs import open_ehr
from agent.adapters.llm.opening import open_model
from agent.adapters.notify.log import LogNotifier
from agent.adapters.practice_folder import load_practice
from agent.adapters.site import Site
from agent.adapters.store.checkpoints import open_checkpointer
from agent.adapters.store.store import open_store
from agent.clock import RunningClock
from agent.graph import build_graph
from agent.guardrails.grounds import Grounds
from agent.guardrails.guard import Guard
from agent.incidents import Books, ReportedIncidents
from agent.nodes.rooms import Consultant, Registry, Rooms
from agent.nodes.screen import assess
from agent.policy import Practice
from agent.policybook import PolicyBook
from agent.ports import Broadcast, Clock
from agent.privacy.pseudonyms import load_pseudonymiser
from agent.prompts.prompts import load_prompts
from agent.reader.reader import Reader, load_reader
from agent.safety.cards import load_cards
from agent.safety.jurisdictions import fixed_phrases_only
from agent.safety.screen import Screen, load_screen
from agent.settings import Settings
from agent.turns import Agent
from agent.understanding.reading import Understanding
from agent.wording.wording import load_wording
from knowledge.encoder import Encoder, load_encoder
from knowledge.index.sync import sync_index
from knowledge.passage import PATIENTS
from knowledge.practice import read_settings
from knowledge.retrieve import Retriever

CHECKPOINTS = "checkpoints.db"


@dataclass(frozen=True)
class Models:
    """What is loaded once a process and shared by every agent in it."""

    encoder: Encoder
    reader: Reader
    screen: Screen
    strict_screen: Screen
    """For jurisdictions that allow fixed phrases only (DOMAIN D.7)."""
    understanding: Understanding


def load_models() -> Models:
    """Raises `InputError` that says to run `make setup` when they were not built."""
    encoder = load_encoder()
    reader = load_reader(encoder)
    return Models(
        encoder,
        reader,
        load_screen(),
        load_screen(fixed_phrases_only=True),
        Understanding(reader),
    )


@asynccontextmanager
async def running_agent(
    practice_dir: Path,
    data_dir: Path,
    *,
    settings: Settings,
    broadcast: Broadcast,
    clock: RunningClock,
    models: Models | None = None,
) -> AsyncIterator[Agent]:
    """A wired agent over `data_dir`; closes everything it opened.

    Raises `InputError` for a faulty practice folder before anything is written.
    """
    practice = load_practice(practice_dir)
    wording = load_wording(practice.timezone, practice_dir)
    cards = load_cards(practice_dir)
    await asyncio.to_thread(data_dir.mkdir, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        policy = PolicyBook(practice)
        incidents = ReportedIncidents(policy, broadcast)
        site = Site(practice, practice_dir, data_dir, clock, settings.ehr, incidents)
        ehr = await stack.enter_async_context(open_ehr(site))
        loaded = await asyncio.to_thread(load_models) if models is None else models
        retriever = await asyncio.to_thread(_index, practice_dir, data_dir, loaded, clock)
        stack.callback(retriever.close)
        store = await open_store(settings, data_dir)
        stack.push_async_callback(store.close)
        checkpointer = await stack.enter_async_context(
            open_checkpointer(data_dir / CHECKPOINTS, settings)
        )
        policy.lay_over(await store.policy.load())
        await incidents.open_books(Books(store.transcript, store.desk, store.ledger))
        rooms = Rooms(
            policy=policy,
            ehr=ehr,
            registry=Registry(ehr, clock),
            desk=store.desk,
            notifier=LogNotifier(),
            broadcast=broadcast,
            clock=clock,
            wording=wording,
            reader=loaded.reader,
            screen=_screen(loaded, practice),
            cards=cards,
            understanding=loaded.understanding,
            retriever=retriever,
            guard=Guard(wording.texts(), loaded.encoder.encode_passages),
            consultant=await _consultant(settings, stack),
        )
        graph = build_graph(rooms, checkpointer)
        await _warm(rooms)
        yield Agent(
            rooms,
            graph,
            store.transcript,
            store.ledger,
            store.policy,
            store.inbox,
            store.outbox,
        )


async def _consultant(settings: Settings, stack: AsyncExitStack) -> Consultant | None:
    model = await stack.enter_async_context(open_model(settings.llm))
    if model is None:
        return None
    pseudonymiser = await asyncio.to_thread(load_pseudonymiser)
    return Consultant(model, pseudonymiser, load_prompts(), settings.llm.first_seconds)


async def _warm(rooms: Rooms) -> None:
    """The first patient should not pay for what is made once: locales, indexes, first calls."""
    now = rooms.clock.now()
    for language in rooms.practice().languages:
        rooms.wording.when(language, now)
        rooms.wording.day(language, now)
    await asyncio.to_thread(assess, rooms, "hello", ())
    await asyncio.to_thread(rooms.understanding.read, "hello")
    await asyncio.to_thread(rooms.retriever.retrieve, "hello", audience=PATIENTS)
    await rooms.guard.check("hello", Grounds())


def _screen(models: Models, practice: Practice) -> Screen:
    strict = fixed_phrases_only(practice.jurisdiction)
    return models.strict_screen if strict else models.screen


def _index(practice_dir: Path, data_dir: Path, models: Models, clock: Clock) -> Retriever:
    """The practice's documents, brought up to date; the agent's policy sets the threshold."""
    settings = read_settings(practice_dir)
    sync_index(settings, data_dir, models.encoder, today=clock.now().date())
    return Retriever(data_dir, models.encoder, threshold=0.0)
