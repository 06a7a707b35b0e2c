"""The project list and one project: overview, scope of work, activity, usage; create, change, archive, switch."""

import json
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.selectors import project_quota_usage
from config.common.problems import DomainError
from projects.context import SESSION_KEY
from projects.forms import ProjectFilterForm, ProjectForm, add_errors
from projects.models import ProjectActivity, ProjectStatus
from projects.selectors import annotated_abilities, visible_projects
from projects.services import archive_project, create_project_with_key, restore_project, update_project
from projects.views.frame import account_of, act, find_project, is_taken, render_new_key, render_tab
from projects.views.timeline import describe_activity

PAGE_SIZE = 25
ACTIVITY_PAGE_SIZE = 50
SORTABLE = ("project_name", "priority", "deadline", "updated_at")
DEFAULT_ORDER = "-updated_at"


@login_required
@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    """Projects one is a member of; search, state and order live in the URL."""
    form = ProjectFilterForm(request.GET or None)
    order = request.GET.get("order", DEFAULT_ORDER)
    if order.removeprefix("-") not in SORTABLE:
        order = DEFAULT_ORDER
    projects = visible_projects(request.user).with_membership(request.user).with_member_count().select_related("user")
    projects = (form.apply(projects) if form.is_bound else projects).order_by(order, "-pk")
    page = Paginator(projects, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "projects/list.html", {"form": form, "page_obj": page, "order": order})


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """The form, then the new project's key, which is shown this once."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_project_with_key(user=account_of(request), **form.cleaned_data)
        except DomainError as error:
            add_errors(form, error)
        else:
            # Who creates a project wants to work in it.
            request.session[SESSION_KEY] = str(made.project.pk)
            return render_new_key(request, made.project, made.key_text, created=True)
    # 422 tells htmx and people's tools alike that the form came back with errors.
    return render(request, "projects/create.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def update(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Change a project; only the fields that the person changed are sent to the service."""
    project = find_project(request, project_id)
    if not annotated_abilities(project, request.user)["update"]:
        raise PermissionDenied
    form = ProjectForm.of(project, request.POST or None)
    if request.method == "POST" and form.is_valid():
        changes, actor = form.changes, account_of(request)
        if is_taken(form, lambda: update_project(project=project, actor=actor, **changes)):
            return redirect("projects:detail", project_id=project.pk)
    return render_tab(request, project, "update", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_GET
def detail(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Overview: what it is for, whose it is, until when, and the last changes."""
    project = find_project(request, project_id)
    activities = ProjectActivity.objects.filter(project=project).select_related("user")[:5]
    context = {
        "entries": [describe_activity(entry) for entry in activities],
        "settings_json": json.dumps(project.settings, indent=2, ensure_ascii=False) if project.settings else "",
        "metadata_json": json.dumps(project.metadata, indent=2, ensure_ascii=False) if project.metadata else "",
    }
    return render_tab(request, project, "overview", context)


@login_required
@require_GET
def scope(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Scope of work and allowed intents."""
    return render_tab(request, find_project(request, project_id), "scope")


@login_required
@require_GET
def activity(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Every change with its actor."""
    project = find_project(request, project_id)
    activities = ProjectActivity.objects.filter(project=project).select_related("user")
    page = Paginator(activities, ACTIVITY_PAGE_SIZE).get_page(request.GET.get("page"))
    entries = [describe_activity(entry) for entry in page]
    return render_tab(request, project, "activity", {"page_obj": page, "entries": entries})


@login_required
@require_GET
def usage(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Its quotas, and what its tasks used; those figures are a fragment of the app that holds the results."""
    project = find_project(request, project_id)
    return render_tab(request, project, "usage", {"quotas": project_quota_usage(project.pk)})


@login_required
@require_POST
def archive(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Archive; undone by `restore`."""
    project, person = find_project(request, project_id), account_of(request)
    return act(
        request,
        lambda: archive_project(project=project, actor=person),
        done=_("Archived. Nothing was deleted; you can restore it."),
        back="projects:detail",
        project_id=project_id,
    )


@login_required
@require_POST
def restore(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Back from the archive."""
    project, person = find_project(request, project_id), account_of(request)
    return act(
        request,
        lambda: restore_project(project=project, actor=person),
        done=_("Restored."),
        back="projects:detail",
        project_id=project_id,
    )


@login_required
@require_POST
def switch(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Work in this project from now on; back to `next`, if that is a page of ours."""
    project = find_project(request, project_id)
    # An archive accepts nothing, so nobody can work in it.
    if project.status == ProjectStatus.ACTIVE:
        request.session[SESSION_KEY] = str(project.pk)
    target = request.POST.get("next", "")
    # `next` comes from a form that any site can send; it must not lead people from here to a copy of this house.
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return redirect(target)
    return redirect("projects:detail", project_id=project.pk)
