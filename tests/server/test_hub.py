"""Fan-out reaches everybody who watches, and nobody who does not; slow watchers are let go."""

import asyncio
from datetime import UTC, datetime

from agent.domain.conversation import Delta, Message
from agent.domain.ids import ConversationId, MessageId
from agent.domain.terms import Author
from server.hub import Hub, Lagged, Status, Watcher

AT = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
HERS, HIS = ConversationId("hers"), ConversationId("his")


def message(conversation: ConversationId, seq: int = 1) -> Message:
    return Message(conversation, MessageId(f"m{seq}"), AT, Author.PATIENT, "hi", seq=seq)


async def drained(watcher: Watcher) -> list[object]:
    news: list[object] = []
    while True:
        try:
            async with asyncio.timeout(0):
                news.append(await watcher.next())
        except TimeoutError:
            return news


async def test_every_tab_and_desk_hears_and_no_other_patient() -> None:
    hub = Hub()
    with (
        hub.watching(HERS) as one,
        hub.watching(HERS) as two,
        hub.watching(HIS) as other,
        hub.watching_desk() as desk,
    ):
        hub.entry(message(HERS))
        hub.status(HERS, "thinking")
        status = Status(HERS, "thinking")
        assert await drained(one) == await drained(two) == [message(HERS), status]
        assert await drained(other) == []
        assert await drained(desk) == [message(HERS)]
        assert hub.watched() == (3, 1)
    assert hub.watched() == (0, 0)


async def test_a_sentence_of_a_coming_message_is_for_the_patient_alone() -> None:
    hub = Hub()
    delta = Delta(HERS, MessageId("m1"), 1, "Parking is free.")
    with hub.watching(HERS) as hers, hub.watching(HIS) as his, hub.watching_desk() as desk:
        hub.delta(delta)
        assert await drained(hers) == [delta]
        assert await drained(his) == await drained(desk) == []


async def test_nobody_has_to_watch() -> None:
    hub = Hub()
    hub.entry(message(HERS))
    hub.status(HERS, "idle")
    assert hub.watched() == (0, 0)


async def test_who_does_not_keep_up_hears_one_last_thing() -> None:
    watcher = Watcher(size=3)
    for seq in range(1, 10):
        watcher.put(message(HERS, seq))
    (last,) = await drained(watcher)
    assert isinstance(last, Lagged)
