"""What every test stands on: no library calls home, nothing reaches beyond this machine, and no
test but those marked `llm` sees a language model that the environment names."""

import knowledge.quiet  # noqa: F401

import ipaddress
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

NAMED_MODEL = {
    name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PORTICO_LLM_")
}


def _is_this_machine(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not _is_this_machine(host):
        raise RuntimeError(f"a test tried to reach {host!r}: tests use no network")


sys.addaudithook(_refuse_network)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command under test sends its log where pytest soon closes; the next test must not."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
