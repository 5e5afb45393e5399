"""The table of help lines and its review date."""

from datetime import UTC, datetime, timedelta

from agent.safety.resources import load_resources


def test_the_review_is_not_overdue():
    """The release check of DOMAIN D.3: numbers nobody checked in time block a release."""
    assert not load_resources().overdue(datetime.now(UTC).date())


def test_overdue_after_the_date():
    resources = load_resources()
    assert not resources.overdue(resources.review_by)
    assert resources.overdue(resources.review_by + timedelta(days=1))


def test_a_practice_without_the_number_has_no_button():
    resources = load_resources()
    assert resources.action("practice_call", "en", {"practice_phone": None}) is None
    found = resources.action("practice_call", "es", {"practice_phone": "+13125550100"})
    assert found is not None
    assert found.href == "tel:+13125550100"
