"""How many messages a second `portico screen` reads, its start included and not."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from knowledge.errors import InputError

AIM_WITH_START, AIM_WITHOUT = 50.0, 200.0
"""Messages a second (CONTRACTS 1, issue 3)."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Messages a second on this machine."""

    messages: int
    with_start: float
    without_start: float


def screen_throughput(texts: Sequence[str], messages: int) -> Throughput:
    """Runs the command on `messages` messages; its start ends with the first batch written."""
    lines = [json.dumps({"text": texts[n % len(texts)]}) + "\n" for n in range(messages)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("portico")), "screen"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    feeding = threading.Thread(target=_feed, args=(process.stdin, lines))
    feeding.start()
    moments = [time.perf_counter() for _ in process.stdout]
    feeding.join()
    if process.wait() != 0 or len(moments) != messages:
        raise InputError(f"portico screen ended with status {process.returncode}")
    return _throughput(began, moments)


def _feed(stdin: IO[str], lines: Sequence[str]) -> None:
    with stdin:
        stdin.writelines(lines)


def _throughput(began: float, moments: Sequence[float]) -> Throughput:
    """Lines come in batches: those that came with the first one belong to the start."""
    first = sum(moment - moments[0] < 0.005 for moment in moments)
    rest, spent = len(moments) - first, moments[-1] - moments[first - 1]
    return Throughput(
        len(moments), len(moments) / (moments[-1] - began), rest / spent if rest else 0.0
    )
