"""Names and numbers that were planted in a conversation never reach the endpoint."""

import re

from tests.agent.conftest import World
from tests.llm.endpoint import Endpoint
from tests.llm.reading import read

PLANTED = (
    "joan",
    "ames",
    "ruth bell",
    "omar reyes",
    "dana desk",
    "303-555-0147",
    "joan.ames@example.test",
    "MRN 4471902",
    "4471902",
    "078-05-1120",
    "PT-1",
)
SAID = (
    "hi this is joan ames, could you sort out my thing with dr ruth bell",
    "my number is 303-555-0147 and my mail is joan.ames@example.test, dana desk knows",
    "it's MRN 4471902 if you need it, ssn 078-05-1120",
    "AMES here again, JOAN. omar reyes said to ask about the thing",
    "soy joan ames, mi teléfono es 303-555-0147, una pregunta sobre lo mío",
)


async def test_what_was_planted_is_in_nothing_that_was_sent(
    world: World, endpoint: Endpoint
) -> None:
    endpoint.script(read())
    chat = await world.chat()
    for text in SAID:
        await world.say(chat, text)
    await world.say(chat, "can I move my appointment to next week?")
    await world.say(chat, "the one that joan would like, with ruth bell")
    assert len(endpoint.received) >= len(SAID)
    sent = endpoint.text()
    found = [p for p in PLANTED if re.search(rf"\b{re.escape(p)}\b", sent, re.IGNORECASE)]
    assert found == []


async def test_the_practices_own_facts_stay_readable(world: World, endpoint: Endpoint) -> None:
    endpoint.script(read())
    chat = await world.chat()
    await world.say(chat, "is willow clinic the one on 1 Elm St?")
    assert "1 Elm St" in endpoint.text()
