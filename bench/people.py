"""Accounts, projects and rows to measure with."""

from typing import Any

from accounts.models import Account
from bench.kinds import NOOP
from config.common.ids import uuid7
from projects.models import Project
from projects.services import create_project
from tasks.models import Task


def make_account(name: str) -> Account:
    """An account that signs in with `name` twice over."""
    return Account.objects.create_user(name, f"{name}@example.org", f"{name}-{name}")


def make_project(owner: Account) -> Project:
    """A project of the account."""
    return create_project(user=owner, project_name=f"Bench of {owner.username}")


def insert_noops(count: int, project: Project, **fields: Any) -> None:
    """Pending no-ops in one transaction, past the service: what is measured begins with their dispatch."""
    rows = (
        Task(
            task_id=uuid7(), user_id=project.user_id, project=project, task_type=NOOP, queue_name="default",
            input_data={}, **fields,
        )
        for _ in range(count)
    )  # fmt: skip
    Task.objects.bulk_create(rows, batch_size=1000)
