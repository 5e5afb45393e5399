"""`MirrorEhr` answers from the last export that could be read, and says as of when."""

from datetime import datetime, timedelta

from agent.adapters.ehr.mirror.export import Export
from agent.adapters.undeclared import Undeclared
from agent.copies import Outdated
from agent.domain.booking import Appointment
from agent.domain.ids import PatientId
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.domain.terms import Capability
from agent.ports import Clock, EhrUnavailable

DECLARED = frozenset({Capability.LIST_APPOINTMENTS})


class MirrorEhr(Undeclared):
    """Who the patients are and what the practice offers holds as long as nothing newer comes; the
    appointments only for `max_age`."""

    def __init__(self, export: Export, max_age: timedelta, clock: Clock) -> None:
        self._export: Export | None = export
        self._max_age = max_age
        self._clock = clock

    def show(self, export: Export) -> None:
        """From now on this one is told."""
        self._export = export

    def close(self) -> None:
        """Forgets the patients; every read raises `EhrUnavailable` from here on."""
        self._export = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        return DECLARED

    @property
    def as_of(self) -> datetime:
        return self._standing().as_of

    async def patient(self, patient_id: PatientId) -> Patient | None:
        return self._standing().patients.get(patient_id)

    async def practitioners(self) -> tuple[Practitioner, ...]:
        return self._standing().people.practitioners

    async def locations(self) -> tuple[Location, ...]:
        return self._standing().people.locations

    async def service_types(self) -> tuple[ServiceType, ...]:
        return self._standing().people.service_types

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        """Raises `Outdated`."""
        export = self._standing()
        if self._clock.now() - export.as_of > self._max_age:
            raise Outdated(export.as_of)
        return export.appointments.get(patient_id, ())

    def _standing(self) -> Export:
        if self._export is None:
            raise EhrUnavailable("the mirror is closed")
        return self._export
