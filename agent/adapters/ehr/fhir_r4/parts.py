"""Parts of what is written beside bookings: who did it, when, and whether it stands already."""

from datetime import UTC, datetime

from agent.adapters.ehr.fhir_r4.client import FhirClient, Resource, of_type
from agent.adapters.ehr.fhir_r4.extensions import DEVICE, STAFF
from agent.adapters.ehr.fhir_r4.marks import has_tag, tag_query, tagged
from agent.domain.correspondence import AI_SENDER


def _device(name: str, display: str) -> Resource:
    """A reference by name: no Device resource has to stand in the EHR."""
    return {"type": "Device", "identifier": {"system": DEVICE, "value": name}, "display": display}


ASSISTANT = _device("assistant", AI_SENDER)
PORTICO = _device("portico", "Portico")


def staff(staff_id: str) -> Resource:
    """A member of staff as the desk names them."""
    return {
        "type": "Practitioner",
        "identifier": {"system": STAFF, "value": staff_id},
        "display": staff_id,
    }


def coded(system: str, code: str, display: str = "") -> Resource:
    coding = {"system": system, "code": code}
    return coding | {"display": display} if display else coding


def utc(at: datetime) -> str:
    """As `instant`, in milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def create_once(client: FhirClient, resource: Resource, tag: dict[str, str]) -> None:
    """Creates what nobody has to read again, unless a resource with that tag stands already.

    It is looked for first: not every server knows a conditional create.
    """
    kind = resource["resourceType"]
    found = await client.search(kind, [("_tag", tag_query(tag))])
    if not any(has_tag(one, tag) for one in of_type(found, kind)):
        await client.create(tagged(resource, tag), if_none_exist=f"_tag={tag_query(tag)}")
