"""A practice on a FHIR server, and a road there on which things go wrong."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx

from tests.e2e.serving import NOW, Portico, write_practice
from tests.fhir.serve import connect
from tests.fhir.servers import READY_WITHIN, lent
from tests.fhir.world import lay_down, seeded

Json = dict[str, Any]
ZONE = ZoneInfo("America/Denver")
DAYS = 10
PASSED_ON = ("Accept", "Content-Type", "If-Match", "If-None-Exist", "Prefer")
PASSED_BACK = ("Content-Type", "ETag", "Location", "Content-Location")


Mix = Callable[[str, dict[str, list[str]]], list[Json]]
"""Resource type and parameters of a search -> what comes along though nobody asked for it."""


def nothing(resource_type: str, params: dict[str, list[str]]) -> list[Json]:
    return []


@dataclass
class Road:
    """Stands before the FHIR server at `there`; while it is `close`d nobody answers at `base_url`,
    as when the server is down."""

    there: str
    mix: Mix = nothing
    port: int = 0
    _open: ThreadingHTTPServer | None = field(default=None, init=False)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{urlsplit(self.there).path}"

    def open(self) -> None:
        self._open = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port = self._open.server_port
        threading.Thread(target=self._open.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        if self._open is not None:
            self._open.shutdown()
            self._open.server_close()
            self._open = None

    def answer(self, method: str, path: str, headers: Json, body: bytes) -> httpx.Response:
        target = urlsplit(self.there)._replace(path="", query="").geturl() + path
        return httpx.request(
            method, target, headers=headers, content=body, timeout=READY_WITHIN, trust_env=False
        )

    def mixed(self, path: str, content: bytes) -> bytes:
        """The answer with what was mixed in; its links lead along this road."""
        text = content.replace(self.there.encode(), self.base_url.encode())
        asked = urlsplit(path)
        found = self.mix(asked.path.rpartition("/")[2], parse_qs(asked.query))
        if not found:
            return text
        bundle = json.loads(text)
        entries = [{"resource": one, "search": {"mode": "match"}} for one in found]
        bundle["entry"] = [*bundle.get("entry", []), *entries]
        return json.dumps(bundle).encode()


@contextmanager
def road_to(there: str, mix: Mix = nothing) -> Iterator[Road]:
    road = Road(there, mix)
    road.open()
    try:
        yield road
    finally:
        road.close()


def _handler(road: Road) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """HTTP/1.0: no connection outlives its answer, so a closed road is closed at once."""

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
            answer = road.answer(self.command, self.path, headers, body)
            content = road.mixed(self.path, answer.content)
            self.send_response(answer.status_code)
            for name in PASSED_BACK:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _pass

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler


@contextmanager
def served_on_fhir(
    folder: Path, mix: Mix = nothing, **more: list[Json]
) -> Iterator[tuple[Portico, Road]]:
    """The practice of `write_practice` with the patient PT-1; `more` stands in its seed besides."""
    practice = write_practice(folder / "practice", 1)
    seed = practice / "ehr.json"
    seed.write_text(json.dumps(json.loads(seed.read_text()) | more), encoding="utf-8")
    with lent("sekmet") as server, road_to(server.base_url, mix) as road:
        lay_down(server.base_url, seeded(seed, NOW, ZONE, DAYS).resources())
        connect(practice, road.base_url)
        running = Portico(practice, folder / "data")
        running.start()
        try:
            yield running, road
        finally:
            running.kill()


def at_the_desk(portico: Portico, path: str) -> list[Json]:
    """What a manager reads there."""
    given = {"staff_id": "ST-SUP", "password": "portico-demo"}
    with httpx.Client(base_url=portico.url, trust_env=False) as client:
        client.post("/v1/staff/login", json=given).raise_for_status()
        found: list[Json] = client.get(f"/v1/staff/{path}").raise_for_status().json()
        return found
