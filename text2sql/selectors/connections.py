"""Which databases a person or a program may see and ask, and what they may do with them."""

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from django.db.models import F, Q

from accounts.models import Account, ApiKey
from accounts.queries import AnyPerson, CompiledQuery
from accounts.querysets import Viewer, is_staff
from projects.models import Project, ProjectMember
from projects.selectors import bound_project_id, get_abilities
from tasks.models import Task
from text2sql.errors import ConnectionNotFound
from text2sql.models import DatabaseConnection
from text2sql.querysets import DatabaseConnectionQuerySet

#: Work on a connection itself, and the queue of all work on databases.
TEST_KIND, INTROSPECT_KIND = CONNECTION_KINDS = ("text2sql.test", "text2sql.introspect")
QUEUE = "text2sql_queue"

#: The one to ask where nobody named any: the example last, and what was never tested behind what was.
LATEST_FIRST = ("is_demo", F("last_tested").desc(nulls_last=True), "-pk")


def connections_for(user: Viewer, key: ApiKey | None = None) -> DatabaseConnectionQuerySet:
    """Active connections one sees, the example among them; a bound key sees those shared with its own project only."""
    return _seen_by(user, bound_project_id(key))


def _seen_by(user: Viewer, bound: UUID | None) -> DatabaseConnectionQuerySet:
    active = DatabaseConnection.objects.active()
    if is_staff(user):
        seen: DatabaseConnectionQuerySet = active
    else:
        seen = active.filter(Q(pk__in=active.visible_to(user).values("pk")) | Q(is_demo=True))
    return seen if bound is None else seen.filter(Q(project_id=bound) | Q(is_demo=True))


def get_connection(pk: UUID, user: Viewer, key: ApiKey | None = None) -> DatabaseConnection:
    """One of `connections_for`; raises ConnectionNotFound.

    Strangers get the same answer as for a connection that never was.
    """
    found = connections_for(user, key).select_related("project", "user").filter(pk=pk).first()
    if found is None:
        raise ConnectionNotFound
    return found


def usable_connection(
    pk: UUID | None, *, user: Account, project: Project, key: ApiKey | None = None
) -> DatabaseConnection:
    """The connection to be asked within a project; without an id the person's latest one there, else the example.

    Raises ConnectionNotFound, also for a connection that is shared with another project only.
    """
    bound = bound_project_id(key)
    query = _usable(is_staff(user), is_bound=bound is not None, is_named=pk is not None)
    found = query.first(connection=pk, person=user.pk, project=project.pk, bound=bound)
    if found is None:
        raise ConnectionNotFound
    return found


@lru_cache
def _usable(staff: bool, *, is_bound: bool, is_named: bool) -> CompiledQuery[DatabaseConnection]:
    def build(connection: UUID, person: UUID, project: UUID, bound: UUID) -> DatabaseConnectionQuerySet:
        usable = _seen_by(AnyPerson(person, is_staff=staff), bound if is_bound else None)
        usable = usable.filter(Q(user_id=person) | Q(project_id=project) | Q(is_demo=True))
        if is_bound:
            usable = usable.filter(Q(project_id=project) | Q(is_demo=True))
        if is_named:
            usable = usable.filter(pk=connection)
        first: DatabaseConnectionQuerySet = usable.order_by(*LATEST_FIRST)[:1]
        return first

    return CompiledQuery(build, connection=UUID, person=UUID, project=UUID, bound=UUID)


def connection_abilities(connection: DatabaseConnection, user: Viewer) -> dict[str, bool]:
    """What this person may do with it: the one map for buttons and refusals.

    `details` are host, user name and parameters: members of the project ask without seeing them.
    """
    owns = connection.user_id == user.pk
    manages = (owns or is_staff(user)) and not (connection.is_demo and not is_staff(user))
    project = connection.project
    asks = owns or connection.is_demo or is_staff(user)
    if not asks and project is not None:
        asks = get_abilities(project=project, user=user)["submit_tasks"]
    return {
        "view": True,
        "ask": asks,
        "details": manages,
        "update": manages,
        "delete": manages,
        "allow_private": is_staff(user),
    }


def know_memberships(connections: Sequence[DatabaseConnection], user: Viewer) -> None:
    """Read the person's roles in the projects of all these rows at once, so that `connection_abilities` asks nothing.

    Without it a list costs one query for each shared connection.
    """
    projects = [connection.project for connection in connections if connection.project is not None]
    found = ProjectMember.objects.active().filter(user_id__in=[user.pk], project_id__in={one.pk for one in projects})
    roles = {project: (role, given) for project, role, given in found.values_list("project_id", "role", "permissions")}
    for project in projects:
        role, given = roles.get(project.pk, (None, {}))
        project.__dict__.update(my_role=role, my_permissions=given, membership_of=user.pk)


def work_in_hand(connection: DatabaseConnection, user: Account) -> Task | None:
    """The person's latest test of this connection, or reading of its schema, that has not ended.

    For the page, which follows it and is rendered again when it ends; work of other people is theirs to follow.
    """
    mine = Task.objects.filter(user=user, task_type__in=CONNECTION_KINDS, input_data__connection_id=str(connection.pk))
    # The few that have not ended are found by their own index; those that have show what is stored anyway.
    return mine.filter(completed_at=None, queue_name=QUEUE).order_by("-pk").first()
