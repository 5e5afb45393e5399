"""The replies that wait for a person, in SQL; each is decided once."""

import uuid
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.adapters.store.cipher import FieldCipher
from agent.adapters.store.database import Database
from agent.adapters.store.tables import drafts
from agent.domain.conversation import Citation, Option
from agent.domain.desk import Decision, Draft, DraftRequest
from agent.domain.ids import ConversationId, DraftId, MessageId, PatientId, StaffId
from agent.domain.terms import DraftStatus, Kind, Route
from agent.ports import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What was asked and what would be sent; it stays as it was also when a person edits."""

    question: str
    text: str
    citations: tuple[Citation, ...]
    kind: Kind
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    """What a person wrote in deciding."""

    text: str | None
    reason: str | None


_PROPOSAL: TypeAdapter[_Proposal] = TypeAdapter(_Proposal)
_WORD: TypeAdapter[_Word] = TypeAdapter(_Word)


class SqlDrafts:
    """The drafts of `Desk`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def open_draft(self, request: DraftRequest) -> Draft:
        """The same key twice gives the first draft."""

        async def work(connection: AsyncConnection) -> Draft:
            same_key = select(drafts).where(drafts.c.key == request.key)
            standing = (await connection.execute(same_key)).first()
            if standing is not None:
                return self._draft(standing)
            draft_id = str(uuid.uuid4())
            await connection.execute(insert(drafts).values(self._row(request, draft_id)))
            return await self._standing(connection, DraftId(draft_id))

        return await self._database.write(work)

    async def draft(self, draft_id: DraftId) -> Draft | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(drafts).where(drafts.c.id == draft_id))).first()
        return None if row is None else self._draft(row)

    async def drafts(
        self,
        status: DraftStatus | None = DraftStatus.PENDING,
        conversation_id: ConversationId | None = None,
    ) -> tuple[Draft, ...]:
        wanted = select(drafts).order_by(drafts.c.created, drafts.c.id)
        if status is not None:
            wanted = wanted.where(drafts.c.status == status)
        if conversation_id is not None:
            wanted = wanted.where(drafts.c.conversation_id == conversation_id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(self._draft(row) for row in rows)

    async def decide(self, draft_id: DraftId, decision: Decision) -> Draft:
        """Raises `Conflict` when somebody decided it before, `NotFound` when there is none."""
        word = _WORD.dump_json(_Word(decision.text, decision.reason))

        async def work(connection: AsyncConnection) -> Draft:
            changed = await connection.execute(
                update(drafts)
                .where(drafts.c.id == draft_id, drafts.c.status == DraftStatus.PENDING)
                .values(
                    status=decision.status,
                    decided_by=decision.by,
                    decided_at=decision.at,
                    sealed_decision=self._cipher.seal_bytes(word, f"drafts/decision/{draft_id}"),
                )
            )
            standing = await self._standing(connection, draft_id)
            if changed.rowcount == 0:
                raise Conflict(f"draft {draft_id} was {standing.status} by {standing.decided_by}")
            return standing

        return await self._database.write(work)

    async def _standing(self, connection: AsyncConnection, draft_id: DraftId) -> Draft:
        row = (await connection.execute(select(drafts).where(drafts.c.id == draft_id))).first()
        if row is None:
            raise NotFound(f"draft {draft_id}")
        return self._draft(row)

    def _row(self, request: DraftRequest, draft_id: str) -> dict[str, Any]:
        proposal = _Proposal(
            request.question, request.text, request.citations, request.kind, request.options
        )
        body = _PROPOSAL.dump_json(proposal)
        return {
            "id": draft_id,
            "key": request.key,
            "conversation_id": request.conversation_id,
            "patient_id": request.patient_id,
            "message_id": request.message_id,
            "route": request.route,
            "status": DraftStatus.PENDING,
            "created": request.created,
            "sealed_proposal": self._cipher.seal_bytes(body, f"drafts/proposal/{draft_id}"),
        }

    def _draft(self, row: Any) -> Draft:
        body = self._cipher.open_bytes(row.sealed_proposal, f"drafts/proposal/{row.id}")
        proposal = _PROPOSAL.validate_json(body)
        word = _Word(None, None)
        if row.sealed_decision is not None:
            said = self._cipher.open_bytes(row.sealed_decision, f"drafts/decision/{row.id}")
            word = _WORD.validate_json(said)
        return Draft(
            id=DraftId(row.id),
            conversation_id=ConversationId(row.conversation_id),
            patient_id=PatientId(row.patient_id),
            message_id=MessageId(row.message_id),
            route=Route(row.route),
            question=proposal.question,
            text=proposal.text if word.text is None else word.text,
            created=row.created,
            status=DraftStatus(row.status),
            citations=proposal.citations,
            kind=proposal.kind,
            options=proposal.options,
            decided_by=StaffId(row.decided_by) if row.decided_by else None,
            decided_at=row.decided_at,
            reason=word.reason,
        )
