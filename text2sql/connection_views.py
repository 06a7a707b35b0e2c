"""Pages of connections: save, test, share and remove them; read and describe their schemas."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Account
from accounts.querysets import is_staff
from accounts.requests import person_of
from config.common.problems import DomainError
from monitoring.middleware import request_id_of
from projects.context import current_project_of
from projects.querysets import ProjectQuerySet
from projects.selectors import annotated_abilities, visible_projects
from projects.views.frame import act, is_taken
from tasks.models import Task
from tasks.views import elapsed_seconds
from text2sql.connection_forms import ConnectionForm, NoteForm, initial_of
from text2sql.errors import InvalidQuestion
from text2sql.models import DatabaseConnection
from text2sql.selectors.connections import (
    connection_abilities,
    connections_for,
    get_connection,
    know_memberships,
    work_in_hand,
)
from text2sql.services.asking import Caller, introspect_connection, project_of_work, test_connection
from text2sql.services.connections import create_connection, remove_connection, update_connection
from text2sql.services.schemas import catalog_from, latest_changes, present_schema, write_note

MAX_TABLES_SHOWN = 300


@login_required
@require_GET
def connection_list(request: HttpRequest) -> HttpResponse:
    """Databases one may ask.

    By name, the example last; the roles in all their projects are read at once.
    """
    person = person_of(request)
    found = list(connections_for(person).select_related("project", "user").order_by("is_demo", "name", "pk"))
    know_memberships(found, person)
    rows = [(connection, connection_abilities(connection, person)) for connection in found]
    return render(request, "text2sql/connections.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def connection_create(request: HttpRequest) -> HttpResponse:
    """The form; a saved connection is tested at once.

    With or without its test it is saved: people type addresses once.
    """
    person = person_of(request)
    form = ConnectionForm(request.POST or None, projects=_shareable(person), is_staff=is_staff(person))
    if request.method == "POST" and form.is_valid():
        made: list[DatabaseConnection] = []
        fields = form.cleaned_data
        if is_taken(form, lambda: made.append(create_connection(user=person, **fields))):
            _test_new(request, made[0])
            return redirect("text2sql:connection", made[0].pk)
    return _form_page(request, form)


@login_required
@require_http_methods(["GET", "POST"])
def connection_update(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Change a connection; only what the person changed is sent to the service.

    Two tabs that change different fields leave both changes; the password is only sent where one was typed.
    """
    person = person_of(request)
    connection = get_connection(connection_id, person)
    if not connection_abilities(connection, person)["update"]:
        raise PermissionDenied
    form = ConnectionForm(
        request.POST or None, projects=_shareable(person, connection.project_id), is_staff=is_staff(person),
        initial=initial_of(connection),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        changes = form.changes
        if is_taken(form, lambda: update_connection(connection=connection, actor=person, **changes)):
            return redirect("text2sql:connection", connection.pk)
    return _form_page(request, form, connection)


@login_required
@require_GET
def connection_detail(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """State, schema and what was said about it; the part that work changes is rendered again when it ends.

    Members of the project see it without address and login.
    """
    person = person_of(request)
    connection = get_connection(connection_id, person)
    task = work_in_hand(connection, person)
    context = {
        "connection": connection,
        "abilities": connection_abilities(connection, person),
        "work": task and _work(task),
        **_schema(request, connection),
    }
    return render(request, "text2sql/connection.html", context)


@login_required
@require_POST
def connection_remove(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Take a connection away.

    From a second tab it is not found any more, which is the truth.
    """
    person = person_of(request)
    connection = get_connection(connection_id, person)
    done = _("The connection was removed. Questions and what was learned stay.")
    return act(
        request, lambda: remove_connection(connection=connection, actor=person), done=done, back="text2sql:connections"
    )


@login_required
@require_POST
def connection_test(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Have a worker sign in.

    The page is shown again at once and follows the task.
    """
    return _work_on(request, connection_id, test_connection)


@login_required
@require_POST
def connection_introspect(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Have a worker read the schema anew."""
    return _work_on(request, connection_id, introspect_connection)


@login_required
@require_POST
def connection_note(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Say something about a table or column.

    From the table's own small form, one place at a time: two people who describe different columns never meet.
    """
    person = person_of(request)
    connection = get_connection(connection_id, person)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Name a table of the schema."))
        return redirect("text2sql:connection", connection.pk)
    note = form.note()
    return act(
        request, lambda: write_note(connection=connection, actor=person, **note), done=_("Saved."),
        back="text2sql:connection", connection_id=connection.pk,
    )  # fmt: skip


def _shareable(person: Account, present: UUID | None = None) -> ProjectQuerySet:
    """Projects in which the person may start work, and the one it is shared with already."""
    rows = visible_projects(person).with_membership(person)
    chosen = [row.pk for row in rows if annotated_abilities(row, person)["submit_tasks"] or row.pk == present]
    found: ProjectQuerySet = visible_projects(person).filter(pk__in=chosen)
    return found


def _form_page(
    request: HttpRequest, form: ConnectionForm, connection: DatabaseConnection | None = None
) -> HttpResponse:
    # 422 tells htmx and people's tools alike that the form came back with errors.
    context = {"form": form, "connection": connection}
    return render(request, "text2sql/connection_form.html", context, status=422 if form.is_bound else 200)


def _work_on(request: HttpRequest, connection_id: UUID, start: Callable[..., Task]) -> HttpResponse:
    connection = get_connection(connection_id, person_of(request))
    return act(
        request, lambda: _start(request, connection, start), done=_("A worker has been asked."),
        back="text2sql:connection", connection_id=connection.pk,
    )  # fmt: skip


def _start(request: HttpRequest, connection: DatabaseConnection, start: Callable[..., Task]) -> Task:
    person = person_of(request)
    wanted = project_of_work(connection, person)
    current = current_project_of(request)
    project = visible_projects(person).filter(pk=wanted).first() if wanted else current
    if project is None:
        raise InvalidQuestion(_("Create a project first: work always belongs to one."))
    return start(caller=Caller(user=person, project=project, request_id=request_id_of(request)), connection=connection)


def _test_new(request: HttpRequest, connection: DatabaseConnection) -> None:
    """The connection is saved whatever becomes of its first test: without a project, say, there is none."""
    try:
        _start(request, connection, test_connection)
    except DomainError as error:
        messages.warning(request, str(error.detail))


def _work(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.pk, "status": task.status, "progress": task.progress, "elapsed_seconds": elapsed_seconds(task),
    }  # fmt: skip


def _schema(request: HttpRequest, connection: DatabaseConnection) -> dict[str, Any]:
    schema = present_schema(connection)
    if schema is None:
        return {"schema": None}
    words = request.GET.get("q", "").strip().lower()
    tables = [
        table
        for table in catalog_from(schema).tables
        if not words or words in table.name.lower() or any(words in column.name.lower() for column in table.columns)
    ]
    return {
        "schema": schema,
        "tables": tables[:MAX_TABLES_SHOWN],
        "hidden_tables": max(0, len(tables) - MAX_TABLES_SHOWN),
        "changes": latest_changes(connection)["changes"],
        "q": request.GET.get("q", ""),
    }
