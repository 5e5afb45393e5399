"""What Portico keeps of its post with an EHR: Protocols that the store answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from agent.domain.correspondence import Arrival, EhrEvent, Thread, Unwritten
from agent.domain.ids import ConversationId, MessageId


class Inbox(Protocol):
    """What the EHR told, durable before a call returns."""

    async def take(
        self,
        adapter: str,
        events: Sequence[EhrEvent],
        at: datetime,
        cursor: str | None = None,
    ) -> int:
        """Stores the events that are not there yet, with the cursor they were polled by, all or
        nothing; returns how many were new."""
        ...

    async def cursor(self, adapter: str) -> str | None: ...

    async def waiting(self) -> tuple[int, ...]:
        """The numbers of what is not settled, oldest first."""
        ...

    async def arrival(self, number: int) -> Arrival | None:
        """None: settled, or never there."""
        ...

    async def assign(
        self, arrival: Arrival, conversation_id: ConversationId, message_id: MessageId
    ) -> None:
        """From now on the arrival is that message, and the conversation goes on in its thread
        too. What was assigned already stays so."""
        ...

    async def settle(self, number: int) -> None:
        """It is done; its content is forgotten."""
        ...

    async def written_there(
        self, conversation_id: ConversationId
    ) -> Mapping[MessageId, str | None]:
        """The conversation's messages that the patient wrote in the EHR, with their threads."""
        ...


class Outbox(Protocol):
    """How much of Portico's work the EHR has: cursors over what transcript and ledger hold."""

    async def behind(self, adapter: str) -> tuple[Thread, ...]:
        """The threads in which entries are missing."""
        ...

    async def posted(self, thread: Thread) -> None: ...

    async def begin(self, adapter: str) -> None:
        """The first time: what the ledger holds now stays here, and what follows is written."""
        ...

    async def unwritten(self, adapter: str) -> tuple[Unwritten, ...]:
        """The next parts of some chains; empty when the EHR has everything."""
        ...

    async def written(self, adapter: str, chain: str, position: int) -> None: ...
