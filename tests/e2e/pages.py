"""The served practice, the widget and the desk as the browser tests handle them."""

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ConsoleMessage, Locator, Page

ROOT = Path(__file__).resolve().parents[2]
PRACTICE = ROOT / "knowledge" / "practices" / "harbor"
PASSWORD = "portico-demo"
NOW = "2026-06-02T09:00:00-07:00"
"""A Tuesday morning in the practice's time zone."""
START_WITHIN = 240.0
WITHIN_MS = 30_000
"""What anything on a page may take on a busy machine."""

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
CHROMIUM = (
    shutil.which("chromium")
    or shutil.which("google-chrome")
    or next(
        (
            str(path)
            for path in (
                Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
                Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
            )
            if path.exists()
        ),
        None,
    )
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Json = dict[str, Any]


@dataclass
class Server:
    """`portico serve` as a process of its own, which can die and come back."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [
            str(Path(sys.executable).with_name("portico")),
            "serve",
            *("--practice", str(PRACTICE), "--data", str(self.data)),
            *("--port", str(self.port), "--now", NOW),
        ]
        environment = os.environ | {
            "PORTICO_DEMO": "1",
            "PORTICO_DEMO_STAFF_PASSWORD": PASSWORD,
        }
        with (self.data / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self._wait_until_ready(self.process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/readyz").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        log = (self.data / "log.txt").read_text(encoding="utf-8")
        pytest.fail(f"the server did not become ready:\n{log[-2000:]}")

    def kill(self) -> None:
        """As a power cut would: no goodbye, nothing written any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}{path}")
        answer.raise_for_status()
        return answer.json()

    def records(self) -> Json:
        found: Json = self.get("/v1/demo/ehr")
        return found

    def booked(self, patient: str) -> list[Json]:
        return [
            visit
            for visit in self.records()["appointments"]
            if visit["patient_id"] == patient and visit["status"] in ("booked", "confirmed")
        ]


@dataclass
class Watched:
    """What browsers said that a healthy page does not say."""

    own: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def console(self, message: ConsoleMessage) -> None:
        known = any(word in message.text for word in self.expected)
        if message.type == "error" and not known:
            self.errors.append(message.text)

    def address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.own:
            self.foreign.append(url)


@dataclass
class Chat:
    """The widget as a patient uses it."""

    page: Page

    @property
    def rows(self) -> Locator:
        return self.page.locator("portico-chat .rows > li")

    @property
    def replies(self) -> Locator:
        """What the practice said, finished messages only."""
        return self.page.locator("portico-chat .row[data-seq]:not(.by-patient)")

    def open(self) -> "Chat":
        self.page.locator("portico-chat .launcher").click()
        self.page.locator("portico-chat .about").wait_for()
        return self

    def say(self, text: str) -> Locator:
        """Writes and waits for the reply."""
        before = self.replies.count()
        self.page.locator("portico-chat textarea").fill(text)
        self.page.keyboard.press("Enter")
        return self._reply_after(before)

    def press(self, button: Locator) -> Locator:
        before = self.replies.count()
        button.click()
        return self._reply_after(before)

    def _reply_after(self, before: int) -> Locator:
        self.replies.nth(before).wait_for()
        return self.replies.last


def staff_with(role: str) -> Json:
    practice = tomllib.loads((PRACTICE / "practice.toml").read_text(encoding="utf-8"))
    return next(member for member in practice["staff"] if role in member["roles"])


def axe_violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {json.dumps([node['target'] for node in rule['nodes']])}" for rule in found
    ]


OpenPage = Callable[..., Page]
OpenChat = Callable[..., Chat]
OpenDesk = Callable[..., Page]
