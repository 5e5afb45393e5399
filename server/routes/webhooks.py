"""`POST /v1/webhooks/{adapter}`: what the EHR sends by itself. The signature, then the inbox.

A body is stored before it is acknowledged and worked on afterwards (`server.jobs.inbox`). How it
is read is the adapter's affair; this file knows no vendor.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import structlog
from fastapi import APIRouter, Request

from agent.domain.correspondence import is_sound
from agent.domain.terms import Capability
from agent.ports import Unreadable, Webhooks
from server.desk_shapes import Json
from server.errors import Problem
from server.world import Here, World

router = APIRouter()
log = structlog.get_logger("server.webhooks")

TIMESTAMP = "x-portico-timestamp"
SIGNATURE = "x-portico-signature"
SCHEME = "v1="
BEARER = "Bearer "
WINDOW_SECONDS = 300
PROCESSED = {"status": "processed"}


@router.post("/v1/webhooks/{adapter}")
async def webhook(adapter: str, request: Request, world: Here) -> Json:
    capabilities = _capabilities(adapter, world)
    secrets = _secrets(world)
    now = world.agent.clock.now()
    body = await request.body()
    if SIGNATURE in request.headers and Capability.WEBHOOKS in capabilities:
        signed_at = _check_signature(request, body, secrets, now)
        await _take(adapter, request, body, world, signed_at)
    else:
        _check_bearer(request, secrets, capabilities)
        world.mail.announced.set()
    return PROCESSED


async def _take(
    adapter: str, request: Request, body: bytes, world: World, signed_at: datetime
) -> None:
    """The events stand in the store when this returns. A repeated one changes nothing."""
    reader = cast(Webhooks, world.agent.ehr)
    try:
        events = reader.read_webhook(body, dict(request.headers), signed_at)
    except Unreadable as error:
        raise Problem(400, "bad_input", str(error)) from None
    if not all(is_sound(event) for event in events):
        raise Problem(400, "bad_input", "an id is empty or too long")
    new = await world.agent.inbox.take(adapter, events, world.agent.clock.now())
    log.info("webhook", adapter=adapter, events=len(events), new=new)
    if new:
        world.mail.arrived.set()


def _capabilities(adapter: str, world: World) -> frozenset[Capability]:
    """What the adapter can be told; 404 for any but the practice's own."""
    found = world.agent.ehr.capabilities & {Capability.WEBHOOKS, Capability.POLL}
    if adapter != world.agent.practice.ehr_adapter or not found:
        raise Problem(404, "not_found", "no such webhook")
    return found


def _secrets(world: World) -> Sequence[bytes]:
    configured = world.settings.ehr.webhook_secret
    if configured is None:
        raise Problem(503, "unavailable", "PORTICO_EHR_WEBHOOK_SECRET is not set")
    return [secret.strip().encode() for secret in configured.split(",")]


def _check_signature(
    request: Request, body: bytes, secrets: Sequence[bytes], now: datetime
) -> datetime:
    """When it was signed; 401 for a forged or stale one, and never says which."""
    timestamp = request.headers.get(TIMESTAMP, "")
    scheme, _, given = request.headers[SIGNATURE].partition(SCHEME)
    if scheme or not _is_fresh(timestamp, now):
        raise _unauthorized()
    signed = timestamp.encode() + b"." + body
    expected = [hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in secrets]
    if not any(_same(given, each) for each in expected):
        raise _unauthorized()
    return datetime.fromtimestamp(int(timestamp), UTC)


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW_SECONDS


def _check_bearer(
    request: Request, secrets: Sequence[bytes], capabilities: frozenset[Capability]
) -> None:
    """A FHIR rest-hook cannot sign: it sends a fixed header, which vouches for no content. It
    says only that something has changed, and Portico looks for itself."""
    scheme, _, given = request.headers.get("authorization", "").partition(BEARER)
    known = any(_same(given, secret.decode()) for secret in secrets)
    if scheme or not known or Capability.POLL not in capabilities:
        raise _unauthorized()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _unauthorized() -> Problem:
    return Problem(401, "unauthorized", "the signature does not hold")
