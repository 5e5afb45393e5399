"""The server's composition root: a wired agent -> a running application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import structlog
from fastapi import FastAPI

from agent.bootstrap import Models, running_agent
from agent.clock import RunningClock
from agent.settings import Settings
from server.errors import install_error_handlers
from server.hub import Hub
from server.jobs.inbox import InboxWorker
from server.jobs.ladder import climb_forever
from server.jobs.mail import Mail
from server.jobs.poll import poll_forever
from server.jobs.writeback import Writeback
from server.login import Login
from server.metrics import Metrics, metered
from server.middleware import Edge
from server.routes import chat, demo, health, live, pages, staff, webhooks
from server.staff_sessions import StaffSessions
from server.tokens import TokenVerifier
from server.words import load_words
from server.world import Answers, Presence, World

log = structlog.get_logger("server.app")

FINISH_SECONDS = 20.0
"""How long running turns may take to end when the server stops."""


@asynccontextmanager
async def running_app(
    practice_dir: Path,
    data_dir: Path,
    *,
    settings: Settings,
    clock: RunningClock,
    models: Models | None = None,
) -> AsyncIterator[FastAPI]:
    """The application over a running agent, with its jobs. Raises `InputError`."""
    hub = Hub()
    async with running_agent(
        practice_dir, data_dir, settings=settings, broadcast=hub, clock=clock, models=models
    ) as agent:
        metrics = Metrics()
        agent.transcript = metered(agent.transcript, metrics.turn_ended)
        world = World(
            agent=agent,
            settings=settings,
            verifier=TokenVerifier(settings.token_key, settings.token_jwks),
            hub=hub,
            words=load_words(),
            sessions=StaffSessions(settings.session_key, data_dir),
            login=Login(lambda: agent.practice, _password(settings), monotonic),
            metrics=metrics,
            answers=Answers(agent),
            presence=Presence(),
            mail=Mail(),
        )
        writeback = Writeback(agent, world.mail)
        jobs = [
            asyncio.create_task(climb_forever(agent)),
            asyncio.create_task(_answer(world)),
            asyncio.create_task(poll_forever(agent, world.mail)),
            asyncio.create_task(writeback.post_forever()),
            asyncio.create_task(writeback.record_forever()),
        ]
        try:
            yield build_app(world)
        finally:
            await world.answers.finish(FINISH_SECONDS)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)


def build_app(world: World) -> FastAPI:
    app = FastAPI(title="Portico", version="1", docs_url=None, redoc_url=None)
    app.state.world = world
    for routes in (health, pages, demo, staff, live, chat, webhooks):
        app.include_router(routes.router)
    install_error_handlers(app)
    app.add_middleware(Edge)
    return app


def _password(settings: Settings) -> str | None:
    return settings.demo_staff_password if settings.demo else None


async def _answer(world: World) -> None:
    """First the turns that were cut off, then the post: so none of it is answered twice."""
    try:
        await world.agent.resume_pending()
    except Exception:
        log.exception("resume.failed")
    await InboxWorker(world.agent, world.answers, world.mail).run()
