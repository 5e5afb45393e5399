"""What a manager may change at the desk."""

from zoneinfo import ZoneInfo

import pytest

from agent.domain.ids import StaffId
from agent.domain.terms import Mode, Role, Route
from agent.policy import Practice, StaffMember
from agent.policybook import PolicyBook
from knowledge.errors import InputError


def book(on_call: bool = True) -> PolicyBook:
    roles = frozenset({Role.ON_CALL}) if on_call else frozenset({Role.MANAGER})
    staff = (StaffMember(StaffId("ST-1"), "A", roles),)
    zone = ZoneInfo("America/Chicago")
    return PolicyBook(Practice("p", "P", zone, ("en",), "+13125550100", staff=staff))


def test_a_route_changes_its_mode() -> None:
    policy = book()
    policy.lay_over({"automation.billing": "auto", "thresholds.answer": "0.7"})
    assert policy.practice.mode(Route.BILLING) is Mode.AUTO
    assert policy.practice.thresholds.answer == 0.7
    assert policy.practice.mode(Route.REFILL) is Mode.DRAFT


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("automation.crisis", "auto"),
        ("automation.emergency", "human_only"),
        ("automation.nothing", "auto"),
        ("automation.faq", "always"),
        ("thresholds.route", "2"),
        ("thresholds.route", "high"),
        ("hours.mon", "08:00-09:00"),
    ],
)
def test_a_wrong_change_names_the_key_and_changes_nothing(key: str, value: str) -> None:
    policy = book()
    before = policy.practice
    with pytest.raises(InputError, match=key.replace(".", r"\.")):
        policy.lay_over({"automation.faq": "auto", key: value})
    assert policy.practice == before


def test_without_anybody_on_call_nothing_runs_by_itself() -> None:
    policy = book(on_call=False)
    policy.lay_over({"automation.faq": "auto", "automation.refill": "auto_with_digest"})
    assert policy.practice.mode(Route.FAQ) is Mode.DRAFT
    assert policy.practice.mode(Route.REFILL) is Mode.DRAFT
