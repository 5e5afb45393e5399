"""The real FHIR servers that `scripts/fhir-servers.sh` installs, started for tests.

Each runs as its own process on a free port of this machine, empty, and ends with the test process
at the latest, however that ends.
"""

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin

import httpx
import pytest

HERE = Path(__file__).parent
INSTALLED = Path(".models/fhir-servers").absolute()
READY_WITHIN = 180.0  # seconds; a first start on a busy machine reads its packages from a cold disk


@dataclass
class FhirServer:
    """A running server; `base_url` without a trailing slash."""

    base_url: str
    process: subprocess.Popen[str]

    def clear(self) -> None:
        """Forgets every resource."""
        httpx.post(
            urljoin(self.base_url, "/clear"), timeout=READY_WITHIN, trust_env=False
        ).raise_for_status()

    def stop(self) -> None:
        """Takes the server down; what it knew is gone."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    @property
    def is_up(self) -> bool:
        return self.process.poll() is None


def start_sekmet(settings: Mapping[str, Any] | None = None) -> FhirServer:
    """sekmet-fhir, which validates strictly and ignores what it does not know.

    `settings`: sekmet's own (`server_auth` and the like), laid over the launcher's.
    """
    python = _installed(INSTALLED / "sekmet" / "bin" / "python")
    launcher = str(HERE / "sekmet_launcher.py")
    return _started([str(python), launcher, json.dumps(dict(settings or {}))])


def start_medplum() -> FhirServer:
    """Medplum's router, which validates nothing and rolls nothing back.

    Skips the test on a machine without Node; in CI that is a failure.
    """
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Node on this machine, and CI tests against both FHIR servers")
        pytest.skip("no Node on this machine: Medplum's FHIR router cannot run")
    folder = _installed(INSTALLED / "medplum")
    # Node before 22 has the WebSocket class, which the router imports, behind this flag.
    return _started(
        [node, "--experimental-websocket", str(HERE / "medplum/server.mjs"), str(folder)]
    )


STARTS: dict[str, Callable[[], FhirServer]] = {"sekmet": start_sekmet, "medplum": start_medplum}
"""For `pytest.mark.parametrize`: every test of the FHIR adapter runs on both."""

_running: dict[str, FhirServer] = {}


@contextmanager
def own(server: FhirServer) -> Iterator[FhirServer]:
    """`with own(start_sekmet({...})) as server`: one that nobody else uses."""
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def lent(name: str) -> Iterator[FhirServer]:
    """An empty server of that name (`STARTS`): one process for all tests, and it may be stopped."""
    server = _running.get(name)
    if server is None or not server.is_up:
        server = _running[name] = STARTS[name]()
        atexit.register(server.stop)
    server.clear()
    yield server


def _installed(path: Path) -> Path:
    if not path.exists():
        pytest.fail(f"{path} is missing: run scripts/fhir-servers.sh")
    return path


def _started(command: list[str]) -> FhirServer:
    """Waits until the server has answered a first request."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # closed when this process ends: both servers end with it
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=tempfile.gettempdir(),
        )
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        if base_url:
            server = FhirServer(base_url, process)
            answer = httpx.get(f"{base_url}/metadata", timeout=READY_WITHIN, trust_env=False)
            answer.raise_for_status()
            return server
        process.wait()
        raise RuntimeError(f"{command[0]} did not start:\n{_text_of(errors)}")


def _text_of(file: IO[str]) -> str:
    file.seek(0)
    return file.read()
