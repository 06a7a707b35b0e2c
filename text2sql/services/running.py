"""Running a checked statement for a person: planned first, its rows kept for the browser."""

from tasks.registry import TaskContext
from text2sql.safety.base import CheckedStatement
from text2sql.services.access import HouseDatabase
from text2sql.services.results import KeptRows, keep_rows
from text2sql.services.targets import run_limits


def run_checked(
    database: HouseDatabase, statement: CheckedStatement, context: TaskContext
) -> tuple[KeptRows, float | None]:
    """The kept rows and the plan's cost; raises QueryFailed, or what stops the work, having kept nothing.

    Planned first, because a plan costs milliseconds and also finds out names that do not exist.
    """
    context.raise_if_cancelled()
    plan = database.plan(statement)
    return keep_rows(database.stream(statement, limits=run_limits())), plan.cost
