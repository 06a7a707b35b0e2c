"""`manage.py compile_catalogues`: .po to .mo in pure Python."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from monitoring.catalogues import BrokenCatalogue, compile_catalogue


class Command(BaseCommand):
    """Silent when everything is up to date."""

    help = "Compile the translations in LOCALE_PATHS."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Every catalogue of every language."""
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                try:
                    if compile_catalogue(source):
                        self.stdout.write(f"Compiled {source.relative_to(settings.BASE_DIR)}")
                except BrokenCatalogue as error:
                    raise CommandError(f"{source}: {error}") from error
