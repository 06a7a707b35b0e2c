"""`manage.py beat`: the sweeper loop and Celery's periodic jobs in one process."""

import logging
import signal
import threading
from types import FrameType
from typing import Any

from celery import current_app
from celery.beat import Service as Beat
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tasks.queue.connection import DatabaseDown, forget_connection, prefer_indexes
from tasks.services import sweep

logger = logging.getLogger(__name__)

STATEMENT_TIMEOUT_MS = 10_000


class Command(BaseCommand):
    """Several may run: sweeps have one winner per batch; run `--sweeper-only` for all but one."""

    help = "Run the sweeper and the periodic jobs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to run periodic jobs too."""
        parser.add_argument("--sweeper-only", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep until SIGTERM or SIGINT."""
        stop = threading.Event()

        def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
            stop.set()

        connection_created.connect(limit_statements)
        connection_created.connect(prefer_indexes)
        # An event instead of an exception: a round that has begun ends, so no batch is cut in the middle.
        signal.signal(signal.SIGTERM, ask_to_stop)
        signal.signal(signal.SIGINT, ask_to_stop)
        if not options["sweeper_only"]:
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
            schedule = settings.DATA_DIR / "celerybeat-schedule"
            service = Beat(current_app, schedule_filename=str(schedule))
            threading.Thread(target=service.start, kwargs={"embedded_process": True}, daemon=True).start()
        while not stop.wait(settings.TASK_SWEEP_SECONDS):
            sweep_once()


def limit_statements(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    """No statement of this process may hold its locks for longer, whatever the tables' state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [str(STATEMENT_TIMEOUT_MS)])


def sweep_once() -> None:
    """One round; while the database is away there is nothing to sweep."""
    try:
        sweep()
    except DatabaseDown as error:
        logger.warning("tasks.sweep.database_down", extra={"error": str(error)})
        forget_connection()
