"""manage.py create_admin: the first administrator, with a password that is printed once."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services import InvalidAccount, create_first_admin


class Command(BaseCommand):
    """Does nothing when an administrator exists, so it may run at every start."""

    help = "Create the first administrator; without effect when there is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, address, and JSON for other programs."""
        parser.add_argument("--username", default="admin")
        parser.add_argument("--email", default="admin@localhost.localdomain")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was made."""
        try:
            made = create_first_admin(username=options["username"], email=options["email"])
        except InvalidAccount as error:
            raise CommandError(f"{error.detail} {error.errors}") from error
        # Printed this once: only its hash is stored, and nothing of it is logged.
        answer: dict[str, Any] = {"created": made is not None}
        if made is not None:
            answer |= {"username": made[0].username, "email": made[0].email, "password": made[1]}
        self.stdout.write(json.dumps(answer) if options["json"] else _sentence(answer))


def _sentence(answer: dict[str, Any]) -> str:
    if not answer["created"]:
        return "There is an administrator already; nothing was changed."
    return f"Administrator {answer['username']} made. Password (shown once): {answer['password']}"
