"""Members of a project: look, add, change roles, remove, hand over."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from projects.forms import GIVEN_ROLES, MemberForm, RoleForm
from projects.models import Project, ProjectMember
from projects.selectors import annotated_abilities, find_account, member_account
from projects.services import add_member, change_member_role, remove_member, transfer_ownership
from projects.views.frame import account_of, act, find_project, is_taken, render_tab


@login_required
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """The people; POST adds one."""
    project = find_project(request, project_id)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and _added(request, project, form):
        messages.success(request, _("The member was added."))
        return redirect("projects:members", project_id=project.pk)
    people = ProjectMember.objects.active().filter(project=project).select_related("user", "assigned_by")
    context = {"form": form, "members": people.order_by("joined_at"), "roles": GIVEN_ROLES}
    return render_tab(request, project, "members", context, status=422 if form.is_bound else 200)


def _added(request: HttpRequest, project: Project, form: MemberForm) -> bool:
    """False with errors in the form; people without the ability learn no names from it."""
    if not annotated_abilities(project, request.user)["manage_members"]:
        raise PermissionDenied
    if not form.is_valid():
        return False
    if (person := find_account(form.cleaned_data["username"])) is None:
        form.add_error("username", _("There is no such person."))
        return False
    role, actor = form.cleaned_data["role"], account_of(request)
    return is_taken(form, lambda: add_member(project=project, user=person, role=role, actor=actor))


@login_required
@require_POST
def change_role(request: HttpRequest, project_id: UUID, user_id: UUID) -> HttpResponse:
    """Another role for one member."""
    project, actor = find_project(request, project_id), account_of(request)
    form = RoleForm(request.POST)
    # The service refuses the empty role, after it has checked who asks.
    role = form.cleaned_data["role"] if form.is_valid() else ""
    return act(
        request,
        lambda: change_member_role(
            project=project, user=member_account(project=project, user_id=user_id), role=role, actor=actor
        ),
        done=_("The role was changed."),
        back="projects:members",
        project_id=project_id,
    )


@login_required
@require_POST
def remove(request: HttpRequest, project_id: UUID, user_id: UUID) -> HttpResponse:
    """Remove one member, or leave."""
    project, actor = find_project(request, project_id), account_of(request)
    leaving = actor.pk == user_id
    # Who left may not see the project's pages any more.
    route = {} if leaving else {"project_id": project_id}
    return act(
        request,
        lambda: remove_member(project=project, user=member_account(project=project, user_id=user_id), actor=actor),
        done=_("You left the project.") if leaving else _("The member was removed."),
        back="projects:list" if leaving else "projects:members",
        **route,
    )


@login_required
@require_POST
def make_owner(request: HttpRequest, project_id: UUID, user_id: UUID) -> HttpResponse:
    """Hand the project over."""
    project, actor = find_project(request, project_id), account_of(request)
    return act(
        request,
        lambda: transfer_ownership(project=project, user=member_account(project=project, user_id=user_id), actor=actor),
        done=_("The ownership was transferred."),
        back="projects:members",
        project_id=project_id,
    )
