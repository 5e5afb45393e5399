"""One-step flows that only read: appointments, balance, coverage, payment, orders, forms."""

from agent.domain.booking import AppointmentStatus
from agent.domain.records import Account, Coverage, Form, FormStatus, Order, OrderStatus
from agent.domain.terms import Intent, TaskCode
from agent.flows.flow import Done, Flow, Move, Relay, Said, Step, Visit
from agent.flows.visits import described, listing, mentioned
from agent.tools.desk import Errand
from agent.tools.records import (
    form_link,
    form_status,
    get_balance,
    get_coverage,
    optical_order_status,
    payment_link,
)
from agent.tools.scheduling import list_appointments
from agent.understanding.dates import parse_when
from agent.understanding.people import match_items


async def appointments(visit: Visit) -> Move:
    """The upcoming ones, or those the question is about."""
    found = await list_appointments(visit.tools, visit.now)
    if not found:
        return Done((listing(visit, visit.say("appointments.none")),))
    lines = [visit.words("appointments.list")]
    facts: list[str] = []
    for appointment in mentioned(visit, found, parse_when(visit.text, visit.now)):
        values = described(visit, appointment)
        values["when"] = values.pop("old")
        confirmed = appointment.status is AppointmentStatus.CONFIRMED
        key = "appointments.line_confirmed" if confirmed else "appointments.line"
        lines.append("• " + visit.words(key, **values))
        facts.extend(values.values())
        if appointment.telehealth_url:
            lines.append(visit.words("appointments.video_link", url=appointment.telehealth_url))
            facts.append(appointment.telehealth_url)
    return Done((listing(visit, Said("\n".join(lines), tuple(facts))),))


async def balance(visit: Visit) -> Move:
    """The total, its date, and what it consists of."""
    account = await get_balance(visit.tools)
    if account is None:
        return _to_billing(visit, "billing.none")
    total = visit.wording.money(abs(account.balance_cents))
    as_of = visit.wording.day(visit.language, account.as_of)
    if account.balance_cents == 0:
        return Done((visit.say("billing.zero", as_of=as_of),))
    key = "billing.balance" if account.balance_cents > 0 else "billing.credit"
    lines = [visit.words(key, as_of=as_of, balance=total)]
    facts = [total, as_of]
    if account.charges or account.payments:
        lines.append(visit.words("billing.made_of"))
        for line, fact in _made_of(visit, account):
            lines.append("• " + line)
            facts.append(fact)
    return Done((Said("\n".join(lines), tuple(facts)),))


def _made_of(visit: Visit, account: Account) -> list[tuple[str, str]]:
    """(line, fact) for every charge and payment, oldest first."""
    entries: list[tuple[object, str]] = []
    for charge in account.charges:
        values = {
            "date": visit.wording.day(visit.language, charge.date),
            "description": charge.description,
            "amount": visit.wording.money(charge.amount_cents),
        }
        entries.append((charge.date, visit.words("billing.charge", **values)))
    for payment in account.payments:
        values = {
            "date": visit.wording.day(visit.language, payment.date),
            "amount": visit.wording.money(payment.amount_cents),
        }
        entries.append((payment.date, visit.words("billing.payment_line", **values)))
    entries.sort(key=lambda entry: str(entry[0]))
    return [(line, line) for _, line in entries]


async def coverage(visit: Visit) -> Move:
    """What is on file; never that something is covered (DOMAIN S141)."""
    found = await get_coverage(visit.tools)
    if not found:
        return _to_billing(visit, "billing.coverage_none")
    lines = [_coverage_line(visit, each) for each in found]
    facts = tuple(lines)
    lines.append(visit.words("billing.coverage_note"))
    return Done((Said("\n".join(lines), facts),))


def _coverage_line(visit: Visit, coverage: Coverage) -> str:
    status = "billing.active" if coverage.status == "active" else "billing.inactive"
    parts = [
        visit.words(
            "billing.coverage_line",
            payer=coverage.payer,
            plan=coverage.plan,
            member=coverage.member_id[-4:],
            status=visit.words(status),
        )
    ]
    if coverage.copay_cents is not None:
        amount = visit.wording.money(coverage.copay_cents)
        parts.append(visit.words("billing.copay", amount=amount))
    if coverage.sessions_remaining is not None:
        parts.append(visit.words("billing.sessions", count=coverage.sessions_remaining))
    if coverage.authorization_expires is not None:
        date = visit.wording.day(visit.language, coverage.authorization_expires)
        parts.append(visit.words("billing.authorization", date=date))
    return "• " + ", ".join(parts)


