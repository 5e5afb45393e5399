"""Rows: of every page, the patient's own, and only what can be read."""

import json
from datetime import datetime

import pytest

from agent.adapters.ehr.rest.dialect import DIALECTS
from agent.domain.ids import PatientId
from agent.ports import EhrUnavailable
from tests.adapters.ehr.rest.conftest import Open
from tests.ehr_stubs.stub import Trouble

MARI, SAM = PatientId("PT-1"), PatientId("PT-2")
LISTING = ("crystal_pm", "therapynotes", "simplepractice")


@pytest.mark.parametrize("name", LISTING)
async def test_somebody_elses_rows_are_dropped_and_reported(opening: Open, name: str) -> None:
    async with opening(name) as opened:
        opened.stub.strangers = True
        assert [one.id for one in await opened.ehr.appointments(MARI)] == ["AP-OLD", "AP-1"]
        (found,) = opened.incidents.found
        assert (found.patient_id, found.resource_type, found.resource_id) == (
            MARI,
            "Appointment",
            "AP-2",
        )


@pytest.mark.parametrize("name", DIALECTS)
async def test_somebody_elses_record_is_nobodys(opening: Open, name: str) -> None:
    async with opening(name) as opened:
        opened.stub.strangers = True
        assert await opened.ehr.patient(MARI) is None
        assert [one.resource_id for one in opened.incidents.found] == [SAM]


async def test_every_record_of_crystal_pm_is_checked(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        opened.stub.strangers = True
        assert await opened.ehr.coverages(SAM) == ()
        assert await opened.ehr.medication_requests(SAM) == ()
        assert await opened.ehr.orders(SAM) == ()
        assert await opened.ehr.forms(SAM) == ()
        with pytest.raises(EhrUnavailable):
            await opened.ehr.account(SAM)
        assert {one.resource_type for one in opened.incidents.found} == {
            "Coverage",
            "MedicationRequest",
            "DeviceRequest",
            "Questionnaire",
            "Account",
        }


@pytest.mark.parametrize("name", LISTING)
async def test_a_row_of_nothing_is_left_out_and_its_words_are_not_logged(
    opening: Open, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opening(name) as opened:
        opened.stub.garbage = True
        assert len(await opened.ehr.appointments(MARI)) == 2
        assert "a Appointment was left out: patient_id: missing" in caplog.text
        assert "a row of nothing" not in caplog.text
        assert opened.incidents.found == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "half booked"),
        ("status", ["scheduled"]),
        ("datetime", "next tuesday"),
        ("datetime", "2026-06-03T15:00:00"),
        ("datetime", 1780000000),
        ("provider_id", None),
        ("duration", -5),
        ("duration", 10**12),
        ("modality", "hologram"),
        ("clientId", "PT-2"),
        ("type", {"$ne": ""}),
        ("id", "A" * 5000),
    ],
)
async def test_a_visit_that_cannot_be_read_is_left_out(
    opening: Open, field: str, value: object
) -> None:
    row = {
        "id": "AP-9",
        "patient_id": "PT-1",
        "provider_id": "DR-PARK",
        "datetime": "2026-06-03T22:00:00Z",
        "duration": 50,
        "type": "INDIVIDUAL_THERAPY",
        "status": "scheduled",
        "modality": "office",
    }
    async with opening("therapynotes") as opened:
        opened.stub.troubles = [("GET", _listing(row)), ("GET", _listing({**row, field: value}))]
        assert len(await opened.ehr.appointments(MARI)) == 1
        assert await opened.ehr.appointments(MARI) == ()


def _listing(row: object) -> Trouble:
    return Trouble(body=_json({"items": [row]}))


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


async def test_a_link_that_is_not_https_reaches_nobody(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        form = opened.stub.world.forms[0]
        evil = form.model_copy(update={"url": "javascript:alert(1)"})
        opened.stub.world.forms[:] = [evil]
        assert [(one.name, one.url) for one in await opened.ehr.forms(MARI)] == [
            ("Intake questionnaire", "")
        ]


async def test_wall_clock_times_are_the_practices(opening: Open) -> None:
    async with opening("crystal_pm") as opened:
        visit = (await opened.ehr.appointments(MARI))[1]
        assert visit.start == datetime.fromisoformat("2026-06-03T15:00:00-07:00")
        account = await opened.ehr.account(MARI)
        assert account is not None
        assert account.as_of == datetime.fromisoformat("2026-05-31T00:00:00-07:00")


@pytest.mark.parametrize("name", LISTING)
async def test_every_page_is_read(opening: Open, name: str) -> None:
    async with opening(name) as opened:
        first = opened.stub.appointments[0]
        copies = [first.model_copy(update={"id": f"AP-N{n}"}) for n in range(230)]
        opened.stub.page_size = 100
        opened.stub.appointments.extend(copies)
        assert len(await opened.ehr.appointments(MARI)) == 232


async def test_a_list_without_end_is_no_list(opening: Open) -> None:
    async with opening("simplepractice") as opened:
        endless = Trouble(body=_json({"data": [], "meta": {"next_cursor": "1"}}))
        opened.stub.troubles = [("GET", endless)] * 200
        with pytest.raises(EhrUnavailable, match="pages"):
            await opened.ehr.appointments(MARI)


@pytest.mark.parametrize("consent", ["yes", "true", 1, None, ["ai_chat"]])
async def test_only_true_is_a_consent(opening: Open, consent: object) -> None:
    record = {
        "patient_id": "PT-1",
        "first_name": "Maria",
        "last_name": "Gonzalez",
        "dob": "1988-03-14",
        "ai_chat_consent": consent,
    }
    async with opening("valant") as opened:
        opened.stub.troubles = [("GET", Trouble(body=_json(record)))]
        if consent is None:
            mari = await opened.ehr.patient(MARI)
            assert mari is not None
            assert mari.ai_chat_consent is False
        else:
            with pytest.raises(EhrUnavailable):
                await opened.ehr.patient(MARI)
