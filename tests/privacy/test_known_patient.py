"""What the record says of a signed-in patient is known before a message is shown to a model."""

from agent.domain.ids import PatientId
from tests.agent.conftest import World, models, start
from tests.llm.conftest import endpoint, no_pauses, with_model, world
from tests.llm.endpoint import Endpoint
from tests.llm.reading import read

__all__ = ["endpoint", "models", "no_pauses", "start", "with_model", "world"]


async def test_record_and_birth_date_reach_no_model(
    world: World,
    endpoint: Endpoint,
) -> None:
    patient = await world.ehr.patient(PatientId("PT-1"))
    assert patient is not None
    born = f"{patient.birth_date:%m %d %y}"
    endpoint.script(read())
    chat = await world.chat()
    await world.say(chat, f"could you sort out my thing, pt 1 here, it was {born}")
    sent = endpoint.text().lower()
    assert "sort out my thing" in sent
    assert "pt 1" not in sent
    assert born not in sent
