"""The dialect files: whole, labelled, and no field that no row has."""

import pytest

from agent.adapters.ehr import ADAPTERS
from agent.adapters.ehr.rest.dialect import DIALECTS, Kind, load_dialect
from agent.adapters.ehr.rest.rows import (
    AccountRow,
    AppointmentRow,
    CoverageRow,
    FormRow,
    MedicationRequestRow,
    MessageRow,
    OrderRow,
    PatientRow,
    Row,
)
from agent.domain.booking import AppointmentStatus
from agent.domain.records import FormStatus, MedicationRequestStatus, OrderStatus
from agent.domain.terms import Capability

ROWS: dict[Kind, type[Row]] = {
    Kind.PATIENT: PatientRow,
    Kind.APPOINTMENT: AppointmentRow,
    Kind.ACCOUNT: AccountRow,
    Kind.COVERAGE: CoverageRow,
    Kind.MEDICATION_REQUEST: MedicationRequestRow,
    Kind.ORDER: OrderRow,
    Kind.FORM: FormRow,
    Kind.MESSAGE: MessageRow,
}
STATUSES = {
    Kind.APPOINTMENT: AppointmentStatus,
    Kind.MEDICATION_REQUEST: MedicationRequestStatus,
    Kind.ORDER: OrderStatus,
    Kind.FORM: FormStatus,
}
CAN = {
    "crystal_pm": {
        "list_appointments",
        "confirm_appointment",
        "get_balance",
        "get_coverage",
        "list_medication_requests",
        "order_status",
        "form_status",
        "post_message",
        "read_webhook",
    },
    "therapynotes": {"list_appointments", "find_slots", "book_appointment"},
    "simplepractice": {"list_appointments"},
    "theranest": set(),
    "valant": set(),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_can_what_its_sources_give_and_no_more(name: str) -> None:
    assert {str(one) for one in load_dialect(name).capabilities} == CAN[name]
    assert name in ADAPTERS


@pytest.mark.parametrize("name", DIALECTS)
def test_every_field_is_one_that_its_row_has(name: str) -> None:
    for kind, fields in load_dialect(name).fields.items():
        required = {n for n, f in ROWS[kind].model_fields.items() if f.is_required()}
        assert fields.keys() <= ROWS[kind].model_fields.keys(), kind
        assert required <= fields.keys(), kind


@pytest.mark.parametrize("name", DIALECTS)
def test_every_status_can_be_said(name: str) -> None:
    dialect = load_dialect(name)
    for kind, statuses in STATUSES.items():
        if kind in dialect.fields:
            said = set(dialect.words[f"{kind}.status"].values())
            assert said <= set(statuses)
            if kind is Kind.APPOINTMENT:
                said |= {AppointmentStatus.WAITLIST}
            assert said == set(statuses), kind


def test_a_name_without_a_printed_path_is_marked_so() -> None:
    quoted = {
        (name, operation)
        for name in DIALECTS
        for operation, told in load_dialect(name).operations.items()
        if told.quoted
    }
    assert quoted == {
        ("crystal_pm", "post_message"),
        ("crystal_pm", "read_thread"),
        ("crystal_pm", "list_threads"),
        ("therapynotes", "patient"),
        ("therapynotes", "list_appointments"),
        ("therapynotes", "appointment"),
        ("therapynotes", Capability.FIND_SLOTS),
        ("therapynotes", Capability.BOOK),
    }
