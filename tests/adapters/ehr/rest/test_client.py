"""What an EHR may answer besides what was asked, over HTTP."""

import pytest

from agent.adapters.ehr.rest.dialect import DIALECTS
from agent.domain.ids import AppointmentId, IdempotencyKey, PatientId
from agent.ports import EhrUnavailable
from tests.adapters.ehr.rest.conftest import Open
from tests.ehr_stubs.stub import Trouble

MARI = PatientId("PT-1")
LISTING = ("crystal_pm", "therapynotes", "simplepractice")


@pytest.mark.parametrize("name", DIALECTS)
async def test_a_wrong_key_opens_nothing(opening: Open, name: str) -> None:
    async with opening(name, key="somebody-else") as opened:
        with pytest.raises(EhrUnavailable, match="401"):
            await opened.ehr.patient(MARI)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("status", [400, 401, 403, 409, 422, 302])
async def test_what_will_not_change_is_not_asked_twice(
    opening: Open, name: str, status: int
) -> None:
    async with opening(name) as opened:
        opened.stub.troubles = [("GET", Trouble(status))]
        with pytest.raises(EhrUnavailable, match=str(status)):
            await opened.ehr.patient(MARI)
        assert len(opened.stub.requests) == 1


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_read_is_tried_three_times(opening: Open, name: str, status: int) -> None:
    async with opening(name) as opened:
        opened.stub.troubles = [("GET", Trouble(status)), ("GET", Trouble(status))]
        mari = await opened.ehr.patient(MARI)
        assert mari is not None
        opened.stub.troubles = [("GET", Trouble(status))] * 3
        with pytest.raises(EhrUnavailable, match=str(status)):
            await opened.ehr.patient(MARI)
        assert len(opened.stub.requests) == 6


async def test_an_ehr_that_asks_to_wait_long_is_unavailable_now(opening: Open) -> None:
    async with opening("valant") as opened:
        opened.stub.troubles = [("GET", Trouble(429, headers={"Retry-After": "600"}))]
        with pytest.raises(EhrUnavailable):
            await opened.ehr.patient(MARI)
        assert len(opened.stub.requests) == 1


@pytest.mark.parametrize("name", LISTING)
async def test_a_list_that_is_gone_is_empty(opening: Open, name: str) -> None:
    async with opening(name) as opened:
        opened.stub.troubles = [("GET", Trouble(404))]
        assert await opened.ehr.appointments(MARI) == ()


async def test_a_slow_answer_is_none(opening: Open) -> None:
    async with opening("theranest", patience=0.1) as opened:
        opened.stub.troubles = [("GET", Trouble(seconds=0.5))] * 3
        with pytest.raises(EhrUnavailable, match="Timeout"):
            await opened.ehr.patient(MARI)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b"7", b'"text"'])
@pytest.mark.parametrize("name", LISTING)
async def test_a_body_of_another_form_is_no_answer(opening: Open, name: str, body: bytes) -> None:
    async with opening(name) as opened:
        opened.stub.troubles = [("GET", Trouble(body=body))] * 2
        with pytest.raises(EhrUnavailable):
            await opened.ehr.patient(MARI)
        with pytest.raises(EhrUnavailable):
            await opened.ehr.appointments(MARI)


async def test_an_id_is_one_segment_of_the_path(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        assert await opened.ehr.patient(PatientId("PT-1/appointments?x=#")) is None
        assert opened.stub.requests == ["GET /api/patients/PT-1%2Fappointments%3Fx%3D%23"]
        assert await opened.ehr.patient(PatientId("..")) is None
        assert await opened.ehr.patient(PatientId("")) is None
        assert len(opened.stub.requests) == 1


async def test_what_no_dialect_can_is_unavailable(opening: Open) -> None:
    async with opening("valant") as opened:
        with pytest.raises(EhrUnavailable, match="no cancel_appointment"):
            await opened.ehr.cancel(MARI, AppointmentId("AP-1"), IdempotencyKey("k"))
        with pytest.raises(EhrUnavailable, match="no get_balance"):
            await opened.ehr.account(MARI)
        assert opened.stub.requests == []
