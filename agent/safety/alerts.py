"""Which task an assessment makes, how urgent it is, and which route the turn takes."""

from dataclasses import dataclass

from agent.domain.safety import Assessment
from agent.domain.terms import Category, Level, Priority, Route, TaskCode


@dataclass(frozen=True, slots=True)
class Alert:
    code: TaskCode
    priority: Priority
    route: Route


_CODE_AND_ROUTE = {
    Category.SELF_HARM: (TaskCode.CRISIS, Route.CRISIS),
    Category.PSYCHOSIS: (TaskCode.CRISIS, Route.CRISIS),
    Category.HARM_TO_OTHERS: (TaskCode.CRISIS, Route.CRISIS),
    Category.ABUSE: (TaskCode.SAFEGUARDING, Route.CRISIS),
    Category.DOMESTIC_VIOLENCE: (TaskCode.SAFEGUARDING, Route.CRISIS),
    Category.OVERDOSE: (TaskCode.MEDICAL_EMERGENCY, Route.EMERGENCY),
    Category.MEDICAL: (TaskCode.MEDICAL_EMERGENCY, Route.EMERGENCY),
    Category.EYE: (TaskCode.MEDICAL_EMERGENCY, Route.EMERGENCY),
    Category.POST_OPERATIVE: (TaskCode.MEDICAL_EMERGENCY, Route.EMERGENCY),
}


def alert_for(assessment: Assessment) -> Alert | None:
    """Stat from level 3, urgent at level 2 (DOMAIN D.3); None below: the agent offers a person."""
    if assessment.category is None or assessment.level <= Level.DISTRESS:
        return None
    if assessment.category not in _CODE_AND_ROUTE:
        return None
    code, route = _CODE_AND_ROUTE[assessment.category]
    priority = Priority.STAT if assessment.level >= Level.ACTIVE else Priority.URGENT
    return Alert(code, priority, route)
