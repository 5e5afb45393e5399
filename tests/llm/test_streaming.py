"""Sentences over a real WebSocket: each arrives before the message that takes its place."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agent.bootstrap import Models
from agent.domain.terms import Role
from tests.llm.composing import writes
from tests.llm.endpoint import Behaviour, Endpoint, Says, serving
from tests.server.conftest import Chat, Served, write_practice
from tests.server.conftest import serving as server_over

GOOD = (
    "Patients park for free in the garage at 40 Elm Street.",
    "The entrance is on the north side.",
)
ASKED = "Where can I park?"


@contextmanager
def endpoint_in_a_thread(endpoint: Endpoint) -> Iterator[Endpoint]:
    """The server runs on a loop of its own, so the endpoint does too."""
    is_up, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(endpoint):
            is_up.set()
            await asyncio.to_thread(over.wait)

    running = threading.Thread(target=lambda: asyncio.run(serve()))
    running.start()
    is_up.wait(20)
    try:
        yield endpoint
    finally:
        over.set()
        running.join(20)


@pytest.fixture(scope="module")
def served_with_a_model(
    tmp_path_factory: pytest.TempPathFactory, models: Models
) -> Iterator[tuple[Served, Endpoint]]:
    folder = tmp_path_factory.mktemp("streamed")
    with endpoint_in_a_thread(Endpoint()) as endpoint, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTICO_LLM_BASE_URL", endpoint.url)
        patch.setenv("PORTICO_LLM_MODEL", "scripted")
        practice = write_practice(folder / "practice")
        with server_over(practice, folder / "data", models) as served:
            yield served, endpoint


def turn_of(chat: Chat, said: Behaviour, endpoint: Endpoint) -> list[dict[str, object]]:
    """The frames of a turn from the question to its end."""
    endpoint.script(said)
    chat.seen.clear()
    chat.say(ASKED)
    chat.until("status", state="idle")
    return [f for f in chat.seen if f["type"] == "delta" or f.get("author") == "assistant"]


def test_sentences_come_before_the_message_that_is_made_of_them(
    served_with_a_model: tuple[Served, Endpoint],
) -> None:
    served, endpoint = served_with_a_model
    with served.talk(served.new_patient()) as chat:
        frames = turn_of(chat, writes(" ".join(GOOD)), endpoint)
        first, second, message = [f for f in frames if f["type"] != "status"]
        assert first == {
            "type": "delta",
            "turn": message["reply_to"],
            "number": 1,
            "text": GOOD[0],
        }
        assert second["text"] == GOOD[1]
        assert message["text"] == " ".join(GOOD)
        assert chat.seqs == [1, 2]


def test_what_is_taken_back_is_replaced_by_the_approved_words(
    served_with_a_model: tuple[Served, Endpoint],
) -> None:
    served, endpoint = served_with_a_model
    with served.talk(served.new_patient()) as chat:
        frames = turn_of(chat, writes(f"{GOOD[0]} It costs $9.00 a day."), endpoint)
        delta, message = [f for f in frames if f["type"] != "status"]
        assert delta["text"] == GOOD[0]
        assert message["reply_to"] == delta["turn"]
        assert "$9" not in str(message["text"])
        assert str(message["text"]).startswith("Patients park for free")


def test_who_comes_back_gets_the_message_and_no_sentence(
    served_with_a_model: tuple[Served, Endpoint],
) -> None:
    served, endpoint = served_with_a_model
    patient = served.new_patient()
    slow = Says(pieces=(f"{GOOD[0]} The", " entrance is on the north side."), slow=0.4)
    endpoint.script(writes(slow))
    with served.talk(patient) as chat:
        chat.say(ASKED)
        chat.until("delta", number=1)
    with served.talk(patient) as again:
        assert again.until("message", author="assistant")["text"] == " ".join(GOOD)
        assert [f["number"] for f in again.seen if f["type"] == "delta"] in ([], [2])


def test_the_desk_shows_which_words_a_model_wrote(
    served_with_a_model: tuple[Served, Endpoint],
) -> None:
    served, endpoint = served_with_a_model
    with served.talk(served.new_patient()) as chat:
        turn_of(chat, writes(" ".join(GOOD)), endpoint)
        conversation = chat.ready["conversation"]
    with served.desk(Role.MANAGER) as desk:
        (turn,) = desk.get(f"/v1/staff/conversations/{conversation}").json()["turns"]
    (wrote,) = [call for call in turn["model_calls"] if call["writes"]]
    assert wrote == {
        "model": "scripted",
        "prompt": "compose@1",
        "outcome": "used",
        "writes": True,
    }
