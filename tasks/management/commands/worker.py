"""`manage.py worker`: run a light (threads) or heavy (one process, one resident model) worker."""

import os
import warnings
from typing import Any

from celery import current_app
from celery.exceptions import SecurityWarning
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tasks.registry import queue_profiles
from tasks.states import WorkerProfile
from tasks.worker.process import configure

#: A heavy process ends itself after this many tasks, or beyond this memory, with the prefork pool.
HEAVY_TASKS_PER_CHILD = 200
HEAVY_MEMORY_PER_CHILD_KIB = 16 * 1024 * 1024


class Command(BaseCommand):
    """Runs until SIGTERM (finish or give back) or SIGINT; exit code 75 asks its supervisor for a restart."""

    help = "Run a worker."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Profile, queues, pool and concurrency."""
        parser.add_argument("--profile", choices=WorkerProfile.values, default=WorkerProfile.LIGHT.value)
        parser.add_argument("--queues", help="Comma-separated; by default all queues of the profile.")
        parser.add_argument("--pool", choices=["threads", "solo", "prefork"])
        parser.add_argument("--concurrency", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Hand over to Celery."""
        profile: str = options["profile"]
        # Light work waits for networks and children, where threads are enough; a resident model wants a process.
        light = profile == WorkerProfile.LIGHT
        pool: str = options["pool"] or ("threads" if light else "solo")
        concurrency: int = options["concurrency"] or (settings.LIGHT_WORKER_THREADS if light else 1)
        named = options["queues"]
        queues = named.split(",") if named else [q for q, owner in queue_profiles().items() if owner == profile]
        # Checks import every route, and with them the whole web face, into a process that serves no page.
        os.environ["CELERY_SKIP_CHECKS"] = "true"
        configure(profile=profile, queues=queues, concurrency=concurrency, pool=pool)
        # Only our own ids are accepted from the broker, as JSON: the warning about root and pickle is not about us.
        warnings.simplefilter("ignore", SecurityWarning)
        arguments = ["--quiet", "worker", "--pool", pool, "--concurrency", str(concurrency)]
        arguments += ["--queues", ",".join(queues)]
        arguments += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        if not light:
            arguments += ["--max-tasks-per-child", str(HEAVY_TASKS_PER_CHILD)]
            arguments += ["--max-memory-per-child", str(HEAVY_MEMORY_PER_CHILD_KIB)]
        current_app.worker_main(arguments)
