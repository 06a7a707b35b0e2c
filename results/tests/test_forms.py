"""Filters of the result pages: what they find, and that nonsense is ignored field by field."""

from collections.abc import Callable

import pytest
from django.http import QueryDict

from accounts.models import Account
from projects.models import Project
from projects.selectors import visible_projects
from projects.services import create_project
from results.forms import DEFAULT_DAYS, PERIODS, CommentForm, PeriodForm, ResultFilterForm
from results.models import Result
from results.tests.conftest import Answer

Found = Callable[[str], list[str]]


@pytest.fixture
def found(answer: Answer, owner: Account) -> Found:
    """Engine names that a query of `owner` finds among `quick` 1.2, `Ðiện` 2.0 and the failed `slow_one`."""
    answer("quick")
    answer("Điện", engine_version="2.0-béta")
    answer("slow_one", error_message="100% of memory")

    def find(query: str) -> list[str]:
        form = ResultFilterForm(QueryDict(query), projects=visible_projects(owner))
        return [result.engine_name for result in form.apply(Result.objects.order_by("pk"))]

    return find


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=QUICK", ["quick"]),
        ("q=điện", ["Điện"]),
        ("q=BÉTA", ["Điện"]),
        ("q=_", ["slow_one"]),
        ("q=%25", ["slow_one"]),
        ("q=memory&status=completed", []),
        ("status=failed", ["slow_one"]),
        ("kind=test.wait", []),
        ("kind=test.echo&q=quick", ["quick"]),
        ("q=nothing", []),
    ],
)
def test_words_are_taken_literally_in_any_case(found: Found, query: str, expected: list[str]) -> None:
    assert found(query) == expected


@pytest.mark.parametrize(
    "query", ["", "status=burning", "kind=none", "project=17", "task=x", "q=a%00b", "q=" + "x" * 101, "colour=red"]
)
def test_nonsense_is_ignored(found: Found, query: str) -> None:
    assert found(query) == ["quick", "Điện", "slow_one"]


def test_valid_field_counts_beside_a_broken_one(found: Found) -> None:
    assert found("task=x&status=failed&project=17") == ["slow_one"]


def test_project_one_cannot_see_is_no_choice(found: Found, stranger: Account) -> None:
    foreign = create_project(user=stranger, project_name="Foreign")
    assert found(f"project={foreign.pk}") == ["quick", "Điện", "slow_one"]


def test_id_is_found_in_every_spelling(found: Found) -> None:
    result = Result.objects.get(engine_name="quick")
    for spelling in (str(result.pk), str(result.pk).upper(), result.pk.hex, f" {result.task_id} "):
        assert found(f"q={spelling}") == ["quick"], spelling


def test_task_of_a_link_is_known_after_filtering_only(project: Project, owner: Account) -> None:
    projects = visible_projects(owner)
    form = ResultFilterForm(QueryDict(f"task={project.pk}"), projects=projects)
    assert form.asked_task is None
    form.apply(Result.objects.all())
    assert form.asked_task == project.pk
    assert ResultFilterForm(None, projects=projects).asked_task is None


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        *((value, int(value)) for value, _label in PERIODS),
        ("", DEFAULT_DAYS),
        ("8", DEFAULT_DAYS),
        ("-7", DEFAULT_DAYS),
    ],
)
@pytest.mark.django_db
def test_period_is_one_of_those_offered(typed: str, days: int) -> None:
    assert PeriodForm({"days": typed}, projects=Project.objects.none()).day_count == days


@pytest.mark.parametrize(
    ("text", "valid"), [("", True), ("ồ" * 5_000, True), ("ồ" * 5_001, False), ("a\x00b", False), ("🚂\n🚃", True)]
)
def test_comment_is_as_long_as_the_service_accepts(text: str, valid: bool) -> None:
    assert CommentForm({"feedback_text": text}).is_valid() is valid
