"""What `GET /metrics` tells Prometheus; numbers and closed vocabularies only."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from agent.domain.audit import LedgerEvent, TurnRecord
from agent.domain.conversation import Message
from agent.domain.desk import Task
from agent.domain.terms import Priority
from agent.ports import Transcript

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 10.0, 25.0)


class Metrics:
    """One registry an application, so that two in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._turns = Counter(
            "portico_turns", "Turns that ended", ["route", "outcome"], registry=self._registry
        )
        self._turn_seconds = Histogram(
            "portico_turn_seconds",
            "From the start of a turn to its end",
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._node_seconds = Histogram(
            "portico_node_seconds",
            "Time a turn spent in one node",
            ["node"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._connections = Gauge(
            "portico_connections", "Open WebSockets", ["kind"], registry=self._registry
        )
        self._tasks = Gauge(
            "portico_tasks_open", "Tasks not completed", ["priority"], registry=self._registry
        )

    def turn_ended(self, record: TurnRecord) -> None:
        self._turns.labels(record.route.value, record.outcome.value).inc()
        self._turn_seconds.observe(record.duration_ms / 1000)
        for node, milliseconds in record.node_ms.items():
            self._node_seconds.labels(node).observe(milliseconds / 1000)

    def render(self, patients: int, desks: int, open_tasks: Iterable[Task]) -> bytes:
        self._connections.labels("patient").set(patients)
        self._connections.labels("desk").set(desks)
        counts = dict.fromkeys(Priority, 0)
        for task in open_tasks:
            counts[task.priority] += 1
        for priority, count in counts.items():
            self._tasks.labels(priority.value).set(count)
        return generate_latest(self._registry)


class _Metered:
    """A transcript that tells of every turn it has finished."""

    def __init__(self, inner: Transcript, ended: Callable[[TurnRecord], None]) -> None:
        self._inner = inner
        self._ended = ended

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def finish_turn(
        self, record: TurnRecord, messages: Sequence[Message], events: Sequence[LedgerEvent]
    ) -> tuple[Message, ...]:
        finished = await self._inner.finish_turn(record, messages, events)
        self._ended(record)
        return finished


def metered(transcript: Transcript, ended: Callable[[TurnRecord], None]) -> Transcript:
    return cast(Transcript, _Metered(transcript, ended))
