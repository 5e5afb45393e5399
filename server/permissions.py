"""Who may call what: one table of role by route, and the caseload rule.

Every route of the API stands here; one that does not is refused, and a test walks all routes of
the running application against the table with every role.

Beyond the role: a member whose only desk role is `clinician` sees the patients of their own
caseload, and any conversation with an open `stat` task, which every clinical role may be needed
for (DOMAIN D.6). A reply on a clinical route leaves only by a clinical role.
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from agent.domain.desk import Draft, Task
from agent.domain.ids import PatientId
from agent.domain.terms import Priority, Role, Route
from agent.policy import StaffMember


class Caller(Enum):
    """Who is let in without a staff session."""

    ANYBODY = "anybody"
    PATIENT = "a patient's token, checked in the first frame"
    EHR = "the practice's EHR, by its signature over the body or its bearer secret"
    DEMO = "anybody, only with PORTICO_DEMO=1"
    SIGNED_IN = "any staff member"


ALL = frozenset(Role)
WORKING = ALL - {Role.COMPLIANCE}
CLINICAL = frozenset({Role.CLINICIAN, Role.SUPERVISOR, Role.ON_CALL})
OVERSIGHT = frozenset({Role.COMPLIANCE, Role.MANAGER})
MANAGING = frozenset({Role.MANAGER})

Access = Caller | frozenset[Role]

ACCESS: Mapping[tuple[str, str], Access] = {
    ("GET", "/healthz"): Caller.ANYBODY,
    ("GET", "/readyz"): Caller.ANYBODY,
    ("GET", "/metrics"): Caller.ANYBODY,
    ("GET", "/openapi.json"): Caller.ANYBODY,
    ("GET", "/widget.js"): Caller.ANYBODY,
    ("GET", "/staff"): Caller.ANYBODY,
    ("GET", "/static/{name}"): Caller.ANYBODY,
    ("GET", "/v1/practice"): Caller.ANYBODY,
    ("WS", "/v1/chat"): Caller.PATIENT,
    ("POST", "/v1/webhooks/{adapter}"): Caller.EHR,
    ("GET", "/"): Caller.DEMO,
    ("GET", "/demo"): Caller.DEMO,
    ("GET", "/v1/demo/patients"): Caller.DEMO,
    ("POST", "/v1/demo/token"): Caller.DEMO,
    ("GET", "/v1/demo/ehr"): Caller.DEMO,
    ("POST", "/v1/staff/login"): Caller.ANYBODY,
    ("POST", "/v1/staff/logout"): Caller.SIGNED_IN,
    ("GET", "/v1/staff/me"): Caller.SIGNED_IN,
    ("WS", "/v1/staff/live"): ALL,
    ("GET", "/v1/staff/tasks"): ALL,
    ("POST", "/v1/staff/tasks/{task_id}/claim"): WORKING,
    ("POST", "/v1/staff/tasks/{task_id}/release"): WORKING,
    ("POST", "/v1/staff/tasks/{task_id}/complete"): WORKING,
    ("GET", "/v1/staff/conversations/{conversation_id}"): ALL,
    ("POST", "/v1/staff/conversations/{conversation_id}/take"): WORKING,
    ("POST", "/v1/staff/conversations/{conversation_id}/release"): WORKING,
    ("POST", "/v1/staff/conversations/{conversation_id}/reply"): WORKING,
    ("GET", "/v1/staff/drafts"): ALL,
    ("POST", "/v1/staff/drafts/{draft_id}/approve"): WORKING,
    ("POST", "/v1/staff/drafts/{draft_id}/edit"): WORKING,
    ("POST", "/v1/staff/drafts/{draft_id}/reject"): WORKING,
    ("GET", "/v1/staff/audit"): OVERSIGHT,
    ("GET", "/v1/staff/policy"): MANAGING,
    ("PUT", "/v1/staff/policy"): MANAGING,
}

CLINICAL_ROUTES = frozenset({Route.CLINICAL, Route.REFILL, Route.MEASURES})
"""Drafts on these are decided by a clinical role only."""


def may_call(member: StaffMember, method: str, path: str) -> bool:
    """Whether `member` may call the route with this path template; unknown routes are closed."""
    access = ACCESS.get((method, path))
    if isinstance(access, Caller):
        return access is not Caller.PATIENT
    return access is not None and bool(access & member.roles)


def is_bound_to_caseload(member: StaffMember) -> bool:
    return member.roles <= {Role.CLINICIAN}


def may_see_patient(
    member: StaffMember, patient_id: PatientId, open_tasks: Iterable[Task] = ()
) -> bool:
    """`open_tasks`: those of the conversation that is asked for."""
    if not is_bound_to_caseload(member) or patient_id in member.caseload:
        return True
    return any(task.priority is Priority.STAT for task in open_tasks)


def may_see_task(member: StaffMember, task: Task) -> bool:
    return may_see_patient(member, task.patient_id, (task,))


def may_decide(member: StaffMember, draft: Draft) -> bool:
    return draft.route not in CLINICAL_ROUTES or bool(CLINICAL & member.roles)
