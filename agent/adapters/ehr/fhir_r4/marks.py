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
    labelled = {**resource, "meta": {**meta, "security": [*labels, AI_ASSERTED]}}
    return correlated(labelled, correlation)


def correlated(resource: Resource, correlation: str) -> Resource:
    """The resource without the AI label, for what a person wrote and for what only happened."""
    # A FHIR code has no blanks but single ones inside.
    return tagged(resource, {"system": CORRELATION, "code": "-".join(correlation.split())})


def tagged(resource: Resource, tag: dict[str, str]) -> Resource:
    """The resource with `tag` in place of one of the same system."""
    meta = first(resource.get("meta"))
    tags = [one for one in objects(meta.get("tag")) if one.get("system") != tag["system"]]
    return {**resource, "meta": {**meta, "tag": [*tags, tag]}}


def key_tag(*parts: str) -> dict[str, str]:
    """The key of a write as a meta.tag."""
    return {"system": IDENTIFIER, "code": fingerprint(*parts)}


def has_tag(resource: Resource, tag: dict[str, str]) -> bool:
    return any(
        (one.get("system"), one.get("code")) == (tag["system"], tag["code"])
        for one in objects(first(resource.get("meta")).get("tag"))
    )


def is_ours(resource: Resource) -> bool:
    """Whether a write of ours made it."""
    return any(one.get("system") == IDENTIFIER for one in objects(resource.get("identifier")))


def fingerprint(*parts: str) -> str:
    """The same parts always give the same 32 letters, which tell nothing about them."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def identifier(*parts: str) -> dict[str, str]:
    """The business identifier of what a write makes."""
    return {"system": IDENTIFIER, "value": fingerprint(*parts)}


def query(identifier: dict[str, str]) -> str:
    """The identifier as the value of a search parameter."""
    return f"{identifier['system']}|{identifier['value']}"


def tag_query(*tags: dict[str, str]) -> str:
    """Any of the tags as the value of the search parameter `_tag`."""
    return ",".join(f"{tag['system']}|{tag['code']}" for tag in tags)
