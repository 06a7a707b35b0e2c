"""`manage.py audit_drainer`: move the audit's stream in a process of its own; `manage.py beat` does it, too."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.drainer import Drainer


class Command(BaseCommand):
    """Any number may run, on any machine: one moves, the others stand by for its death."""

    help = "Move the audit of model calls from Redis into PostgreSQL."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT."""
        drainer = Drainer()

        def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
            drainer.stopping.set()

        signal.signal(signal.SIGTERM, ask_to_stop)
        signal.signal(signal.SIGINT, ask_to_stop)
        drainer.run()
