"""What every write of ours carries: the label of machine-made, its correlation, its key."""

import hashlib

from agent.adapters.ehr.fhir_r4.client import Resource
from agent.adapters.ehr.fhir_r4.extensions import CORRELATION, IDENTIFIER
from agent.adapters.ehr.fhir_r4.values import first, objects

AI_ASSERTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}


def marked(resource: Resource, correlation: str) -> Resource:
    """The resource with the AI label, and with `correlation` in place of an earlier one of ours."""
    meta = first(resource.get("meta"))
    labels = [
        label for label in objects(meta.get("security")) if label.get("code") != AI_ASSERTED["code"]
    ]
    tags = [tag for tag in objects(meta.get("tag")) if tag.get("system") != CORRELATION]
    # A FHIR code has no blanks but single ones inside.
    ours = {"system": CORRELATION, "code": "-".join(correlation.split())}
    return {**resource, "meta": {**meta, "security": [*labels, AI_ASSERTED], "tag": [*tags, ours]}}


def fingerprint(*parts: str) -> str:
    """The same parts always give the same 32 letters, which tell nothing about them."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def identifier(*parts: str) -> dict[str, str]:
    """The business identifier of what a write makes."""
    return {"system": IDENTIFIER, "value": fingerprint(*parts)}


def query(identifier: dict[str, str]) -> str:
    """The identifier as the value of a search parameter."""
    return f"{identifier['system']}|{identifier['value']}"
