"""`manage.py create_key`: an API key from the shell, for scripts and the first try."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Account
from accounts.services import create_api_key
from config.common.problems import DomainError


class Command(BaseCommand):
    """Prints the key and nothing else, this once; it is stored as a hash."""

    help = "Create an API key for an account and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, for what."""
        parser.add_argument("username")
        parser.add_argument("--name", default="shell")
        parser.add_argument("--scopes", default="*", help="Comma-separated, for example tts:write,tasks:read.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the service."""
        account = Account.objects.filter(username=options["username"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['username']!r}.")
        try:
            _key, text = create_api_key(user=account, name=options["name"], permissions=options["scopes"].split(","))
        except DomainError as error:
            raise CommandError(f"{error.detail} {error.errors or ''}".strip()) from error
        self.stdout.write(text)
