"""How a project's scope is watched, changed by people who may change the project."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.models import Account
from projects.models import Project
from projects.services import update_project
from projects.services.activity import locked_project
from projects.services.projects import ProjectChanges


@transaction.atomic
def change_scope_settings(
    *,
    project: Project,
    actor: Account,
    settings: Mapping[str, Any] | None = None,
    allowed_intents: Sequence[str] | None = None,
) -> Project:
    """Change single settings, where None goes back to the house's value, and the allowed intents unless None.

    Others that are changed meanwhile stay. Raises as `update_project`, whose entry in the activity log it makes.
    """
    # The settings are one column: read behind the lock, or of two people who change different ones one would lose.
    fresh = locked_project(project=project, actor=actor, ability="update")
    given = dict(settings or {})
    cleared = {name for name, value in given.items() if value is None}
    changes: ProjectChanges = {
        "settings": {name: value for name, value in (fresh.settings | given).items() if name not in cleared}
    }
    if allowed_intents is not None:
        changes["allowed_intents"] = list(allowed_intents)
    return update_project(project=fresh, actor=actor, **changes)
