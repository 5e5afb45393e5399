"""`make bench`: what a warm turn costs in total and by node, how soon a safety card comes, how fast
`portico screen` reads, and what the server costs to start.

The turns are the opening sentences of the practice's own scripts, on one running agent without a
model. The ratio compares a whole FAQ turn (message received, answered, stored) with the parts no
design can leave out, measured in the same process: one embedding, one Chroma query, one durable
write.
"""

import knowledge.quiet  # noqa: F401

import argparse
import asyncio
import itertools
import logging
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from agent.bootstrap import Models, load_models, running_agent
from agent.clock import RunningClock
from agent.domain.ids import MessageId, PatientId
from agent.domain.terms import Route
from agent.turns import Agent
from evals.alarms import AIM_P99, card_times, danger_texts
from evals.ehr_cost import AIM_RATIO, ehr_cost, is_installed
from evals.loading import load_scripts
from evals.split import DEVELOPMENT, Split
from evals.suites.safety import SafetyRow
from evals.throughput import AIM_WITH_START, AIM_WITHOUT, screen_throughput
from evals.warm import Nobody, throwaway_settings
from knowledge.errors import InputError
from knowledge.index.manifest import chroma_path, read_manifest
from knowledge.index.vectors import VectorStore
from knowledge.passage import PATIENTS

ROOT = Path(__file__).parents[1]
NAMES = {"review": "review (guardrails)", "flow": "flow (and tools)"}
START_LIMIT = 120.0
DANGERS = Split(DEVELOPMENT, locked=False)
SCREENED = 2_000
REMEMBERED = 40
"""More texts than the encoder remembers."""

Samples = dict[str, list[float]]
"""Milliseconds by what they were spent on."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A patient's first sentence, and when it is said."""

    patient: PatientId
    text: str


