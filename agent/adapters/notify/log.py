"""Alerts as lines in the server's log, where an operator's monitoring picks them up."""

from collections.abc import Sequence

import structlog

from agent.domain.desk import Task
from agent.policy import StaffMember

_log = structlog.get_logger()


class LogNotifier:
    """Always accepts: the task itself already stands in the store and on every desk page."""

    async def alert(self, task: Task, recipients: Sequence[StaffMember]) -> bool:
        _log.warning(
            "alert",
            task=task.id,
            code=task.code.value,
            priority=task.priority.value,
            recipients=[member.id for member in recipients],
        )
        return True
