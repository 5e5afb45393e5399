"""Every flow by name, and the task that stands in for it when it cannot run."""

from agent.domain.terms import Capability, Intent, TaskCode
from agent.flows import book, cancel, clarify, confirm, refill, reschedule, waitlist
from agent.flows.flow import Flow
from agent.flows.lookups import LOOKUPS

FLOWS: dict[str, Flow] = {
    flow.name: flow
    for flow in (
        reschedule.FLOW,
        cancel.FLOW,
        confirm.FLOW,
        book.FLOW,
        waitlist.JOIN,
        waitlist.LEAVE,
        refill.FLOW,
        clarify.FLOW,
        *LOOKUPS,
    )
}

INTENT_OF: dict[str, Intent] = {i.value: i for i in Intent if i.value in FLOWS}
"""The intent that a flow serves; `clarify` serves none."""

TASK_FOR: dict[Intent, TaskCode] = {
    Intent.APPOINTMENT_LIST: TaskCode.APPOINTMENT_REQUEST,
    Intent.APPOINTMENT_BOOK: TaskCode.APPOINTMENT_REQUEST,
    Intent.APPOINTMENT_RESCHEDULE: TaskCode.RESCHEDULE_REQUEST,
    Intent.APPOINTMENT_CANCEL: TaskCode.CANCEL_REQUEST,
    Intent.APPOINTMENT_CONFIRM: TaskCode.APPOINTMENT_REQUEST,
    Intent.WAITLIST_JOIN: TaskCode.WAITLIST,
    Intent.WAITLIST_LEAVE: TaskCode.WAITLIST,
    Intent.BALANCE: TaskCode.BILLING_QUESTION,
    Intent.COVERAGE: TaskCode.BILLING_QUESTION,
    Intent.PAYMENT: TaskCode.BILLING_QUESTION,
    Intent.DISPUTE: TaskCode.BILLING_DISPUTE,
    Intent.BILLING_QUESTION: TaskCode.BILLING_QUESTION,
    Intent.FAQ: TaskCode.UNANSWERED,
    Intent.REFILL: TaskCode.REFILL_REQUEST,
    Intent.ORDER_STATUS: TaskCode.ORDER_QUESTION,
    Intent.FORM_STATUS: TaskCode.FORM_HELP,
    Intent.MEASURE: TaskCode.FORM_HELP,
    Intent.CLINICAL_QUESTION: TaskCode.CLINICAL_QUESTION,
    Intent.PERSON: TaskCode.CALLBACK,
    Intent.COMPLAINT: TaskCode.COMPLAINT,
    Intent.RECORDS_REQUEST: TaskCode.RECORDS_REQUEST,
    Intent.INTERPRETER: TaskCode.INTERPRETER,
    Intent.TECH_PROBLEM: TaskCode.TECH,
    Intent.GREETING: TaskCode.CALLBACK,
    Intent.THANKS: TaskCode.CALLBACK,
    Intent.GOODBYE: TaskCode.CALLBACK,
    Intent.ARE_YOU_REAL: TaskCode.CALLBACK,
    Intent.OUT_OF_SCOPE: TaskCode.CALLBACK,
    Intent.ABUSE: TaskCode.ABUSE,
}
"""What a person does when the machine may not or cannot (CONTRACTS 6, "Which task")."""

WRITES: dict[Intent, Capability] = {
    Intent.APPOINTMENT_BOOK: Capability.BOOK,
    Intent.APPOINTMENT_RESCHEDULE: Capability.RESCHEDULE,
    Intent.APPOINTMENT_CANCEL: Capability.CANCEL,
    Intent.APPOINTMENT_CONFIRM: Capability.CONFIRM,
    Intent.WAITLIST_JOIN: Capability.WAITLIST,
    Intent.WAITLIST_LEAVE: Capability.WAITLIST,
}
"""What the EHR must be able to do for the flow to end in a write: nobody is asked for a yes to what
then cannot be done."""
