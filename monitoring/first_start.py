"""What every start of the house makes sure of: schema, catalogue, an administrator, a demo project."""

import os
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from accounts.models import Account, Role
from accounts.services import InvalidAccount, create_first_admin
from monitoring.events import house_prepared
from projects.models import Project
from projects.services import create_project
from tasks.services import sync_engines, sync_queues


def pending_migrations() -> int:
    """How many migrations the database lacks; needs only the graph and one query."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def ensure_schema() -> bool:
    """Migrate when something is missing (True), then bring queues and engines in step with the settings."""
    migrated = pending_migrations() > 0
    if migrated:
        call_command("migrate", interactive=False, verbosity=0)
    sync_queues()
    sync_engines()
    return migrated


def sign_in_file() -> Path:
    """Where the generated password waits for the first sign-in (mode 0600)."""
    return Path(settings.DATA_DIR) / "first-sign-in.txt"


def ensure_admin() -> str:
    """Make the first administrator once; returns what to tell people about signing in.

    Lines of a start scroll away, so the password also waits in a file that only the owner of the data folder can read;
    the next start after that administrator has signed in removes it.
    """
    waiting = sign_in_file()
    try:
        made = create_first_admin(username="admin", email="admin@localhost.localdomain")
    except InvalidAccount:
        # The name belongs to somebody who was demoted or blocked: a person's decision, which a start does not undo.
        made = None
    if made is not None:
        account, password = made
        waiting.unlink(missing_ok=True)
        # Never into a file or link that somebody laid there: it might be readable by others.
        with os.fdopen(os.open(waiting, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{account.username} {password}\n")
    first = first_admin()
    words = waiting.read_text(encoding="utf-8").split() if waiting.exists() else []
    # A full disk or a power cut leaves an empty file; that must not keep the house from starting.
    if first is not None and first.last_login is None and len(words) == 2:
        return f"{words[0]}, password {words[1]}"
    waiting.unlink(missing_ok=True)
    return "with the account you have" if first is None else f"{first.username}, with the password you chose"


def first_admin() -> Account | None:
    """The administrator who was there first and may still act; None when all were demoted, blocked or deleted."""
    return Account.objects.filter(role=Role.ADMIN, is_active=True, is_blocked=False).order_by("pk").first()


def ensure_demo_project() -> Project | None:
    """A project to try things in, made once and not again when it was archived."""
    if Project.objects.filter(metadata__demo=True).exists():
        return None
    owner = first_admin()
    if owner is None:
        return None
    return create_project(
        user=owner,
        project_name=_("Demo"),
        project_description=_("A project to try things in."),
        metadata={"demo": True},
    )


def tell_prepared() -> None:
    """Let higher floors make examples of their own; nobody is told before there is an administrator."""
    owner = first_admin()
    if owner is not None:
        house_prepared.send(sender=None, owner=owner, project=Project.objects.filter(metadata__demo=True).first())
