"""Keys of a project: look, make, replace, revoke."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.common.problems import DomainError, Forbidden, NotFound
from projects.forms import KeyForm, add_errors
from projects.models import ProjectKey
from projects.selectors import annotated_abilities
from projects.services import create_project_key, revoke_project_key, rotate_project_key
from projects.views.frame import account_of, act, as_http, find_project, render_new_key, render_tab


@login_required
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """The keys, for people who manage them; POST makes one and shows it once."""
    project = find_project(request, project_id)
    may_manage = annotated_abilities(project, request.user)["manage_keys"]
    form = KeyForm(request.POST or None)
    if request.method == "POST":
        if not may_manage:
            raise PermissionDenied
        if form.is_valid():
            try:
                made = create_project_key(project=project, actor=account_of(request), **form.cleaned_data)
            except (NotFound, Forbidden) as error:
                raise as_http(error) from error
            except DomainError as error:
                add_errors(form, error)
            else:
                return render_new_key(request, project, made.key_text)
    # A queryset asks nothing until it is shown: people who may not see the keys cost no query for them.
    links = ProjectKey.objects.filter(project=project).select_related("api_key__user").order_by("-pk")
    context = {"form": form, "keys": links if may_manage else []}
    return render_tab(request, project, "keys", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def rotate(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Replace the project's own key and show the new one once."""
    project = find_project(request, project_id)
    try:
        made = rotate_project_key(project=project, actor=account_of(request))
    except (NotFound, Forbidden) as error:
        raise as_http(error) from error
    return render_new_key(request, project, made.key_text)


@login_required
@require_POST
def revoke(request: HttpRequest, project_id: UUID, key_id: UUID) -> HttpResponse:
    """End one key at once."""
    project, actor = find_project(request, project_id), account_of(request)
    return act(
        request,
        lambda: revoke_project_key(project=project, key_id=key_id, actor=actor),
        done=_("The key was revoked. It does not work any more."),
        back="projects:keys",
        project_id=project_id,
    )
