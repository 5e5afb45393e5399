"""What an EHR adapter that answers from copies has beside `Ehr`: how old they are."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from agent.ports import EhrUnavailable


@runtime_checkable
class Mirrored(Protocol):
    """On the same object as `Ehr`; an adapter without it tells what is true now."""

    @property
    def as_of(self) -> datetime:
        """When what it tells was true, aware: every listing says so to the patient."""
        ...


class Outdated(EhrUnavailable):
    """What the adapter has is a copy, true at `as_of` (aware), and too old to be told."""

    def __init__(self, as_of: datetime) -> None:
        super().__init__("the copy is too old")
        self.as_of = as_of
