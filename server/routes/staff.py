"""`/v1/staff`: what people at the desk read and do, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from agent.domain.audit import LedgerEvent
from agent.domain.conversation import Message
from agent.domain.ids import ConversationId, DraftId, PatientId, TaskId
from agent.domain.terms import DraftStatus, TaskCode, TaskStatus
from server.access import AtDesk, Desk
from server.desk_shapes import (
    Json,
    Names,
    audit_json,
    draft_json,
    event_json,
    member_json,
    patient_json,
    policy_json,
    staff_json,
    task_json,
    turn_json,
)
from server.errors import Problem
from server.login import TooManyTries
from server.permissions import may_see_task
from server.protocol import MAX_TEXT, Frame, message_frame
from server.staff_sessions import COOKIE, LIFETIME
from server.world import Here

router = APIRouter(prefix="/v1/staff")

OPEN = frozenset({TaskStatus.REQUESTED, TaskStatus.ACCEPTED})
MOST_RECORDS = 1000


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Credentials(Body):
    staff_id: Annotated[str, Field(max_length=64)]
    password: Annotated[str, Field(max_length=256)]


class Completion(Body):
    disposition: Annotated[str, Field(min_length=1, max_length=200)]
    note: Annotated[str, Field(max_length=MAX_TEXT)] = ""


class Words(Body):
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class Rejection(Body):
    reason: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class PolicyChange(Body):
    automation: dict[str, str] = {}
    thresholds: dict[str, float] = {}


# --- the session ---


@router.post("/login")
async def login(
    credentials: Credentials, request: Request, response: Response, world: Here
) -> Json:
    address = request.client.host if request.client else ""
    try:
        member = await world.login.check(credentials.staff_id, credentials.password, address)
    except TooManyTries as error:
        raise Problem(
            429, "rate_limited", "too many tries; wait a moment", error.retry_after
        ) from None
    agent = world.agent
    if member is None:
        # The id that was typed may be anything, a password too: it is not written down.
        await agent.record(LedgerEvent("login.refused", agent.clock.now(), "system"))
        raise Problem(401, "unauthorized", "wrong name or password")
    session, cookie = world.sessions.begin(member.id)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=world.settings.env == "production" or request.url.scheme == "https",
    )
    await agent.record(LedgerEvent("staff.logged_in", agent.clock.now(), f"staff:{member.id}"))
    return {"staff": member_json(member), "csrf": world.sessions.csrf_token(session)}


@router.post("/logout", status_code=204)
async def logout(desk: AtDesk, response: Response) -> None:
    desk.world.sessions.end(desk.session)
    response.delete_cookie(COOKIE)
    agent = desk.world.agent
    actor = f"staff:{desk.member.id}"
    await agent.record(LedgerEvent("staff.logged_out", agent.clock.now(), actor))


@router.get("/me")
async def me(desk: AtDesk) -> Json:
    return member_json(desk.member) | {"csrf": desk.world.sessions.csrf_token(desk.session)}


# --- the queue ---


@router.get("/tasks")
async def tasks(
    desk: AtDesk, status: TaskStatus | None = None, code: TaskCode | None = None
) -> list[Json]:
    statuses = OPEN if status is None else frozenset({status})
    found = await desk.world.agent.desk.tasks(statuses, code)
    names = _names(desk)
    return [await task_json(task, names) for task in found if may_see_task(desk.member, task)]


@router.post("/tasks/{task_id}/claim")
async def claim(task_id: str, desk: AtDesk) -> Json:
    task = await desk.task(TaskId(task_id))
    return await task_json(await desk.world.agent.claim_task(task.id, desk.member), _names(desk))


@router.post("/tasks/{task_id}/release")
async def release_task(task_id: str, desk: AtDesk) -> Json:
    task = await desk.task(TaskId(task_id))
    return await task_json(await desk.world.agent.release_task(task.id, desk.member), _names(desk))


@router.post("/tasks/{task_id}/complete")
async def complete(task_id: str, completion: Completion, desk: AtDesk) -> Json:
    task = await desk.task(TaskId(task_id))
    completed = await desk.world.agent.complete_task(
        task.id, desk.member, completion.disposition, completion.note
    )
    return await task_json(completed, _names(desk))


# --- conversations ---


@router.get("/conversations/{conversation_id}")
async def conversation(conversation_id: str, desk: AtDesk) -> Json:
    found = await desk.conversation(ConversationId(conversation_id))
    agent = desk.world.agent
    actor = f"staff:{desk.member.id}"
    await agent.record(
        LedgerEvent("conversation.viewed", agent.clock.now(), actor, found.id, found.patient_id)
    )
    names = _names(desk)
    entries = await agent.transcript.entries(found.id)
    drafts = await agent.desk.drafts(None, found.id)
    its_tasks = await agent.desk.tasks(frozenset(TaskStatus), conversation_id=found.id)
    return {
        "id": found.id,
        "patient": patient_json(found.patient_id, await names.patient(found.patient_id)),
        "control": found.control.value,
        "staff": staff_json(found.staff),
        "messages": [message_frame(entry) for entry in entries if isinstance(entry, Message)],
        "turns": [turn_json(record) for record in await agent.transcript.turns(found.id)],
        "events": [event_json(record) for record in await agent.ledger.records(found.id)],
        "drafts": [await draft_json(draft, names) for draft in drafts],
        "tasks": [await task_json(task, names) for task in its_tasks],
    }


@router.post("/conversations/{conversation_id}/take")
async def take(conversation_id: str, desk: AtDesk) -> Json:
    found = await desk.conversation(ConversationId(conversation_id))
    change = await desk.world.agent.take(found.id, desk.member)
    return {"control": change.by.value, "staff": staff_json(change.staff)}


@router.post("/conversations/{conversation_id}/release")
async def release(conversation_id: str, desk: AtDesk) -> Json:
    found = await desk.conversation(ConversationId(conversation_id))
    change = await desk.world.agent.release(found.id, desk.member)
    return {"control": change.by.value, "staff": None}


@router.post("/conversations/{conversation_id}/reply")
async def reply(conversation_id: str, words: Words, desk: AtDesk) -> Frame:
    found = await desk.conversation(ConversationId(conversation_id))
    return message_frame(await desk.world.agent.reply(found.id, desk.member, words.text))


# --- drafts ---


@router.get("/drafts")
async def drafts(desk: AtDesk) -> list[Json]:
    names = _names(desk)
    return [
        await draft_json(draft, names)
        for draft in await desk.world.agent.desk.drafts()
        if await desk.may_see(draft.conversation_id, draft.patient_id)
    ]


@router.post("/drafts/{draft_id}/approve")
async def approve(draft_id: str, desk: AtDesk) -> Json:
    return await _decide(desk, draft_id, DraftStatus.APPROVED)


@router.post("/drafts/{draft_id}/edit")
async def edit(draft_id: str, words: Words, desk: AtDesk) -> Json:
    return await _decide(desk, draft_id, DraftStatus.EDITED, text=words.text)


@router.post("/drafts/{draft_id}/reject")
async def reject(draft_id: str, rejection: Rejection, desk: AtDesk) -> Json:
    return await _decide(desk, draft_id, DraftStatus.REJECTED, reason=rejection.reason)


async def _decide(desk: Desk, draft_id: str, status: DraftStatus, **words: str) -> Json:
    draft = await desk.draft(DraftId(draft_id))
    decided = await desk.world.agent.decide_draft(draft.id, desk.member, status, **words)
    return await draft_json(decided, _names(desk))


# --- oversight ---


@router.get("/audit")
async def audit(
    desk: AtDesk,
    patient: str | None = None,
    conversation: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS)] = MOST_RECORDS,
) -> list[Json]:
    """The newest `limit` records, oldest first."""
    records = await desk.world.agent.ledger.records(
        ConversationId(conversation) if conversation else None,
        PatientId(patient) if patient else None,
    )
    return [audit_json(record) for record in records[-limit:]]


@router.get("/policy")
async def policy(desk: AtDesk) -> Json:
    return policy_json(desk.world.agent.practice)


@router.put("/policy")
async def change_policy(change: PolicyChange, desk: AtDesk) -> Json:
    changes = {f"automation.{route}": mode for route, mode in change.automation.items()}
    changes |= {f"thresholds.{name}": str(value) for name, value in change.thresholds.items()}
    return policy_json(await desk.world.agent.change_policy(desk.member, changes))


def _names(desk: Desk) -> Names:
    return Names(desk.world.agent.practice, desk.world.agent.ehr)
