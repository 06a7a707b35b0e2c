"""Time from submit to the start of the work while the house is idle."""

from bench.house import House, wait_until
from bench.kinds import NOOP
from bench.options import Options
from bench.people import make_account, make_project
from bench.table import Row, percentile
from projects.models import Project
from tasks.models import Task
from tasks.services import submit_task

WARM_UP = 20


def measure(house: House, options: Options) -> list[Row]:
    """One task after the other; both moments are PostgreSQL's: `created_at` of the row and the claim's `started_at`."""
    project = make_project(make_account("start"))
    house.start_sweeper()
    house.start_worker("--profile", "light")
    waits_ms = [_wait_ms(project) for _ in range(WARM_UP + options.samples)][WARM_UP:]
    house.stop_all()
    return [
        Row("start", "submit to start, median", percentile(waits_ms, 0.5), "ms"),
        Row("start", "submit to start, 95th percentile", percentile(waits_ms, 0.95), "ms", at_most=10.0),
    ]


def _wait_ms(project: Project) -> float:
    task = submit_task(user=project.user, project=project, task_type=NOOP, input_data={})
    wait_until(lambda: Task.objects.get(pk=task.pk).completed_at is not None, what="the task", pause_seconds=0.005)
    task.refresh_from_db()
    assert task.started_at is not None
    return (task.started_at - task.created_at).total_seconds() * 1000
