"""`/healthz`, `/readyz`, `/metrics`: what whoever runs the server asks of it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from agent.domain.ids import ConversationId, PatientId
from knowledge.passage import PATIENTS
from server.desk_shapes import Json
from server.world import Here, World

router = APIRouter()
log = structlog.get_logger("server.health")

CHECK_SECONDS = 2.0


@router.get("/healthz")
async def healthz() -> Json:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(world: Here, response: Response) -> Json:
    """200 when every part answers, 503 with the parts that do not."""
    checks = {name: await _answers(name, check) for name, check in _checks(world).items()}
    ready = all(checks.values())
    response.status_code = 200 if ready else 503
    return {"status": "ready" if ready else "not_ready", "checks": checks}


@router.get("/metrics")
async def metrics(world: Here) -> Response:
    patients, desks = world.hub.watched()
    body = world.metrics.render(patients, desks, await world.agent.desk.tasks())
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def _checks(world: World) -> dict[str, Coroutine[Any, Any, object]]:
    agent = world.agent
    # One question goes through the sentence encoder and the index.
    retrieve = agent.rooms.retriever.retrieve
    return {
        "store": agent.transcript.conversation(ConversationId("readyz")),
        "ehr": agent.ehr.patient(PatientId("readyz")),
        "knowledge": asyncio.to_thread(retrieve, "ready?", audience=PATIENTS),
    }


async def _answers(name: str, check: Coroutine[Any, Any, object]) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check
    except Exception as error:
        log.exception("not_ready", part=name, error=type(error).__name__)
        return False
    return True
