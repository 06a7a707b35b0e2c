"""What can be chosen beside a question: databases and engines."""

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import Account
from projects.models import Project
from tasks.models import Engine
from text2sql.engines.base import DOMAIN
from text2sql.models import DatabaseConnection
from text2sql.selectors.connections import LATEST_FIRST, connections_for


def askable_connections(user: Account, project: Project | None) -> list[DatabaseConnection]:
    """Databases that a person may ask in a project, the one that would be asked by default first.

    In the order of `usable_connection`: what the page shows first is what a question without a database would ask.
    """
    # `project_id__in`, because "= NULL" would offer staff everybody's connections that are shared with nobody.
    shared = Q(project_id__in=[project.pk] if project else [])
    usable = connections_for(user).filter(Q(user_id=user.pk) | shared | Q(is_demo=True))
    return list(usable.order_by(*LATEST_FIRST))


def chosen_connection(connections: Sequence[DatabaseConnection], *wanted: object) -> DatabaseConnection | None:
    """The first of `wanted` (ids) that can be asked, else the default one; None where there is none."""
    by_id = {str(connection.pk): connection for connection in connections}
    known = (by_id[str(pk)] for pk in wanted if str(pk) in by_id)
    return next(known, connections[0] if connections else None)


def engine_choices() -> list[Engine]:
    """Enabled engines, the default one first."""
    return list(Engine.objects.enabled(DOMAIN))
