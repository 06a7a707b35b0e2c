"""`manage.py import_connections`: the saved connections of AI-Assistant become a person's own."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from projects.selectors import find_account
from text2sql.errors import InvalidConnection
from text2sql.knowledge.connections_file import ConnectionFileUnreadable, read_connection
from text2sql.services.connections import create_connection


class Command(BaseCommand):
    """Their passwords stand in clear letters in these files: they are encrypted at once and never printed."""

    help = "Save the connections of AI-Assistant's data/connections/*.json for a person."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and which files."""
        parser.add_argument("username", help="Name or e-mail address of the person who will own them.")
        parser.add_argument("files", nargs="+", type=Path, metavar="file")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per file; a file that cannot be taken does not stop the others."""
        person = find_account(options["username"])
        if person is None:
            raise CommandError(f"There is no active account {options['username']}.")
        refused = 0
        for path in options["files"]:
            try:
                made = create_connection(user=person, **asdict(read_connection(path.read_bytes())))
            except (OSError, ConnectionFileUnreadable) as error:
                refused += 1
                self.stderr.write(f"{path.name}: not read ({getattr(error, 'code', type(error).__name__)})")
            except InvalidConnection as error:
                refused += 1
                self.stderr.write(f"{path.name}: refused ({', '.join(sorted(error.errors))})")
            else:
                self.stdout.write(f"{path.name}: {made.name}")
        if refused:
            raise CommandError(f"{refused} of {len(options['files'])} files were not imported.")
