"""The table of help lines: where each number comes from, and that somebody looks at it in time."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from agent.safety.resources import RESOURCES_FILE, load_resources
from knowledge.errors import InputError

QUARTER = timedelta(days=92)


def test_no_review_is_overdue():
    """The release check of DOMAIN D.3: numbers nobody checked in time block a release."""
    assert load_resources().overdue(datetime.now(UTC).date()) == ()


def test_every_number_has_a_source_and_is_looked_at_every_quarter():
    resources = load_resources()
    of_others = [r for r in resources.table.values() if not r.href["en"].endswith("_phone")]
    assert len(of_others) >= 12
    for each in of_others:
        assert each.source
        assert each.reviewed_on is not None
    assert resources.review_every <= QUARTER


def test_the_day_after_its_time_a_number_is_overdue():
    resources = load_resources()
    assert resources.overdue(resources.review_by) == ()
    assert "lifeline_call" in resources.overdue(resources.review_by + timedelta(days=1))


def test_one_old_number_is_enough(tmp_path):
    old = RESOURCES_FILE.read_text(encoding="utf-8").replace(
        '[action.poison_call]\nsource = "poisonhelp.hrsa.gov"\nreviewed_on = 2026-11-21',
        '[action.poison_call]\nsource = "poisonhelp.hrsa.gov"\nreviewed_on = 2026-08-01',
    )
    path = tmp_path / "resources.toml"
    path.write_text(old, encoding="utf-8")
    assert load_resources(path).overdue(date(2026, 11, 21)) == ("poison_call",)


@pytest.mark.parametrize("key", ["source", "reviewed_on", "href", "en"])
def test_a_number_without_its_papers_is_refused(tmp_path, key):
    text = RESOURCES_FILE.read_text(encoding="utf-8")
    path = tmp_path / "resources.toml"
    path.write_text(re.sub(rf"(?m)^{key} = .*\n", "", text, count=1), encoding="utf-8")
    with pytest.raises(InputError, match=rf"emergency_call: '{key}'") as error:
        load_resources(path)
    assert "resources.toml" in str(error.value)


def test_a_practice_without_the_number_has_no_button():
    resources = load_resources()
    assert resources.action("practice_call", "en", {"practice_phone": None}) is None
    found = resources.action("practice_call", "es", {"practice_phone": "+13125550100"})
    assert found is not None
    assert found.href == "tel:+13125550100"
