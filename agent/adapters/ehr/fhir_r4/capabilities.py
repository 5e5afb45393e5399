"""What a server's CapabilityStatement says it can do, in the words of the `Ehr` port."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.adapters.ehr.fhir_r4.client import Resource
from agent.adapters.ehr.fhir_r4.values import objects
from agent.domain.terms import Capability

SEARCH, READ, CREATE, UPDATE = "search-type", "read", "create", "update"


@dataclass(frozen=True, slots=True)
class Need:
    """Interactions with a resource type, and parameters that a search of it must know."""

    resource_type: str
    interactions: frozenset[str]
    params: frozenset[str] = frozenset()


def _need(resource_type: str, *interactions: str, params: str = "") -> Need:
    return Need(resource_type, frozenset(interactions), frozenset(params.split()))


_APPOINTMENTS = _need("Appointment", SEARCH, params="patient")
_SCHEDULES = _need("Schedule", SEARCH, params="actor active")
_SLOTS = _need("Slot", SEARCH, params="schedule start status")
_CHANGES = _need("Appointment", SEARCH, READ, UPDATE, params="patient")
_CANCELS = _need("Appointment", SEARCH, READ, UPDATE, params="patient slot")
_CLAIMS = _need("Slot", SEARCH, READ, UPDATE, params="schedule start status")
_BOOKS = _need(
    "Appointment", SEARCH, READ, CREATE, UPDATE, params="patient practitioner date identifier slot"
)
_WISHES = _need("Appointment", SEARCH, READ, CREATE, UPDATE, params="patient status identifier")

PROVENANCE = _need("Provenance", SEARCH, CREATE, params="_tag")
"""Written beside a letter where the server keeps such records."""

NEEDS: Mapping[Capability, tuple[Need, ...]] = {
    Capability.LIST_APPOINTMENTS: (_APPOINTMENTS,),
    Capability.FIND_SLOTS: (_SCHEDULES, _SLOTS),
    Capability.BOOK: (_SCHEDULES, _CLAIMS, _BOOKS),
    Capability.RESCHEDULE: (_SCHEDULES, _CLAIMS, _BOOKS),
    Capability.CANCEL: (_CANCELS,),
    Capability.CONFIRM: (_CHANGES,),
    Capability.WAITLIST: (_WISHES,),
    Capability.BALANCE: (
        _need("Account", SEARCH, params="subject"),
        _need("Invoice", SEARCH, params="subject"),
    ),
    Capability.COVERAGE: (_need("Coverage", SEARCH, params="beneficiary"),),
    Capability.MEDICATION_REQUESTS: (_need("MedicationRequest", SEARCH, params="patient"),),
    Capability.ORDERS: (_need("DeviceRequest", SEARCH, params="patient"),),
    Capability.FORMS: (_need("Task", SEARCH, params="patient code"),),
    Capability.POST_MESSAGE: (
        _need("Communication", SEARCH, READ, CREATE, params="patient identifier"),
    ),
    Capability.WRITE_TASKS: (_need("Task", SEARCH, CREATE, UPDATE, params="patient _tag"),),
    Capability.WRITE_AUDIT: (_need("AuditEvent", SEARCH, CREATE, params="_tag"),),
    Capability.POLL: (_need("Communication", SEARCH, params="_lastUpdated"),),
}
"""What each verb asks of the server; all of it must be declared."""


@dataclass(frozen=True, slots=True)
class Server:
    """What one server declares: per resource type its interactions and search parameters."""

    interactions: Mapping[str, frozenset[str]]
    params: Mapping[str, frozenset[str]]

    def meets(self, need: Need) -> bool:
        return need.interactions <= self.interactions.get(
            need.resource_type, frozenset()
        ) and need.params <= self.params.get(need.resource_type, frozenset())

    def searches(self, resource_type: str, param: str) -> bool:
        return self.meets(_need(resource_type, SEARCH, params=param))

    def capabilities(self, off: frozenset[Capability]) -> frozenset[Capability]:
        able = {can for can, needs in NEEDS.items() if all(self.meets(need) for need in needs)}
        return frozenset(able - off)


NOTHING_KNOWN = Server({}, {})


def server_of(statement: Resource) -> Server:
    """An element that is not of its form declares nothing."""
    interactions: dict[str, frozenset[str]] = {}
    params: dict[str, frozenset[str]] = {}
    for rest in objects(statement.get("rest")):
        if rest.get("mode") != "server":
            continue
        common = _names(rest.get("searchParam"), "name")
        for resource in objects(rest.get("resource")):
            kind = resource.get("type")
            if isinstance(kind, str):
                interactions[kind] = _names(resource.get("interaction"), "code")
                params[kind] = common | _names(resource.get("searchParam"), "name")
    return Server(interactions, params)


def _names(listed: object, key: str) -> frozenset[str]:
    return frozenset(name for one in objects(listed) if isinstance(name := one.get(key), str))
