"""`portico serve`."""

import asyncio
import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from agent.clock import RunningClock
from agent.settings import Settings, load_settings
from knowledge.errors import InputError
from server.app import running_app
from server.logs import configure_logging
from server.token_cli import check_is_practice

Practice = Annotated[Path, typer.Option("--practice", help="The practice folder.")]
Data = Annotated[Path, typer.Option("--data", help="Where everything is stored.")]

GRACE_SECONDS = 10
BACKLOG = 2048


def serve(
    practice: Practice,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    data: Data = Path("data"),
    now: Annotated[str | None, typer.Option(help="Start the clock here (ISO 8601).")] = None,
) -> None:
    """Serve a practice: the chat, the desk and the API."""
    clock = RunningClock(_instant(now))
    check_is_practice(practice)
    settings = _with_demo_password(load_settings(data))
    configure_logging()
    with listening(host, port) as listener:
        asyncio.run(_serve(practice, data, settings, clock, listener))


async def _serve(
    practice: Path,
    data: Path,
    settings: Settings,
    clock: RunningClock,
    listener: socket.socket,
) -> None:
    async with running_app(practice, data, settings=settings, clock=clock) as app:
        config = uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            backlog=BACKLOG,
        )
        host, port = listener.getsockname()[:2]
        print(f"portico: serving {practice} on http://{host}:{port}", flush=True)
        await Server(config).serve(sockets=[listener])


class Server(uvicorn.Server):
    """uvicorn's server, which would otherwise raise the signal again before we have closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--now: not a time like 2026-06-01T09:00:00-07:00: {text!r}") from None
    if moment.tzinfo is None:
        raise InputError(f"--now: a time needs its offset from UTC: {text!r}")
    return moment


def _with_demo_password(settings: Settings) -> Settings:
    """In the demo everybody at the desk has one password; without one, it is made and shown."""
    if not settings.demo or settings.demo_staff_password is not None:
        return settings
    password = secrets.token_urlsafe(9)
    print(f"portico: password of every sample staff member: {password}", flush=True)
    return settings.model_copy(update={"demo_staff_password": password})


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that takes connections. Raises `InputError` when the address is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise InputError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    with listener:
        # asyncio does it only for sockets that name their protocol, which a listener made from an
        # address does not; without it an answer waits 40 ms for the client's delayed ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener
