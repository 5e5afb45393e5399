"""One patient's records out of the EHR: fetched, shown to be that patient's, and made ours."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from agent.adapters.directory import DirectoryShape
from agent.adapters.ehr.rest.client import RestClient
from agent.adapters.ehr.rest.dialect import KIND_OF, Dialect, Kind, Operation, Verb
from agent.adapters.ehr.rest.rows import (
    OWNER,
    AccountRow,
    AppointmentRow,
    CoverageRow,
    FormRow,
    MedicationRequestRow,
    MessageRow,
    OrderRow,
    PatientRow,
    Row,
    Rows,
    Unreadable,
)
from agent.domain.booking import Appointment
from agent.domain.ids import (
    AppointmentId,
    LocationId,
    PatientId,
    PractitionerId,
    ServiceTypeId,
)
from agent.domain.incidents import Stranger
from agent.domain.people import Patient
from agent.domain.records import (
    Account,
    Charge,
    Coverage,
    Form,
    MedicationRequest,
    Order,
    Payment,
)
from agent.domain.terms import Capability
from agent.ports import Clock, EhrUnavailable, Incidents, NotFound

log = logging.getLogger(__name__)

AnyRow = TypeVar("AnyRow", bound=Row)


class Records:
    """Raises `EhrUnavailable` when the EHR does not answer or the dialect has no such operation."""

    def __init__(
        self,
        dialect: Dialect,
        client: RestClient,
        rows: Rows,
        directory: DirectoryShape,
        incidents: Incidents,
        clock: Clock,
    ) -> None:
        self._dialect = dialect
        self._client = client
        self._rows = rows
        self._incidents = incidents
        self._clock = clock
        self._service_of = {s.code or s.id: s.id for s in directory.service_types}
        self._place_of = {p.id: p.location_id for p in directory.practitioners}

    def operation(self, name: str) -> Operation:
        operation = self._dialect.operations.get(name)
        if operation is None:
            raise EhrUnavailable(f"{self._dialect.name} has no {name}")
        return operation

    async def patient(self, patient_id: PatientId) -> Patient | None:
        body = await self._client.read(self.operation(Verb.PATIENT), {"patient": patient_id})
        if body is None:
            return None
        try:
            picked = self._rows.picked(Kind.PATIENT, body)
            row = self._rows.read(PatientRow, picked)
        except Unreadable as error:
            raise EhrUnavailable(f"a patient's record: {error}") from None
        if row.id != patient_id:
            await self._stranger(Kind.PATIENT, patient_id, row.id)
            return None
        return Patient(
            id=patient_id,
            first_name=row.first_name,
            last_name=row.last_name,
            birth_date=row.birth_date,
            preferred_name=row.preferred_name,
            phone=row.phone,
            language=row.language,
            preferred_channel=row.preferred_channel,
            ai_chat_consent=row.ai_chat_consent,
            practitioner_ids=tuple(PractitionerId(person) for person in row.practitioner_ids),
        )

    async def appointment_rows(self, patient_id: PatientId) -> tuple[AppointmentRow, ...]:
        rows = await self._list(Capability.LIST_APPOINTMENTS, patient_id, AppointmentRow)
        return tuple(sorted(rows, key=lambda row: row.start))

    async def appointment_row(
        self, patient_id: PatientId, appointment_id: str
    ) -> AppointmentRow | None:
        """One of the patient's by its id; None when it is not there or not readable as theirs."""
        operation = self.operation(Verb.APPOINTMENT)
        body = await self._client.read(operation, {"appointment": appointment_id})
        rows = [] if body is None else [body]
        found = await self._own(Kind.APPOINTMENT, patient_id, rows, AppointmentRow)
        return next((row for row in found if row.id == appointment_id), None)

    def appointment(self, row: AppointmentRow) -> Appointment:
        location = row.location_id or self._place_of.get(row.practitioner_id)
        return Appointment(
            id=AppointmentId(row.id),
            patient_id=PatientId(row.patient_id),
            practitioner_id=PractitionerId(row.practitioner_id),
            service_type=ServiceTypeId(self._service_of.get(row.service_type, row.service_type)),
            start=row.start,
            status=row.status,
            modality=row.modality,
            telehealth_url=row.telehealth_url,
            location_id=LocationId(location) if location else None,
        )

    async def account(self, patient_id: PatientId) -> Account | None:
        operation = self.operation(Capability.BALANCE)
        body = await self._client.read(operation, {"patient": patient_id})
        bodies = [] if body is None else [body]
        found = await self._own(Kind.ACCOUNT, patient_id, bodies, AccountRow)
        if body is not None and not found:
            raise EhrUnavailable("an account that cannot be read as this patient's")
        return next((_account(row) for row in found), None)

    async def coverages(self, patient_id: PatientId) -> tuple[Coverage, ...]:
        rows = await self._list(Capability.COVERAGE, patient_id, CoverageRow)
        return tuple(
            Coverage(
                patient_id=patient_id,
                payer=row.payer,
                plan=row.plan,
                member_id=row.member_id,
                copay_cents=row.copay,
                status=row.status,
                sessions_remaining=row.sessions_remaining,
                authorization_expires=row.authorization_expires,
            )
            for row in rows
        )

    async def medication_requests(self, patient_id: PatientId) -> tuple[MedicationRequest, ...]:
        rows = await self._list(Capability.MEDICATION_REQUESTS, patient_id, MedicationRequestRow)
        return tuple(
            MedicationRequest(
                id=row.id,
                patient_id=patient_id,
                medication=row.medication,
                status=row.status,
                refills_remaining=row.refills_remaining,
                prescriber_id=PractitionerId(row.prescriber_id) if row.prescriber_id else None,
                pharmacy=row.pharmacy,
                controlled=row.controlled,
            )
            for row in rows
        )

    async def orders(self, patient_id: PatientId) -> tuple[Order, ...]:
        rows = await self._list(Capability.ORDERS, patient_id, OrderRow)
        return tuple(
            Order(
                id=row.id,
                patient_id=patient_id,
                kind=row.kind,
                description=row.description,
                status=row.status,
                ordered_on=row.ordered_on,
                expected_on=row.expected_on,
                note=row.note,
            )
            for row in rows
        )

    async def forms(self, patient_id: PatientId) -> tuple[Form, ...]:
        rows = await self._list(Capability.FORMS, patient_id, FormRow)
        return tuple(
            Form(row.id, patient_id, row.name, row.status, row.due, row.url or "") for row in rows
        )

    async def messages(
        self, patient_id: PatientId, thread_id: str | None
    ) -> tuple[MessageRow, ...]:
        """A thread's messages; without one, the patient's threads. `NotFound` for a thread that
        holds anything of somebody else: nothing is written into it."""
        name = Verb.LIST_THREADS if thread_id is None else Verb.READ_THREAD
        values = {"patient": patient_id, "thread": thread_id or ""}
        rows = await self._client.rows(self.operation(name), values)
        own = await self._own(Kind.MESSAGE, patient_id, rows, MessageRow)
        if thread_id is not None and len(own) < len(rows):
            raise NotFound("the thread is not wholly this patient's")
        return own

    async def _list(
        self, name: str, patient_id: PatientId, model: type[AnyRow]
    ) -> tuple[AnyRow, ...]:
        rows = await self._client.rows(self.operation(name), {"patient": patient_id})
        return await self._own(KIND_OF[name], patient_id, rows, model)

    async def _own(
        self, kind: Kind, patient_id: PatientId, rows: Iterable[object], model: type[AnyRow]
    ) -> tuple[AnyRow, ...]:
        """The rows that say they are the patient's. Somebody else's is an incident; one that says
        nothing of whose it is, or cannot be read, is left out."""
        own = []
        for row in rows:
            try:
                picked = self._rows.picked(kind, row)
                if await self._is_strangers(kind, patient_id, picked):
                    continue
                own.append(self._rows.read(model, picked))
            except Unreadable as error:
                log.warning("%s: a %s was left out: %s", self._dialect.name, kind, error)
        return tuple(own)

    async def _is_strangers(
        self, kind: Kind, patient_id: PatientId, picked: Mapping[str, Any]
    ) -> bool:
        owner = picked.get(OWNER)
        if owner is None:
            raise Unreadable(f"{OWNER}: missing")
        if str(owner) == patient_id:
            return False
        await self._stranger(kind, patient_id, str(picked.get("id", "")))
        return True

    async def _stranger(self, kind: Kind, patient_id: PatientId, found_id: str) -> None:
        at = self._clock.now()
        await self._incidents.stranger(Stranger(patient_id, kind, found_id[:200], at))


def _account(row: AccountRow) -> Account:
    return Account(
        patient_id=PatientId(row.patient_id),
        balance_cents=row.balance,
        as_of=row.as_of,
        charges=tuple(Charge(c.id, c.date, c.description, c.amount) for c in row.charges),
        payments=tuple(Payment(p.date, p.amount) for p in row.payments),
    )
