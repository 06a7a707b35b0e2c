"""Pages of results: list, one result, side by side, engines, usage of a project."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from results.models import Result, ResultFeedback
from results.services import rate_result
from results.tests.conftest import Answer, Browser
from results.views import kind_template


def shown(answered: Any) -> list[str]:
    """Engines of the rows."""
    return [row["result"].engine_name for row in answered.context["rows"]]


@pytest.mark.parametrize("who", ["owner", "member", "viewer", "staff"])
def test_people_see_list_and_result(result: Result, who: str, browser: Browser, request: pytest.FixtureRequest) -> None:
    client = browser(request.getfixturevalue(who))
    assert shown(client.get("/results/")) == ["quick"]
    page = client.get(f"/results/{result.pk}/").content.decode()
    assert all(
        text in page for text in ("quick", "1.2", "40 ms", "0.003000 USD", "&quot;text&quot;: &quot;Hello&quot;")
    )


def test_stranger_sees_nothing(result: Result, stranger: Account, browser: Browser) -> None:
    client = browser(stranger)
    assert shown(client.get("/results/")) == []
    addresses = [f"{result.pk}/", f"compare/{result.task_id}/", f"projects/{result.task.project_id}/usage/"]
    assert [client.get(f"/results/{address}").status_code for address in addresses] == [404] * 3
    assert client.get("/results/engines/").context["summaries"] == []


def test_anonymous_signs_in(result: Result, client: Client) -> None:
    addresses = ["", "engines/", f"{result.pk}/", f"compare/{result.task_id}/"]
    assert [client.get(f"/results/{address}").status_code for address in addresses] == [302] * 4


def test_filters_and_order_live_in_the_url(answer: Answer, owner: Account, browser: Browser) -> None:
    (failed,) = answer("failed", error_message="no voice", processing_time_ms=9)
    (other,) = answer("other", project=create_project(user=owner, project_name="Other"), processing_time_ms=8)
    client = browser(owner)
    for query, expected in {
        "": ["other", "failed"],
        "q=oth": ["other"],
        "q=voice": ["failed"],
        f"q={failed.pk}": ["failed"],
        f"q={other.task_id}": ["other"],
        "status=failed": ["failed"],
        "kind=test.echo": ["other", "failed"],
        f"project={other.task.project_id}": ["other"],
        f"task={failed.task_id}": ["failed"],
        "task=17&status=burning": ["other", "failed"],
        "order=-processing_time": ["failed", "other"],
        "order=password": ["other", "failed"],
    }.items():
        assert shown(client.get(f"/results/?{query}")) == expected, query


@pytest.mark.parametrize("rows", [1, 30])
def test_number_of_queries_of_the_list_does_not_grow(
    answer: Answer, owner: Account, browser: Browser, rows: int, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        answer(f"engine{number}")
    client = browser(owner)
    # Session, account and its last activity, choice of projects, count, rows, switcher.
    with django_assert_max_num_queries(7):
        assert len(shown(client.get("/results/"))) == min(rows, 25)


def test_answers_of_several_engines_are_side_by_side(answer: Answer, owner: Account, browser: Browser) -> None:
    zippy, slow = sorted(answer("slow", "zippy"), key=lambda row: row.engine_name, reverse=True)
    client = browser(owner)
    assert f"/results/compare/{slow.task_id}/" in client.get(f"/results/{zippy.pk}/").content.decode()
    answered = client.get(f"/results/compare/{slow.task_id}/")
    assert [row["result"] for row in answered.context["answers"]] == [slow, zippy]


def test_task_without_answers_has_an_empty_comparison(task: Any, owner: Account, browser: Browser) -> None:
    assert b"No answer yet" in browser(owner).get(f"/results/compare/{task.pk}/").content


@pytest.mark.parametrize(
    ("task_type", "template"),
    [("tts.speak", "tts/result.html"), ("test.echo", None), ("../base.x", None), ("results", None), ("", None)],
)
def test_kind_shows_its_answers_by_its_own_template(task_type: str, template: str | None) -> None:
    assert kind_template(task_type) == template


def test_engines_are_compared_by_project_and_period(answer: Answer, owner: Account, browser: Browser) -> None:
    (elsewhere,) = answer("elsewhere", project=create_project(user=owner, project_name="Other"))
    answer("here")
    client = browser(owner)

    def names(query: str) -> list[str]:
        return [row.engine_name for row in client.get(f"/results/engines/{query}").context["summaries"]]

    assert sorted(names("")) == ["elsewhere", "here"]
    assert names(f"?project={elsewhere.task.project_id}") == ["elsewhere"]
    assert sorted(names("?days=17")) == ["elsewhere", "here"]


def test_usage_of_a_project_counts_its_tasks_and_engines(
    result: Result, project: Project, member: Account, browser: Browser
) -> None:
    answered = browser(member).get(f"/results/projects/{project.pk}/usage/")
    assert (answered.context["total"], len(answered.context["states"])) == (1, 1)
    assert [row.engine_name for row in answered.context["summaries"]] == ["quick"]


@pytest.mark.parametrize("who", ["owner", "member", "staff"])
def test_people_rate_with_a_click(result: Result, who: str, browser: Browser, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    answered = browser(person).post(f"/results/{result.pk}/rate/", {"rating": "4"}, headers={"HX-Request": "true"})
    assert (answered.status_code, ResultFeedback.objects.get().rating) == (200, 4)
    assert b'value="4" checked' in answered.content


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
@pytest.mark.parametrize("verb", ["rate", "comment"])
def test_others_may_not_rate(
    result: Result, who: str, status: int, verb: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    client = browser(request.getfixturevalue(who))
    answered = client.post(f"/results/{result.pk}/{verb}/", {"rating": "4", "feedback_text": "x"})
    assert answered.status_code == status
    assert not ResultFeedback.objects.exists()


@pytest.mark.parametrize("stars", ["", "0", "6", "12", "many"])
def test_bad_stars_are_told_and_the_old_ones_stay(result: Result, owner: Account, browser: Browser, stars: str) -> None:
    rate_result(result=result, user=owner, rating=2)
    answered = browser(owner).post(f"/results/{result.pk}/rate/", {"rating": stars}, headers={"HX-Request": "true"})
    assert json.loads(answered["HX-Trigger"])["rh:toast"]["level"] == "error"
    assert b'value="2" checked' in answered.content


def test_without_scripts_rating_goes_back_to_the_page(result: Result, owner: Account, browser: Browser) -> None:
    answered = browser(owner).post(f"/results/{result.pk}/rate/", {"rating": "5"})
    assert (answered.status_code, answered["Location"]) == (302, f"/results/{result.pk}/")


def test_comment_belongs_to_stars(result: Result, owner: Account, browser: Browser) -> None:
    client = browser(owner)
    client.post(f"/results/{result.pk}/comment/", {"feedback_text": "Lost?"})
    assert not ResultFeedback.objects.exists()
    client.post(f"/results/{result.pk}/rate/", {"rating": "3"})
    client.post(f"/results/{result.pk}/comment/", {"feedback_text": "Clear."})
    row = ResultFeedback.objects.get()
    assert (row.rating, row.feedback_text) == (3, "Clear.")
    client.post(f"/results/{result.pk}/withdraw/")
    assert not ResultFeedback.objects.exists()
