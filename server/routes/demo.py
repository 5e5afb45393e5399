"""`/v1/demo`: sample patients for the demo page, and the demo EHR for test programs.

Only with PORTICO_DEMO=1: whoever reaches these calls can be any sample patient.
"""

from datetime import timedelta
from typing import Annotated, Any, Protocol, runtime_checkable

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from agent.domain.ids import PatientId
from server.desk_shapes import Json
from server.errors import Problem
from server.tokens import make_patient_token
from server.world import Here

LIFETIME = timedelta(hours=1)


@runtime_checkable
class DemoRecords(Protocol):
    """What only the demo EHR can do: show everything it holds."""

    async def export(self) -> dict[str, Any]: ...


class Choice(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    patient: Annotated[str, Field(max_length=100)]


def demo_only(world: Here) -> None:
    if not world.settings.demo:
        raise Problem(404, "not_found", "only with PORTICO_DEMO=1")


router = APIRouter(prefix="/v1/demo", dependencies=[Depends(demo_only)])


@router.get("/patients")
async def patients(world: Here) -> list[Json]:
    return [
        {
            "id": patient["id"],
            "display_name": patient.get("preferred_name") or patient["first_name"],
            "language": patient["language"],
        }
        for patient in (await _records(world).export())["patients"]
    ]


@router.post("/token")
async def token(choice: Choice, world: Here) -> Json:
    if await world.agent.ehr.patient(PatientId(choice.patient)) is None:
        raise Problem(404, "not_found", "no such patient")
    signed = make_patient_token(PatientId(choice.patient), world.settings.token_key, LIFETIME)
    return {"token": signed, "expires_in": int(LIFETIME.total_seconds())}


@router.get("/ehr")
async def ehr(world: Here) -> Json:
    return await _records(world).export()


def _records(world: Here) -> DemoRecords:
    if not isinstance(world.agent.ehr, DemoRecords):
        raise Problem(404, "not_found", "only with the demo EHR")
    return world.agent.ehr
