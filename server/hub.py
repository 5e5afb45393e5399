"""Tells every connection of a conversation, and every live desk, what happens as it happens.

In-process fan-out behind the agent's `Broadcast` port. A watcher has a bounded queue; one that does
not keep up gets a single `Lagged` and nothing more, so that a slow phone costs no memory and its
connection resumes by `seq`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from agent.domain.conversation import Delta, Entry
from agent.domain.desk import Draft, Task
from agent.domain.ids import ConversationId

QUEUE = 500


@dataclass(frozen=True, slots=True)
class Status:
    conversation_id: ConversationId
    state: str


class Lagged:
    """The last thing a watcher hears that did not keep up."""


class Expired:
    """Put by a connection's own timer: its token has run out."""


News = Entry | Status | Delta | Task | Draft | Lagged | Expired


class Watcher:
    def __init__(self, size: int = QUEUE) -> None:
        self._queue: asyncio.Queue[News] = asyncio.Queue(size)
        self._lagged = False

    async def next(self) -> News:
        return await self._queue.get()

    def put(self, news: News) -> None:
        """Never blocks; what does not fit is replaced, all of it, by one `Lagged`."""
        if self._lagged:
            return
        try:
            self._queue.put_nowait(news)
        except asyncio.QueueFull:
            self._lagged = True
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(Lagged())


class Hub:
    def __init__(self) -> None:
        self._conversations: defaultdict[ConversationId, set[Watcher]] = defaultdict(set)
        self._desks: set[Watcher] = set()

    # --- agent.ports.Broadcast ---

    def entry(self, entry: Entry) -> None:
        self._tell(self._patients(entry.conversation_id), entry)
        self._tell(self._desks, entry)

    def status(self, conversation_id: ConversationId, state: str) -> None:
        self._tell(self._patients(conversation_id), Status(conversation_id, state))

    def delta(self, delta: Delta) -> None:
        self._tell(self._patients(delta.conversation_id), delta)

    def task(self, task: Task) -> None:
        self._tell(self._desks, task)

    def draft(self, draft: Draft) -> None:
        self._tell(self._desks, draft)

    # --- for the routes ---

    @contextmanager
    def watching(self, conversation_id: ConversationId) -> Iterator[Watcher]:
        watcher = Watcher()
        self._conversations[conversation_id].add(watcher)
        try:
            yield watcher
        finally:
            self._conversations[conversation_id].discard(watcher)
            if not self._conversations[conversation_id]:
                del self._conversations[conversation_id]

    @contextmanager
    def watching_desk(self) -> Iterator[Watcher]:
        watcher = Watcher()
        self._desks.add(watcher)
        try:
            yield watcher
        finally:
            self._desks.discard(watcher)

    def watched(self) -> tuple[int, int]:
        """Open patient connections and open desks."""
        return sum(len(watchers) for watchers in self._conversations.values()), len(self._desks)

    def _patients(self, conversation_id: ConversationId) -> set[Watcher]:
        return self._conversations.get(conversation_id, set())

    def _tell(self, watchers: set[Watcher], news: News) -> None:
        for watcher in watchers:
            watcher.put(news)
