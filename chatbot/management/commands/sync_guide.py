"""`manage.py sync_guide`: makes the guide's pages answerable in the chat."""

from typing import Any

from django.core.management.base import BaseCommand

from chatbot.services.guide import sync_guide


class Command(BaseCommand):
    """Does nothing when the pages have not changed."""

    help = "Bring the passages of the guide in step with its pages."

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the service."""
        self.stdout.write(f"Passages written or removed: {sync_guide()}")
