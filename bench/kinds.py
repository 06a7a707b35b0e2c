"""The kind of task that does nothing: what is left is the queue."""

from django.apps import AppConfig

from tasks.registry import Outcome, TaskContext, TaskKind, register

NOOP = "bench.noop"


def do_nothing(context: TaskContext) -> Outcome:
    """Ends at once with an empty result."""
    return Outcome({})


class BenchKindsConfig(AppConfig):
    """Installed by bench.settings only."""

    name = "bench"

    def ready(self) -> None:
        """Register before post_migrate makes the queues."""
        register(TaskKind(NOOP, "Nothing", do_nothing, {"type": "object"}))
