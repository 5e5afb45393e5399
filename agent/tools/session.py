"""The binding of every tool call to the session's patient, with its trace."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from agent.copies import Mirrored, Outdated
from agent.domain.audit import ToolCall
from agent.domain.ids import IdempotencyKey, MessageId, PatientId
from agent.domain.terms import Capability
from agent.ports import (
    Ehr,
    EhrUnavailable,
    NotFound,
    Overlapping,
    PortError,
    SlotTaken,
    Unconfirmed,
)

T = TypeVar("T")

_OUTCOME: dict[type[PortError], str] = {
    EhrUnavailable: "failed:unavailable",
    Outdated: "failed:outdated",
    SlotTaken: "refused:slot_taken",
    Overlapping: "refused:overlapping",
    NotFound: "refused:not_found",
    Unconfirmed: "failed:unconfirmed",
}


class MissingCapability(PortError):
    """The EHR cannot do this; what was wanted becomes a task."""


@dataclass
class ToolSession:
    """One turn's tool calls. The patient id comes from the session and from nowhere else."""

    ehr: Ehr
    patient_id: PatientId
    message_id: MessageId
    calls: list[ToolCall] = field(default_factory=list)
    _read: dict[str, Any] = field(default_factory=dict)

    def can(self, capability: Capability) -> bool:
        return capability in self.ehr.capabilities

    @property
    def as_of(self) -> datetime | None:
        """When what the EHR tells was true; None: it tells what is true now."""
        return self.ehr.as_of if isinstance(self.ehr, Mirrored) else None

    def key(self, write: str) -> IdempotencyKey:
        """The same message gives the same key, also when the turn runs again after a crash."""
        return IdempotencyKey(f"{self.message_id}:{write}")

    async def call(
        self,
        name: str,
        work: Callable[[], Awaitable[T]],
        capability: Capability | None = None,
        *,
        writes: bool = False,
        once: bool = False,
    ) -> T:
        """Runs one tool and records how it ended; raises what the port raised.

        `once`: a read whose result holds for the turn, until something is written.
        """
        if once and name in self._read:
            remembered: T = self._read[name]
            return remembered
        if capability is not None and not self.can(capability):
            self.calls.append(ToolCall(name, "refused:capability", writes))
            raise MissingCapability(name)
        try:
            result = await work()
        except PortError as error:
            self.calls.append(ToolCall(name, _OUTCOME.get(type(error), "failed"), writes))
            raise
        self.calls.append(ToolCall(name, "ok", writes))
        if writes:
            self._read.clear()
        if once:
            self._read[name] = result
        return result
