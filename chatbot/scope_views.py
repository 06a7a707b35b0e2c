"""How a project's scope is watched: a fragment of the project's page, read by its members, changed by who may."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import person_of
from chatbot.scope_forms import MODES, ScopeForm
from chatbot.selectors.scope import mode_of, policy_of, stores_content
from chatbot.services.scope_settings import change_scope_settings
from projects.models import Project
from projects.selectors import annotated_abilities
from projects.views.frame import find_project, is_taken


@login_required
@require_http_methods(["GET", "POST"])
def project_scope(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Mode, allowed intents, thresholds and what the audit keeps; POST needs the ability `update`."""
    project = find_project(request, project_id)
    may_change = annotated_abilities(project, request.user)["update"]
    # Who may only read gets no form, therefore nothing of a POST is even looked at.
    form = ScopeForm(project, request.POST or None) if may_change else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        person = person_of(request)
        if form.is_valid() and is_taken(
            form, lambda: change_scope_settings(project=project, actor=person, **form.changes)
        ):
            return _saved(request, project)
    context = {
        "project": project,
        "form": form,
        "policy": policy_of(project),
        "mode_words": dict(MODES)[mode_of(project)],
        "stores_content": stores_content(project),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "chatbot/_project_scope.html", context, status=status)


def _saved(request: HttpRequest, project: Project) -> HttpResponse:
    """The whole page shows the new scope, not this fragment alone."""
    messages.success(request, _("Saved."))
    # The cards above this fragment show the same intents: htmx is told to load the page anew.
    if not request.headers.get("HX-Request"):
        return redirect("projects:scope", project.pk)
    return HttpResponse(headers={"HX-Redirect": reverse("projects:scope", args=[project.pk])})
