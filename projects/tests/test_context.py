"""The project switcher: what it offers, what it costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from accounts.models import Account
from projects.context import SESSION_KEY, SWITCHER_SIZE, current_project, current_project_of
from projects.models import Project
from projects.services import archive_project, create_project, remove_member

RequestOf = Callable[..., HttpRequest]


@pytest.fixture
def request_of(rf: RequestFactory) -> RequestOf:
    """A browser request of a person who chose a project, or none."""

    def make(person: Account | AnonymousUser, chosen: Project | None = None, path: str = "/tasks/") -> HttpRequest:
        request = rf.get(path)
        request.user = person
        request.session = SessionStore()
        if chosen is not None:
            request.session[SESSION_KEY] = str(chosen.pk)
        return request

    return make


def test_own_projects_come_first_and_the_first_is_current(
    project: Project, member: Account, request_of: RequestOf
) -> None:
    own = create_project(user=member, project_name="Own")
    context = current_project(request_of(member))
    assert list(context["my_projects"]) == [own, project]
    assert context["current_project"] == own


def test_chosen_project_is_current(project: Project, member: Account, request_of: RequestOf) -> None:
    create_project(user=member, project_name="Own")
    assert current_project_of(request_of(member, project)) == project


def test_archived_or_lost_choice_falls_back(
    project: Project, owner: Account, member: Account, request_of: RequestOf
) -> None:
    own = create_project(user=member, project_name="Own")
    archived = archive_project(project=create_project(user=member, project_name="Old"), actor=member)
    assert current_project_of(request_of(member, archived)) == own
    remove_member(project=project, user=member, actor=owner)
    assert current_project_of(request_of(member, project)) == own


def test_person_without_projects_has_none(stranger: Account, request_of: RequestOf) -> None:
    context = current_project(request_of(stranger))
    assert (bool(context["current_project"]), list(context["my_projects"])) == (False, [])


def test_at_most_twenty_are_offered_and_one_beyond_can_be_current(owner: Account, request_of: RequestOf) -> None:
    projects = [create_project(user=owner, project_name=str(number)) for number in range(SWITCHER_SIZE + 2)]
    context = current_project(request_of(owner, projects[-1]))
    assert list(context["my_projects"]) == projects[:SWITCHER_SIZE]
    assert context["current_project"] == projects[-1]


def test_staff_are_not_offered_everybodys_projects(project: Project, staff: Account, request_of: RequestOf) -> None:
    assert list(current_project(request_of(staff))["my_projects"]) == []


def test_one_query_when_shown_and_none_otherwise(
    project: Project, owner: Account, request_of: RequestOf, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(0):
        context = current_project(request_of(owner, project))
        current_project(request_of(owner, project, path="/admin/"))["my_projects"]
        current_project(request_of(AnonymousUser()))["my_projects"]
    with django_assert_num_queries(1):
        assert (str(context["current_project"]), len(context["my_projects"])) == ("Station", 1)