async def payment(visit: Visit) -> Move:
    """The practice's payment page; card numbers never belong in a chat."""
    url = visit.practice.payment_url
    if url is None:
        return _to_billing(visit, "handoff.lead.billing_question")
    link = await payment_link(visit.tools, url)
    return Done((visit.say("billing.pay", url=link),))


def _to_billing(visit: Visit, lead: str) -> Relay:
    summary = visit.wording.say("en", "task.said", text=visit.text)
    return Relay(Errand(TaskCode.BILLING_QUESTION, summary), visit.say(lead))


async def orders(visit: Visit) -> Move:
    """The orders the question names, else the open ones, else those picked up."""
    found = await optical_order_status(visit.tools)
    if not found:
        summary = visit.wording.say("en", "task.said", text=visit.text)
        lead = visit.say("handoff.lead.order_question")
        return Relay(Errand(TaskCode.ORDER_QUESTION, summary), lead)
    waiting = tuple(o for o in found if o.status is not OrderStatus.DISPENSED)
    named = match_items(visit.text, [f"{o.kind} {o.description}" for o in found])
    shown = tuple(found[i] for i in named) or waiting or found
    return Done(tuple(_order_line(visit, order) for order in shown))


def _order_line(visit: Visit, order: Order) -> Said:
    parts = [
        visit.words(
            "orders.line",
            description=order.description,
            kind=order.kind,
            status=visit.words(f"orders.{order.status}"),
        )
    ]
    if order.ordered_on is not None:
        date = visit.wording.day(visit.language, order.ordered_on)
        parts.append(visit.words("orders.ordered_on", date=date))
    if order.expected_on is not None and order.status not in _ARRIVED:
        date = visit.wording.day(visit.language, order.expected_on)
        parts.append(visit.words("orders.expected", date=date))
    text = ", ".join(parts) + "."
    return Said(text, (text,))


_ARRIVED = (OrderStatus.READY, OrderStatus.DISPENSED)


async def forms(visit: Visit) -> Move:
    """Forms still to fill in, with their links; a named one also when it is completed."""
    found = await form_status(visit.tools)
    waiting = tuple(f for f in found if f.status is not FormStatus.COMPLETED)
    named = match_items(visit.text, [f.name for f in found])
    if len(named) == 1:
        return Done((await _one_form(visit, found[named[0]]),))
    if not waiting:
        return Done((visit.say("forms.all_done" if found else "forms.none"),))
    lines = [_linked(visit, form, form.url) for form in waiting]
    text = "\n".join([visit.words("forms.list"), *("• " + line.text for line in lines)])
    return Done((Said(text, tuple(fact for line in lines for fact in line.facts)),))


async def _one_form(visit: Visit, form: Form) -> Said:
    if form.status is FormStatus.COMPLETED or not form.url:
        return _form_line(visit, form)
    return _linked(visit, form, await form_link(visit.tools, form))


def _linked(visit: Visit, form: Form, url: str) -> Said:
    line = _form_line(visit, form)
    if not url:
        return line
    text = f"{line.text} {visit.words('forms.link', url=url)}"
    return Said(text, (text,))


def _form_line(visit: Visit, form: Form) -> Said:
    parts = [visit.words("forms.line", name=form.name, status=visit.words(f"forms.{form.status}"))]
    if form.due is not None and form.status is not FormStatus.COMPLETED:
        key = "forms.overdue" if form.due < visit.now else "forms.due"
        parts.append(visit.words(key, date=visit.wording.day(visit.language, form.due)))
    text = ", ".join(parts) + "."
    return Said(text, (text,))


LOOKUPS = tuple(
    Flow(name=intent, first="look", steps={"look": Step(look)})
    for intent, look in (
        (Intent.APPOINTMENT_LIST, appointments),
        (Intent.BALANCE, balance),
        (Intent.COVERAGE, coverage),
        (Intent.PAYMENT, payment),
        (Intent.ORDER_STATUS, orders),
        (Intent.FORM_STATUS, forms),
        (Intent.MEASURE, forms),
    )
)
