"""Starts the sample practice and browsers that notice what should not happen."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.e2e.pages import (
    CHROMIUM,
    DESKTOP,
    FLAGS,
    PASSWORD,
    WITHIN_MS,
    Chat,
    OpenChat,
    OpenDesk,
    OpenPage,
    Server,
    Watched,
    staff_with,
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: scripts/test-tools.sh says how to get one")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Server(tmp_path_factory.mktemp("data"), port)
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """A module's own: its event loop would be in the way of every asynchronous test after it."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(server: Server, playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield started
    started.close()


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=WITHIN_MS)


@pytest.fixture
def watched(server: Server) -> Iterator[Watched]:
    """After the test: no error on any console, and no request to anybody but the server."""
    seen = Watched(own=f"127.0.0.1:{server.port}")
    yield seen
    assert seen.errors == []
    assert seen.foreign == []


@pytest.fixture
def open_page(browser: Browser, server: Server, watched: Watched) -> Iterator[OpenPage]:
    """Opens a path in a browser profile of its own."""
    contexts = []

    def opened(path: str, size: dict[str, int] = DESKTOP, **options: Any) -> Page:
        context = browser.new_context(viewport=size, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(WITHIN_MS)
        page = context.new_page()
        page.on("console", watched.console)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("request", lambda request: watched.address(request.url))
        page.on("websocket", lambda channel: watched.address(channel.url))
        page.goto(f"{server.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def open_chat(open_page: OpenPage) -> OpenChat:
    def opened(patient: str, size: dict[str, int] = DESKTOP, **options: Any) -> Chat:
        return Chat(open_page(f"/demo?patient={patient}", size, **options)).open()

    return opened


@pytest.fixture
def open_desk(open_page: OpenPage, watched: Watched) -> OpenDesk:
    """Logs a member with the given role in."""
    watched.expected += ("401 (Unauthorized)",)

    def opened(role: str, size: dict[str, int] = DESKTOP) -> Page:
        page = open_page("/staff", size, locale="en-US")
        page.get_by_label("Staff ID").fill(staff_with(role)["id"])
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.locator(".live.is-on").wait_for()
        return page

    return opened