def main() -> None:
    options = _options()
    _quieten()
    try:
        models = load_models()
        asyncio.run(_bench_turns(options.practice, options.scripts, options.turns, models))
        asyncio.run(_bench_ehr(options.practice, options.scripts, options.turns, models))
        _bench_screen()
        _bench_start(options.practice)
    except InputError as error:
        sys.exit(f"bench: {error}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    sample = "harbor"
    parser.add_argument("--practice", type=Path, default=ROOT / "knowledge/practices" / sample)
    parser.add_argument("--scripts", type=Path, default=ROOT / "evals/conversations" / sample)
    parser.add_argument("--turns", type=int, default=100, help="turns of each kind")
    return parser.parse_args()


def _quieten() -> None:
    logging.disable(logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


async def _bench_turns(practice_dir: Path, scripts: Path, count: int, models: Models) -> None:
    with tempfile.TemporaryDirectory(prefix="portico-bench-") as folder:
        data_dir = Path(folder)
        now, openings = _openings(scripts)
        async with running_agent(
            practice_dir,
            data_dir,
            settings=throwaway_settings(),
            broadcast=Nobody(),
            clock=RunningClock(now),
            models=models,
        ) as agent:
            totals = {}
            for route in (Route.FAQ, Route.SCHEDULING):
                samples = await _turns(agent, models, route, openings[route], count)
                _print_table(f"{route} turn", samples)
                totals[route] = samples["total"]
            patient = openings[Route.FAQ][0].patient
            cards = await card_times(
                agent, models.encoder, patient, danger_texts(DANGERS), 2 * count
            )
            parts = await asyncio.to_thread(_parts, models, data_dir, count)
        _print_table("unavoidable parts of a faq turn", parts)
        floor = sum(_percentile(values, 50) for values in parts.values())
        ratio = _percentile(totals[Route.FAQ], 50) / floor
        _print_cards(cards)
        print(f"\nfaq turn p50 / sum of its unavoidable parts ({floor:.1f} ms): {ratio:.1f}")


def _openings(scripts: Path) -> tuple[datetime, dict[Route, list[Opening]]]:
    """The first sentences of scripts that expect the route at once, and the scripts' clock."""
    found: dict[Route, list[Opening]] = {Route.FAQ: [], Route.SCHEDULING: []}
    moments = []
    for loaded in load_scripts([scripts]):
        script, first = loaded.script, loaded.script.turns[0]
        moments.append(script.starts_at(datetime.now(UTC)))
        expected = first.expected.route or []
        if first.say and expected and expected[0] in found:
            found[expected[0]].append(Opening(PatientId(script.patient), first.say))
    for route, openings in found.items():
        if not openings:
            raise InputError(f"{scripts}: no script opens with a {route} turn")
    return min(moments), found


async def _turns(
    agent: Agent, models: Models, route: Route, openings: Sequence[Opening], count: int
) -> Samples:
    """Every turn in a conversation of its own; the first round only warms up."""
    samples: Samples = {}
    done = -len(openings)
    while done < count:
        opening = openings[done % len(openings)]
        await asyncio.to_thread(_forget, models, done)
        spent = await _turn(agent, opening, route)
        if spent is None and done >= 0:
            openings = [one for one in openings if one is not opening]
            if not openings:
                raise InputError(f"no sentence of the scripts is answered as {route}")
            continue
        done += 1
        if spent is not None and done > 0:
            for name, ms in spent.items():
                samples.setdefault(name, []).append(ms)
    return samples


async def _turn(agent: Agent, opening: Opening, route: Route) -> Mapping[str, float] | None:
    """What one turn cost; None when it went another way than `route`."""
    conversation, _ = await agent.open(opening.patient)
    began = time.perf_counter()
    message, _ = await agent.receive(conversation.id, MessageId(str(uuid.uuid4())), opening.text)
    received = time.perf_counter()
    await agent.answer(message)
    ended = time.perf_counter()
    (record,) = await agent.transcript.turns(conversation.id)
    await agent.end(conversation.id)
    if record.route is not route:
        return None
    answered = (ended - received) * 1000
    return {
        "store: receive (then ack)": (received - began) * 1000,
        **{NAMES.get(name, name): ms for name, ms in record.node_ms.items()},
        "store: finish": answered - record.duration_ms,
        "total": (ended - began) * 1000,
    }


def _forget(models: Models, round_: int) -> None:
    """The encoder remembers its last texts; what a patient writes is always new."""
    for number in range(REMEMBERED):
        models.encoder.encode([f"{round_} {number}"])


def _parts(models: Models, data_dir: Path, count: int) -> Samples:
    manifest = read_manifest(data_dir)
    assert manifest is not None
    vectors = VectorStore(chroma_path(data_dir, manifest.generation))
    questions = (f"where can I park when I come in at {n}?" for n in itertools.count())
    vector = models.encoder.encode([next(questions)])[0]
    with _durable_file(data_dir / "floor.db") as write:
        return {
            "one embedding": _timed(lambda: models.encoder.encode([next(questions)]), count),
            "one Chroma query": _timed(lambda: vectors.nearest(vector, PATIENTS, 10), count),
            "one durable write": _timed(write, count),
        }


@contextmanager
def _durable_file(path: Path) -> Iterator[Callable[[], object]]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE entry (body TEXT)")
    yield lambda: connection.execute("INSERT INTO entry VALUES (?)", ("x" * 200,))
    connection.close()


def _timed(work: Callable[[], object], count: int) -> list[float]:
    samples = []
    for _ in range(count):
        began = time.perf_counter()
        work()
        samples.append((time.perf_counter() - began) * 1000)
    return samples


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _print_table(title: str, samples: Samples) -> None:
    turns = max(len(values) for values in samples.values())
    print(f"\n{title} ({turns} samples)\n{'':<28}{'p50 ms':>9}{'p95 ms':>9}")
    # The total stands last, whichever nodes a turn went through.
    for name, values in sorted(samples.items(), key=lambda sample: sample[0] == "total"):
        p50, p95 = _percentile(values, 50), _percentile(values, 95)
        print(f"  {name:<26}{p50:>9.2f}{p95:>9.2f}")


def _print_cards(times: Mapping[str, Sequence[float]]) -> None:
    print(
        f"\nsafety card (aim: p99 under {AIM_P99:.0f} ms)"
        f"\n{'':<28}{'p50 ms':>9}{'p99 ms':>9}{'n':>6}"
    )
    for name, values in times.items():
        p50, p99 = _percentile(values, 50), _percentile(values, 99)
        print(f"  {name:<26}{p50:>9.2f}{p99:>9.2f}{len(values):>6}")


async def _bench_ehr(practice_dir: Path, scripts: Path, count: int, models: Models) -> None:
    print("\nthe FHIR adapter over its HTTP requests")
    if not is_installed():
        print("  not measured: scripts/fhir-servers.sh has not put a FHIR server in")
        return
    now, openings = _openings(scripts)
    turns = [partial(_is_scheduled, opening) for opening in openings[Route.SCHEDULING]]
    samples = await ehr_cost(practice_dir, now, models, turns, count)
    calls, requests = (
        sum(getattr(one, name) for one in samples) / len(samples) for name in ("calls", "requests")
    )
    print(f"  a scheduling turn asks {calls:.1f} times, with {requests:.1f} HTTP requests")
    _print_table(
        "what a scheduling turn asks of a FHIR server",
        {"adapter": [one.adapter for one in samples], "bare": [one.bare for one in samples]},
    )
    ratio = _percentile([one.adapter / one.bare for one in samples], 50)
    print(f"\nthrough the adapter / the same requests bare: {ratio:.2f} (aim: under {AIM_RATIO})")


async def _is_scheduled(opening: Opening, agent: Agent) -> bool:
    return await _turn(agent, opening, Route.SCHEDULING) is not None


def _bench_screen() -> None:
    texts = [line.row.text for line in DANGERS.rows("safety/*.jsonl", SafetyRow)]
    found = screen_throughput(texts, SCREENED)
    print(f"\nportico screen, {found.messages} messages")
    print(f"  {'with its start':<26}{found.with_start:>9.0f} a second (aim {AIM_WITH_START:.0f})")
    print(f"  {'without':<26}{found.without_start:>9.0f} a second (aim {AIM_WITHOUT:.0f})")


def _bench_start(practice_dir: Path) -> None:
    """Starts `portico serve` twice over the same data: building the index, and with it built."""
    print("\nportico serve")
    with tempfile.TemporaryDirectory(prefix="portico-bench-") as folder:
        for state in ("first start, index built", "start with the index there"):
            seconds = _start_once(practice_dir, Path(folder))
            print(f"  {state:<28}{seconds:>7.1f} s to ready")
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 2**20
    print(f"  {'peak memory':<28}{peak:>7.0f} MiB")


def _start_once(practice_dir: Path, data_dir: Path) -> float:
    portico = Path(sys.executable).with_name("portico")
    arguments = ["serve", "--practice", str(practice_dir), "--data", str(data_dir), "--port", "0"]
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(portico), *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        line = next((line for line in process.stdout if "http://" in line), None)
        if line is None:
            raise InputError(f"portico serve ended with status {process.wait()}")
        _wait_until_ready(f"{line.split()[-1]}/readyz", began)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(url: str, began: float) -> None:
    while time.perf_counter() - began < START_LIMIT:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    raise InputError(f"portico serve was not ready within {START_LIMIT:.0f} s")


if __name__ == "__main__":
    main()
