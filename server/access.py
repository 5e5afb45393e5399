"""Lets staff in: the session behind the cookie, the CSRF token, the role for the route."""

from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Depends
from starlette.requests import HTTPConnection

from agent.domain.audit import LedgerEvent
from agent.domain.conversation import Conversation
from agent.domain.desk import Draft, Task
from agent.domain.ids import ConversationId, DraftId, PatientId, TaskId
from agent.policy import StaffMember
from server.errors import Problem
from server.permissions import may_call, may_decide, may_see_patient, may_see_task
from server.staff_sessions import COOKIE, CSRF_HEADER, StaffSession
from server.world import Here, World

log = structlog.get_logger("server.access")

SAFE_METHODS = frozenset({"GET", "WS"})


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is at the desk, and what they reach from there."""

    member: StaffMember
    session: StaffSession
    world: World

    async def task(self, task_id: TaskId) -> Task:
        """A task that this member may see; otherwise it does not exist."""
        task = await self.world.agent.desk.task(task_id)
        if task is None or not may_see_task(self.member, task):
            raise await self._hidden("task", task_id, task.patient_id if task else None)
        return task

    async def conversation(self, conversation_id: ConversationId) -> Conversation:
        """A conversation that this member may see; otherwise it does not exist."""
        found = await self.world.agent.transcript.conversation(conversation_id)
        if found is None or not await self.may_see(conversation_id, found.patient_id):
            patient_id = found.patient_id if found else None
            raise await self._hidden("conversation", conversation_id, patient_id)
        return found

    async def draft(self, draft_id: DraftId) -> Draft:
        """A draft that this member may decide."""
        draft = await self.world.agent.desk.draft(draft_id)
        if draft is None or not await self.may_see(draft.conversation_id, draft.patient_id):
            raise await self._hidden("draft", draft_id, draft.patient_id if draft else None)
        if not may_decide(self.member, draft):
            await self.refused(draft.patient_id, draft=draft_id)
            raise Problem(403, "forbidden", "a clinical reply is decided by a clinical role")
        return draft

    async def may_see(self, conversation_id: ConversationId, patient_id: PatientId) -> bool:
        if may_see_patient(self.member, patient_id):
            return True
        open_tasks = await self.world.agent.desk.tasks(conversation_id=conversation_id)
        return may_see_patient(self.member, patient_id, open_tasks)

    async def refused(self, patient_id: PatientId | None = None, **what: str) -> None:
        """Puts a refusal into the ledger; `what` was asked for, as ids and codes."""
        agent = self.world.agent
        await agent.record(
            LedgerEvent(
                "access.refused",
                agent.clock.now(),
                f"staff:{self.member.id}",
                patient_id=patient_id,
                data=dict(what),
            )
        )

    async def _hidden(self, kind: str, thing: str, patient_id: PatientId | None) -> Problem:
        if patient_id is not None:
            await self.refused(patient_id, **{kind: thing})
        return Problem(404, "not_found", f"no such {kind}")


async def at_desk(connection: HTTPConnection, world: Here) -> Desk:
    """The member behind the cookie, if the route is theirs. 401, 403."""
    session = world.sessions.read(connection.cookies.get(COOKIE))
    member = world.agent.practice.member(session.staff_id) if session else None
    if session is None or member is None:
        raise Problem(401, "unauthorized", "log in first")
    desk = Desk(member, session, world)
    method = "WS" if connection.scope["type"] == "websocket" else connection.scope["method"]
    path = connection.scope["route"].path
    if not may_call(member, method, path):
        await desk.refused(method=method, route=path)
        raise Problem(403, "forbidden", "your role does not open this")
    header = connection.headers.get(CSRF_HEADER)
    if method not in SAFE_METHODS and not world.sessions.csrf_holds(session, header):
        raise Problem(403, "csrf", f"the {CSRF_HEADER} header is missing or wrong")
    return desk


AtDesk = Annotated[Desk, Depends(at_desk)]
