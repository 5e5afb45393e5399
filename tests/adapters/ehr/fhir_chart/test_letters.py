"""Letters as Communications on real FHIR servers."""

import httpx
import pytest

from agent.adapters.ehr.fhir_r4.client import Refused
from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.clock import RunningClock
from agent.domain.terms import Author
from agent.ports import EhrUnavailable, NotFound
from tests.adapters.ehr.fhir.wire import ehr_of
from tests.adapters.ehr.fhir_chart.work import WORDS, letter
from tests.adapters.ehr.fhir_writes.practice import MARI, NOW, SAM, Practice, Resource, Wire
from tests.fhir.opened import Heard


def labels(resource: Resource) -> list[str]:
    return [one["code"] for one in resource["meta"].get("security", [])]


def of_message(practice: Practice, name: str) -> Resource:
    (found,) = [
        one
        for one in practice.all("Communication")
        if any(each["value"] == name for each in one.get("identifier", []))
    ]
    return found


async def test_a_letter_is_a_communication_by_the_assistant(
    practice: Practice, ehr: FhirEhr
) -> None:
    thread = await ehr.post_message(letter("m1"))
    stands = practice.read("Communication", thread)
    assert stands["status"] == "completed"
    assert stands["subject"] == {"reference": "Patient/PT-1"}
    assert stands["recipient"] == [{"reference": "Patient/PT-1"}]
    assert (stands["sender"]["type"], stands["sender"]["display"]) == ("Device", "AI Assistant")
    assert stands["payload"] == [{"contentString": WORDS}]
    assert stands["sent"] == "2026-06-01T16:00:00.000Z"
    assert stands["topic"]["coding"][0]["code"] == "orders"
    assert [one["value"] for one in stands["identifier"][1:]] == ["m1", "C-1"]
    assert "partOf" not in stands
    assert labels(stands) == ["AIAST"]
    (tag,) = stands["meta"]["tag"]
    assert tag["code"] == "C-1:m1"


async def test_only_what_no_person_wrote_has_the_label_and_a_provenance(
    practice: Practice, ehr: FhirEhr
) -> None:
    thread = await ehr.post_message(letter("m1"))
    for name, author in (("m2", Author.PATIENT), ("m3", Author.STAFF), ("m4", Author.SYSTEM)):
        assert await ehr.post_message(letter(name, thread, author)) == thread
    by_name = {name: of_message(practice, name) for name in ("m1", "m2", "m3", "m4")}
    assert {name: labels(one) for name, one in by_name.items()} == {
        "m1": ["AIAST"],
        "m2": [],
        "m3": [],
        "m4": ["AIAST"],
    }
    assert by_name["m2"]["sender"] == {"reference": "Patient/PT-1"}
    assert by_name["m3"]["sender"] == {"type": "Practitioner", "display": "Ana Ruiz"}
    vouched = practice.all("Provenance")
    assert {one["target"][0]["reference"] for one in vouched} == {
        f"Communication/{by_name['m1']['id']}",
        f"Communication/{by_name['m4']['id']}",
    }
    assert {one["agent"][0]["who"]["display"] for one in vouched} == {"AI Assistant"}


async def test_an_answer_goes_into_the_thread_that_the_patient_began(
    practice: Practice, ehr: FhirEhr
) -> None:
    practice.put(
        {
            "resourceType": "Communication",
            "id": "asked",
            "status": "completed",
            "subject": {"reference": "Patient/PT-1"},
            "sender": {"reference": "Patient/PT-1"},
            "payload": [{"contentString": "Are my glasses in?"}],
        }
    )
    assert await ehr.post_message(letter("m1", "asked")) == "asked"
    stands = of_message(practice, "m1")
    assert stands["partOf"] == stands["inResponseTo"] == [{"reference": "Communication/asked"}]


async def test_the_same_letter_twice_stands_once(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    def lost(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and request.url.path.endswith("/Communication"):
            raise httpx.ReadError("the answer is lost")
        return None

    wire.after = lost
    with pytest.raises(EhrUnavailable):
        await ehr.post_message(letter("m1"))
    wire.after = lambda request: None
    thread = await ehr.post_message(letter("m1"))
    assert await ehr.post_message(letter("m1")) == thread
    assert len(practice.all("Communication")) == len(practice.all("Provenance")) == 1


async def test_a_server_without_conditional_create_has_it_once_too(
    practice: Practice, ehr: FhirEhr, wire: Wire
) -> None:
    def unconditional(request: httpx.Request) -> None:
        request.headers.pop("If-None-Exist", None)

    wire.before = unconditional
    thread = await ehr.post_message(letter("m1"))
    assert await ehr.post_message(letter("m1")) == thread
    assert len(practice.all("Communication")) == len(practice.all("Provenance")) == 1


async def test_nothing_is_written_to_nobody_or_into_no_thread(
    practice: Practice, ehr: FhirEhr
) -> None:
    for wrong in (letter("m1", "gone"), letter("m1", patient_id="../Task")):  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await ehr.post_message(wrong)
    assert practice.all("Communication") == []


async def test_another_patients_key_is_refused(practice: Practice, ehr: FhirEhr) -> None:
    await ehr.post_message(letter("m1"))
    with pytest.raises(NotFound):
        await ehr.post_message(letter("m1", patient_id=SAM))
    assert len(practice.all("Communication")) == 1


async def test_nothing_is_written_into_somebody_elses_thread() -> None:
    """A stranger's thread is an incident, as every stranger's resource."""
    theirs = {
        "resourceType": "Communication",
        "id": "TH-1",
        "status": "completed",
        "subject": {"reference": f"Patient/{SAM}"},
    }
    posted: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            posted.append(request.url.path)
        if request.url.path.endswith("/TH-1"):
            return httpx.Response(200, json=theirs)
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset"})

    heard = Heard()
    ehr = ehr_of(answer, heard, RunningClock(NOW))
    with pytest.raises(NotFound):
        await ehr.post_message(letter("m1", "TH-1", patient_id=MARI))
    assert posted == []
    assert [(one.resource_type, one.patient_id) for one in heard.strangers] == [
        ("Communication", MARI)
    ]


@pytest.mark.parametrize(
    ("status", "error"),
    [(422, Refused), (400, Refused), (401, EhrUnavailable), (403, EhrUnavailable)],
)
async def test_a_refused_letter_is_tried_again_only_where_that_may_help(
    status: int, error: type[Exception]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(status)
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset"})

    with pytest.raises(error):
        await ehr_of(answer).post_message(letter("m1"))
