"""The project switcher of the frame around every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property

from projects.models import Project
from projects.selectors import visible_projects

SESSION_KEY = "current_project_id"
#: A menu, not a list: beyond it people choose on the page of projects.
SWITCHER_SIZE = 20


class Switcher:
    """A person's projects and the one they work in; each is read at most once, when it is asked for.

    Staff see every project but work in their own: the switcher follows memberships, not visibility.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def mine(self) -> list[Project]:
        """Active projects one is a member of, own ones first, at most SWITCHER_SIZE."""
        user = self.request.user
        projects = Project.objects.active().filter(members__user_id=user.pk, members__status="active")
        return list(projects.own_first(user)[:SWITCHER_SIZE])

    @cached_property
    def current(self) -> Project | None:
        """The one kept in the session while it is visible and active, else the first of one's own."""
        chosen = self.request.session.get(SESSION_KEY)
        if chosen is None:
            return self.mine[0] if self.mine else None
        # Nearly always one of those that are shown anyway, so that no further query is needed.
        for project in self.mine:
            if str(project.pk) == chosen:
                return project
        kept = visible_projects(self.request.user).active().filter(pk=chosen).first()
        return kept or (self.mine[0] if self.mine else None)


def current_project_of(request: HttpRequest) -> Project | None:
    """The project a browser request works in, for views; None when the person has none."""
    return Switcher(request).current


def current_project(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `current_project` and `my_projects`, none or two queries."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.path.startswith("/admin/"):
        return {"current_project": None, "my_projects": []}
    switcher = Switcher(request)
    # Lazy, because fragments and errors are rendered with this processor too and show no switcher.
    return {
        "current_project": SimpleLazyObject(lambda: switcher.current),
        "my_projects": SimpleLazyObject(lambda: switcher.mine),
    }
