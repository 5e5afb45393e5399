"""The running server calls nobody and loads no torch, seen from outside the process.

The real `portico serve` runs under strace with `CI` and our own guard variables unset (one library
calls home only when `CI` is not set) while a patient talks to it. Native code is seen too, which
patching Python's sockets would miss.
"""

from knowledge.quiet import GUARDS

import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

ROOT = Path(__file__).parents[2]
PRACTICE = ROOT / "knowledge" / "practices" / "harbor"
ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
SYSCALLS = "connect,sendto,sendmsg,sendmmsg"
START_WITHIN = 120.0
ANSWER_WITHIN = 30.0

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform != "linux", reason="strace is a Linux tool"),
]


def traced(command: list[str], log: Path) -> list[str]:
    strace = shutil.which("strace")
    assert strace, "strace is missing: scripts/test-tools.sh installs it"
    options = ["-f", "-qq", "--seccomp-bpf", "-e", f"trace={SYSCALLS}", "-o", str(log)]
    return [strace, *options, *command]


def addresses_beyond_this_machine(log: Path) -> set[str]:
    found = ADDRESS.findall(log.read_text(encoding="utf-8", errors="replace"))
    addresses = {ipaddress.ip_address(v4 or v6) for v4, v6 in found}
    return {
        str(address)
        for address in addresses
        if not (getattr(address, "ipv4_mapped", None) or address).is_loopback
    }


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def http(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=ANSWER_WITHIN, trust_env=False)


def environment_of_a_person() -> dict[str, str]:
    """The environment of a person who typed the command: no CI, none of our guards."""
    unset = {"CI", *GUARDS}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in unset and not name.startswith("PORTICO_")
    }
    models = {n: v for n, v in os.environ.items() if n == "PORTICO_MODELS_DIR"}
    return kept | models | {"PORTICO_DEMO": "1", "PORTICO_DEMO_STAFF_PASSWORD": "open-sesame"}


def wait_until_ready(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    with http(url) as client:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.TransportError):
                if client.get("/readyz").status_code == 200:
                    return
            time.sleep(0.2)
    raise AssertionError(f"not ready (exit status {process.poll()}):\n{output.read_text()}")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    port, log = free_port(), folder / "strace.log"
    portico = str(Path(sys.executable).with_name("portico"))
    arguments = ["serve", "--practice", str(PRACTICE), "--data", str(folder / "data")]
    command = traced([portico, *arguments, "--port", str(port)], log)
    output = folder / "server.log"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment_of_a_person(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process, output)
        (pid,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Server(port, int(pid), log)
        os.kill(int(pid), signal.SIGTERM)
        process.wait(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def receive(chat: ClientConnection, wanted: str, reply_to: str | None = None) -> dict[str, Any]:
    deadline = time.monotonic() + ANSWER_WITHIN
    while True:
        frame: dict[str, Any] = json.loads(chat.recv(timeout=deadline - time.monotonic()))
        assert frame["type"] != "error", frame
        if frame["type"] == wanted and (reply_to is None or frame.get("reply_to") == reply_to):
            return frame


def say(chat: ClientConnection, text: str) -> dict[str, Any]:
    message = str(uuid.uuid4())
    chat.send(json.dumps({"type": "say", "id": message, "text": text}))
    return receive(chat, "message", reply_to=message)


def hold_a_conversation(server: Server) -> list[dict[str, Any]]:
    with http(server.url) as client:
        patients = client.get("/v1/demo/patients").json()
        issued = client.post("/v1/demo/token", json={"patient": patients[0]["id"]}).json()
        assert client.get("/healthz").status_code == 200
    subprotocols = [Subprotocol("portico.v1")]
    address = f"ws://127.0.0.1:{server.port}/v1/chat"
    with connect(address, subprotocols=subprotocols, proxy=None) as chat:
        chat.send(json.dumps({"type": "hello", "token": issued["token"]}))
        receive(chat, "ready")
        return [
            say(chat, "What are your opening hours?"),
            say(chat, "What do I owe?"),
            say(chat, "I want to talk to a person"),
        ]


def test_the_tracer_sees_a_call_beyond_this_machine(tmp_path: Path) -> None:
    # A datagram socket's connect sends nothing; 192.0.2.1 is reserved for documentation.
    script = (
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    )
    log = tmp_path / "strace.log"
    subprocess.run(traced([sys.executable, "-c", script], log), check=False, cwd=tmp_path)
    assert addresses_beyond_this_machine(log) == {"192.0.2.1"}


def test_a_served_conversation_reaches_nobody_and_loads_no_torch(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        replies = hold_a_conversation(server)
        mapped = Path(f"/proc/{server.pid}/maps").read_text(encoding="utf-8")
    assert all(reply["text"] for reply in replies)
    assert "libtorch" not in mapped
    assert "onnxruntime" in mapped
    assert addresses_beyond_this_machine(server.log) == set()
