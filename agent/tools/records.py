"""Reads of the session patient's account, coverage, medications, orders and forms."""

from agent.domain.records import Account, Coverage, Form, MedicationRequest, Order
from agent.domain.terms import Capability
from agent.tools.session import ToolSession


async def get_balance(session: ToolSession) -> Account | None:
    return await session.call(
        "get_balance", lambda: session.ehr.account(session.patient_id), Capability.BALANCE
    )


async def get_coverage(session: ToolSession) -> tuple[Coverage, ...]:
    return await session.call(
        "get_coverage", lambda: session.ehr.coverages(session.patient_id), Capability.COVERAGE
    )


async def list_medication_requests(session: ToolSession) -> tuple[MedicationRequest, ...]:
    return await session.call(
        "list_medication_requests",
        lambda: session.ehr.medication_requests(session.patient_id),
        Capability.MEDICATION_REQUESTS,
        once=True,
    )


async def payment_link(session: ToolSession, url: str) -> str:
    """The practice's own payment page; no EHR is asked, so every EHR can do it."""

    async def known() -> str:
        return url

    return await session.call("payment_link", known)


async def optical_order_status(session: ToolSession) -> tuple[Order, ...]:
    return await session.call(
        "optical_order_status", lambda: session.ehr.orders(session.patient_id), Capability.ORDERS
    )


async def form_status(session: ToolSession) -> tuple[Form, ...]:
    return await session.call(
        "form_status", lambda: session.ehr.forms(session.patient_id), Capability.FORMS
    )


async def form_link(session: ToolSession, form: Form) -> str:
    """Where the form is filled in."""

    async def known() -> str:
        return form.url

    return await session.call("form_link", known)
