"""The activity log as people read it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from projects.models import Project, ProjectActivity
from projects.services import create_project_key, rotate_project_key, update_project
from projects.services.activity import ActivityType
from projects.tests.conftest import Browser
from projects.views.timeline import LOOKS, SHOWN_CHARS, describe_activity


def entry_of(owner: Account, activity_type: str = "project.updated", **fields: Any) -> dict[str, Any]:
    """How an entry that is not stored would be shown."""
    return describe_activity(ProjectActivity(user=owner, activity_type=activity_type, **fields))


@pytest.mark.parametrize("kind", ActivityType)
def test_every_kind_has_its_words_and_its_icon(owner: Account, kind: ActivityType) -> None:
    shown = entry_of(owner, kind.value)
    assert (shown["title"], shown["actor"]) == (kind.label, "owner")
    assert shown["icon"] == {"project": "folder", "member": "users", "key": "key"}[kind.value.partition(".")[0]]


def test_every_area_of_the_log_has_a_look() -> None:
    assert {kind.value.partition(".")[0] for kind in ActivityType} == set(LOOKS)


@pytest.mark.parametrize("name", ["robot.woke", "robot", ""])
def test_kind_of_a_later_version_is_shown_by_its_name(owner: Account, name: str) -> None:
    shown = entry_of(owner, name, activity_description="Beep")
    assert (shown["title"], shown["icon"], shown["detail"]) == (name, "point", "Beep")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (1, 5, "field: 1 → 5"),
        (0, False, "field: 0 → False"),
        (None, "2124-01-01", "field: - → 2124-01-01"),
        ("", "Chào", "field: - → Chào"),
        ([], ["a"], "field: - → ['a']"),
        ({}, {"a": 1}, "field: - → {'a': 1}"),
        ("x" * SHOWN_CHARS, "x" * (SHOWN_CHARS + 1), f"field: {'x' * 200} → {'x' * 200}…"),
    ],
)
def test_change_is_one_line_with_old_and_new(owner: Account, old: Any, new: Any, line: str) -> None:
    shown = entry_of(owner, metadata={"changes": {"field": {"old": old, "new": new}}})
    assert shown["detail"] == line


def test_several_changes_are_several_lines(project: Project, owner: Account) -> None:
    update_project(project=project, actor=owner, priority=4, project_name="Depot")
    entry = ProjectActivity.objects.get(activity_type="project.updated")
    assert describe_activity(entry)["detail"] == "priority: 1 → 4\nproject_name: Station → Depot"


def test_markup_in_a_change_is_shown_as_text(project: Project, page: str, owner: Account, browser: Browser) -> None:
    update_project(project=project, actor=owner, task_scope="<img src=x onerror=alert(1)>")
    for tab in ("", "activity/", "scope/"):
        content = browser(owner).get(page + tab).content.decode()
        assert "<img src=x" not in content
        assert "&lt;img src=x" in content


def test_timeline_shows_names_of_keys_and_no_secret(
    project: Project, page: str, owner: Account, browser: Browser
) -> None:
    texts = [
        create_project_key(project=project, actor=owner, name="nightly").key_text,
        rotate_project_key(project=project, actor=owner).key_text,
    ]
    content = browser(owner).get(f"{page}activity/").content.decode()
    assert ("nightly" in content, [text in content for text in texts]) == (True, [False, False])


def test_log_comes_fifty_to_a_page_and_the_overview_shows_five(
    project: Project, page: str, owner: Account, browser: Browser
) -> None:
    rows = [
        ProjectActivity(project=project, user=owner, activity_type="project.updated", activity_description=f"n{number}")
        for number in range(53)
    ]
    ProjectActivity.objects.bulk_create(rows)
    client: Client = browser(owner)
    sizes = [len(client.get(f"{page}activity/?page={number}").context["entries"]) for number in (1, 2, 99, "x")]
    assert sizes == [50, 5, 5, 50]
    assert [entry["detail"] for entry in client.get(page).context["entries"]] == ["n52", "n51", "n50", "n49", "n48"]


@pytest.mark.parametrize("rows", [1, 40])
def test_number_of_queries_of_the_log_does_not_grow(
    project: Project, page: str, owner: Account, browser: Browser, rows: int, django_assert_max_num_queries: Any
) -> None:
    ProjectActivity.objects.bulk_create(
        [ProjectActivity(project=project, user=owner, activity_type="project.updated") for _row in range(rows)]
    )
    client = browser(owner)
    # Session, account and its last activity, project, count, rows, switcher.
    with django_assert_max_num_queries(7):
        assert len(client.get(f"{page}activity/").context["entries"]) == rows + 2
