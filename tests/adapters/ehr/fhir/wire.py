"""FHIR servers of a few lines, for what the two real ones do not do: ignore every parameter, send
rubbish, be busy."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from agent.adapters.ehr.fhir_r4.client import FhirClient
from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.options import options_of
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.clock import RunningClock
from agent.ports import Incidents
from tests.fhir.opened import Heard

BASE = "http://127.0.0.1:9/fhir"
NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # Monday, 09:00 in Los Angeles
ZONE = ZoneInfo("America/Los_Angeles")
SEEDS = {
    "conformance": Path("tests/conformance/ehr_world.json").absolute(),
    "harbor": Path("knowledge/practices/harbor/ehr.json").absolute(),
    "lakeside": Path("knowledge/practices/lakeside/ehr.json").absolute(),
}

Resource = dict[str, Any]
Handler = Callable[[httpx.Request], httpx.Response]


def bundle(resources: Iterable[Any], following: str | None = None) -> Resource:
    found: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": one, "search": {"mode": "match"}} for one in resources],
    }
    if following is not None:
        found["link"] = [{"relation": "next", "url": following}]
    return found


class Careless:
    """A server that ignores every search parameter but _include: each search answers all it has of
    the type."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = list(resources)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind, _, resource_id = request.url.path.removeprefix("/fhir/").partition("/")
        found = [one for one in self.resources if one["resourceType"] == kind]
        if request.url.params.get("_include") == "MedicationRequest:medication":
            found += [one for one in self.resources if one["resourceType"] == "Medication"]
        if not resource_id:
            # Not `json=`: a hostile server sends NaN too.
            return httpx.Response(200, content=json.dumps(bundle(found)))
        named = [one for one in found if one.get("id") == resource_id]
        if not named:
            return httpx.Response(404)
        return httpx.Response(200, content=json.dumps(named[0]))


def client_of(handler: Handler, **settings: Any) -> FhirClient:
    return FhirClient(BASE, transport=httpx.MockTransport(handler), **settings)


def ehr_of(
    handler: Handler,
    incidents: Incidents | None = None,
    clock: RunningClock | None = None,
    zone: ZoneInfo = ZONE,
    **options: object,
) -> FhirEhr:
    clock = clock or RunningClock(NOW)
    client = client_of(handler)
    settings = options_of({"base_url": BASE, "auth": "none", **options})
    strangers = Strangers(client.base_url, incidents or Heard(), clock)
    return FhirEhr(client, settings, clock, zone, strangers)
