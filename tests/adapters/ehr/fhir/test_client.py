"""What goes over the wire, and what is made of what comes back."""

import asyncio
import gzip

import httpx
import pytest
import stamina
from structlog.testing import capture_logs

from agent.adapters.ehr.fhir_r4.client import (
    FHIR_JSON,
    MOST_BYTES,
    FhirClient,
    Refused,
    Stale,
    is_id,
)
from agent.ports import EhrUnavailable, PortError
from tests.adapters.ehr.fhir.wire import BASE, Resource, bundle, client_of

SECRET = "Mari said so"


def patient(resource_id: str, version: str = "1") -> Resource:
    return {"resourceType": "Patient", "id": resource_id, "meta": {"versionId": version}}


class Told:
    """Answers with one response after the other, the last one for ever; keeps the requests."""

    def __init__(self, *responses: httpx.Response | Exception) -> None:
        self.responses = list(responses)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        return response


@pytest.fixture(autouse=True)
def _no_pauses():
    """Three attempts as ever, but without waiting."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


def ok(body: object, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=body, headers=headers)


async def test_a_search_is_strict_and_follows_every_page() -> None:
    outcome = {"resourceType": "OperationOutcome", "id": "o"}
    told = Told(
        ok(bundle([patient("a"), outcome], f"{BASE}/Patient?page=2")),
        ok(bundle([patient("b")], "Patient?page=3")),
        ok(bundle([{"resourceType": "Organization", "id": "included"}])),
    )
    async with client_of(told) as client:
        found = await client.search("Patient", [("name", "a,b"), ("date", "ge2026-01-01")])
    assert [one["id"] for one in found] == ["a", "b", "included"]
    first, *_, last = told.requests
    assert first.url.path == "/fhir/Patient"
    assert first.url.params["name"] == "a,b"
    assert str(last.url) == f"{BASE}/Patient?page=3"
    for request in told.requests:
        assert request.headers["Prefer"] == "handling=strict"
        assert request.headers["Accept"] == FHIR_JSON
    assert len({request.headers["X-Request-Id"] for request in told.requests}) == 3


@pytest.mark.parametrize(
    "link",
    ["https://elsewhere.test/fhir/Patient", "http://127.0.0.1:10/fhir/Patient", "//elsewhere.test"],
)
async def test_a_page_on_another_server_is_not_asked_for(link: str) -> None:
    told = Told(ok(bundle([patient("a")], link)))
    async with client_of(told) as client:
        with pytest.raises(EhrUnavailable):
            await client.search("Patient", [])
    assert len(told.requests) == 1


async def test_pages_without_end_are_no_answer() -> None:
    told = Told(ok(bundle([patient("a")], f"{BASE}/Patient?again")))
    async with client_of(told) as client:
        with pytest.raises(EhrUnavailable):
            await client.search("Patient", [])


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "[]",
        "null",
        '{"resourceType": "Patient", "id": "a"}',
        '{"resourceType": "Bundle", "entry": "x"}',
        "[" * 100_000,
    ],
)
async def test_what_is_no_bundle_is_no_answer(body: str) -> None:
    async with client_of(Told(httpx.Response(200, text=body))) as client:
        with pytest.raises(EhrUnavailable):
            await client.search("Patient", [])


async def test_entries_that_are_no_resources_are_left_out() -> None:
    rubbish = [
        None,
        7,
        {"resourceType": "Patient"},
        {"resourceType": ["Patient"], "id": "a"},
        {"resourceType": "Patient", "id": {"a": 1}},
        {"resourceType": "Patient", "id": "../../Binary"},
        {"resourceType": "Patient/../x", "id": "a"},
    ]
    answer = bundle([*rubbish, patient("good")])
    answer["entry"] += [None, [], {"resource": None}]
    answer["link"] = ["x", {"relation": "next", "url": 7}]
    async with client_of(Told(ok(answer))) as client:
        assert [one["id"] for one in await client.search("Patient", [])] == ["good"]


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_not_there_reads_as_none(status: int) -> None:
    async with client_of(Told(httpx.Response(status))) as client:
        assert await client.read("Patient", "a") is None


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a?b", "a b", "a%2Fb", "x" * 65, "a\n"])
async def test_what_is_no_id_never_stands_in_a_path(name: str) -> None:
    told = Told(ok(patient("a")))
    async with client_of(told) as client:
        assert await client.read("Patient", name) is None
    assert not told.requests
    assert not is_id(name)


async def test_another_kind_of_resource_is_no_answer() -> None:
    async with client_of(Told(ok({"resourceType": "Basic", "id": "a"}))) as client:
        with pytest.raises(EhrUnavailable):
            await client.read("Patient", "a")


async def test_an_update_names_the_version_it_changes() -> None:
    told = Told(ok(patient("a", "7")), ok(patient("a", "8")))
    async with client_of(told) as client:
        standing = await client.read("Patient", "a")
        assert standing is not None
        assert (await client.update(standing))["meta"]["versionId"] == "8"
    assert told.requests[1].method == "PUT"
    assert told.requests[1].headers["If-Match"] == 'W/"7"'
    assert told.requests[1].headers["Content-Type"] == FHIR_JSON


async def test_the_version_may_stand_in_the_etag_only() -> None:
    bare = {"resourceType": "Patient", "id": "a"}
    told = Told(ok(bare, ETag='W/"3"'), ok(bare))
    async with client_of(told) as client:
        standing = await client.read("Patient", "a")
        assert standing is not None
        await client.update(standing)
    assert told.requests[1].headers["If-Match"] == 'W/"3"'


async def test_nothing_is_written_over_an_unknown_version() -> None:
    told = Told(ok(patient("a")))
    async with client_of(told) as client:
        with pytest.raises(Refused):
            await client.update({"resourceType": "Patient", "id": "a"})
    assert not told.requests


@pytest.mark.parametrize("status", [409, 412])
async def test_a_lost_race_is_stale(status: int) -> None:
    told = Told(httpx.Response(status))
    async with client_of(told) as client:
        with pytest.raises(Stale):
            await client.update(patient("a"))
    assert len(told.requests) == 1


async def test_what_the_server_does_not_repeat_is_read() -> None:
    where = httpx.Response(201, headers={"Location": f"{BASE}/Patient/a/_history/1"})
    told = Told(where, ok(patient("a")))
    async with client_of(told) as client:
        made = await client.create({"resourceType": "Patient"})
    assert made["id"] == "a"
    assert told.requests[0].headers["Prefer"] == "return=representation"


@pytest.mark.parametrize("status", [400, 401, 403, 422])
async def test_a_refusal_repeats_no_word_of_the_server(status: int) -> None:
    told = Told(httpx.Response(status, text=SECRET))
    async with client_of(told) as client:
        with capture_logs() as logs, pytest.raises(Refused) as refused:
            await client.search("Patient", [("name", SECRET)])
    assert SECRET not in f"{refused.value!r} {logs}"
    assert [(log["event"], log["resource"]) for log in logs] == [("ehr.request_failed", "Patient")]
    assert len(told.requests) == 1


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(429),
        httpx.Response(503),
        httpx.Response(503, headers={"Retry-After": "0"}),
        httpx.Response(429, headers={"Retry-After": "Mon, 01 Jun 2020 00:00:00 GMT"}),
        httpx.Response(429, headers={"Retry-After": "soon"}),
        httpx.ConnectError("refused"),
        httpx.ReadError("cut"),
        httpx.ReadTimeout("slow"),
    ],
)
async def test_a_passing_failure_is_tried_again(failure: httpx.Response | Exception) -> None:
    told = Told(failure, failure, ok(bundle([patient("a")])))
    async with client_of(told) as client:
        assert len(await client.search("Patient", [])) == 1
    told = Told(failure)
    async with client_of(told) as client:
        with pytest.raises(EhrUnavailable):
            await client.search("Patient", [])
    assert len(told.requests) == 3


@pytest.mark.parametrize("wait", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT"])
async def test_who_wants_to_be_left_alone_for_long_is_not_asked_again(wait: str) -> None:
    told = Told(httpx.Response(503, headers={"Retry-After": wait}))
    async with client_of(told) as client:
        with pytest.raises(EhrUnavailable):
            await client.read("Patient", "a")
    assert len(told.requests) == 1


async def test_a_pause_is_as_long_as_the_server_asks() -> None:
    pauses: list[float] = []
    pausing = asyncio.Event()

    def heard(details: stamina.instrumentation.RetryDetails) -> None:
        pauses.append(details.wait_for)
        pausing.set()

    stamina.set_testing(False)
    stamina.instrumentation.set_on_retry_hooks([heard])
    told = Told(httpx.Response(503, headers={"Retry-After": "4"}))
    try:
        async with client_of(told, deadline=4.5) as client:
            asking = asyncio.create_task(client.read("Patient", "a"))
            await pausing.wait()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)
    assert pauses == [4.0]


async def test_500_is_not_tried_again() -> None:
    told = Told(httpx.Response(500))
    async with client_of(told) as client:
        with pytest.raises(EhrUnavailable):
            await client.read("Patient", "a")
    assert len(told.requests) == 1


async def test_a_write_is_tried_again_only_when_it_cannot_be_made_twice() -> None:
    made = httpx.Response(201, json=patient("a"))
    told = Told(httpx.Response(503), made)
    async with client_of(told) as client:
        await client.create({"resourceType": "Patient"}, if_none_exist="identifier=x|1")
    assert [one.headers["If-None-Exist"] for one in told.requests] == ["identifier=x|1"] * 2
    for write in ("create", "update"):
        told = Told(httpx.Response(503), made)
        async with client_of(told) as client:
            with pytest.raises(EhrUnavailable):
                await getattr(client, write)(patient("a"))
        assert len(told.requests) == 1


async def test_a_server_that_never_answers_is_unavailable() -> None:
    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    async with FhirClient(BASE, transport=Silent(), deadline=0.02) as client:
        with pytest.raises(EhrUnavailable):
            await client.read("Patient", "a")


async def test_a_redirect_is_not_followed() -> None:
    told = Told(httpx.Response(302, headers={"Location": "https://elsewhere.test/"}))
    async with client_of(told) as client:
        with pytest.raises(PortError):
            await client.read("Patient", "a")
    assert len(told.requests) == 1


async def test_an_answer_without_measure_is_not_read_to_its_end() -> None:
    packed = gzip.compress(b" " * (MOST_BYTES + 1))
    long = httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"})
    async with client_of(Told(long)) as client:
        with pytest.raises(EhrUnavailable, match="too long"):
            await client.read("Patient", "a")
