"""What all pages of one project share: the project itself, the tabs, and how refusals are shown."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import Account
from config.common.problems import DomainError, Forbidden, NotFound
from projects.forms import add_errors
from projects.models import Project
from projects.selectors import annotated_abilities, visible_projects


def account_of(request: HttpRequest) -> Account:
    """The signed-in person."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def find_project(request: HttpRequest, project_id: UUID) -> Project:
    """The project with the person's membership; 404 for strangers as for nobody's project.

    `my_role` and `my_permissions` are on it, so that the page's buttons need no query of their own.
    """
    projects = visible_projects(request.user).with_membership(request.user).select_related("user", "api_key")
    project = projects.filter(pk=project_id).first()
    if project is None:
        raise Http404
    return project


def render_tab(
    request: HttpRequest, project: Project, tab: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """One tab of a project's page: `templates/projects/<tab>.html`."""
    frame = {"project": project, "abilities": annotated_abilities(project, request.user), "tab": tab}
    return render(request, f"projects/{tab}.html", frame | (context or {}), status=status)


def render_new_key(request: HttpRequest, project: Project, key_text: str, *, created: bool = False) -> HttpResponse:
    """The only page that ever shows a key's text; it is rendered at once, so that no session or cache holds it."""
    response = render(request, "projects/new_key.html", {"project": project, "key_text": key_text, "created": created})
    response["Cache-Control"] = "no-store"
    return response


def as_http(error: DomainError) -> Exception:
    """The page a refusal leads to, for those that leave nothing to correct; other refusals come back as they are."""
    if isinstance(error, NotFound):
        return Http404()
    return PermissionDenied(str(error.detail)) if isinstance(error, Forbidden) else error


def is_taken(form: forms.Form, change: Callable[[], object]) -> bool:
    """Run one service for a form; False with its refusal in the form, while 404 and 403 get their pages."""
    try:
        change()
    except (NotFound, Forbidden) as error:
        raise as_http(error) from error
    except DomainError as error:
        add_errors(form, error)
        return False
    return True


def act(request: HttpRequest, action: Callable[[], object], *, done: str, back: str, **route: Any) -> HttpResponse:
    """Run one service and go back with a message; 404 and 403 get their pages, other refusals are told.

    `back` and `route` name the page to go to (POST, redirect, GET), so that reloading it repeats nothing.
    """
    try:
        action()
    except (NotFound, Forbidden) as error:
        raise as_http(error) from error
    except DomainError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, done)
    response: HttpResponse = redirect(back, **route)
    return response
