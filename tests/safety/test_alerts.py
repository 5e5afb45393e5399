"""Which task and route an assessment makes."""

import pytest

from agent.domain.safety import SAFE, Assessment
from agent.domain.terms import Category, Level, Priority, Route, TaskCode
from agent.safety.alerts import alert_for


@pytest.mark.parametrize(
    ("category", "level", "code", "priority", "route"),
    [
        ("self_harm", 2, TaskCode.CRISIS, Priority.URGENT, Route.CRISIS),
        ("self_harm", 3, TaskCode.CRISIS, Priority.STAT, Route.CRISIS),
        ("psychosis", 3, TaskCode.CRISIS, Priority.STAT, Route.CRISIS),
        ("harm_to_others", 4, TaskCode.CRISIS, Priority.STAT, Route.CRISIS),
        ("abuse", 3, TaskCode.SAFEGUARDING, Priority.STAT, Route.CRISIS),
        ("domestic_violence", 4, TaskCode.SAFEGUARDING, Priority.STAT, Route.CRISIS),
        ("overdose", 3, TaskCode.MEDICAL_EMERGENCY, Priority.STAT, Route.EMERGENCY),
        ("medical", 4, TaskCode.MEDICAL_EMERGENCY, Priority.STAT, Route.EMERGENCY),
        ("eye", 4, TaskCode.MEDICAL_EMERGENCY, Priority.STAT, Route.EMERGENCY),
        ("post_operative", 4, TaskCode.MEDICAL_EMERGENCY, Priority.STAT, Route.EMERGENCY),
    ],
)
def test_each_category_has_its_task(category, level, code, priority, route):
    alert = alert_for(Assessment(Level(level), Category(category)))
    assert alert is not None
    assert (alert.code, alert.priority, alert.route) == (code, priority, route)


def test_distress_and_safety_make_no_alert():
    assert alert_for(Assessment(Level.DISTRESS, Category.DISTRESS)) is None
    assert alert_for(SAFE) is None
