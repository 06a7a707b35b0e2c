"""`manage.py clean_audio`: remove sound that no row names."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tts.services import remove_orphan_files
from tts.services.files import ORPHAN_AGE


class Command(BaseCommand):
    """Removes orphan audio files; safe while workers run.

    Below the age of the longest running work it may take a file that is just being written, hence the default.
    """

    help = "Remove audio files that no row names (left by crashed workers and deleted requests)."

    def add_arguments(self, parser: CommandParser) -> None:
        """One option: the age below which a file may still belong to running work."""
        hours = ORPHAN_AGE.total_seconds() / 3600
        parser.add_argument("--older-than-hours", type=float, default=hours, help="default: %(default)g")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the service and say how many were removed."""
        removed = remove_orphan_files(older_than=timedelta(hours=options["older_than_hours"]))
        self.stdout.write(f"Removed {removed} audio file(s).")
