"""Result pages in their details: what is shown as text, who is offered stars, refusals, htmx and plain forms."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from projects.models import Project, ProjectMember
from projects.services import archive_project, create_project
from results.models import Result, ResultFeedback
from results.services import rate_result
from results.tests.conftest import Answer, Browser
from tasks.models import Task
from tasks.registry import kind_title

WRITES = ["rate", "comment", "withdraw"]
FORM = {"rating": "1", "feedback_text": "x"}


def told(answered: Any) -> list[tuple[str, str]]:
    """Messages of the page one lands on."""
    return [(message.level_tag, str(message)) for message in answered.context["messages"]]


@pytest.mark.parametrize("verb", WRITES)
def test_form_without_its_csrf_token_changes_no_rating(result: Result, owner: Account, verb: str) -> None:
    rate_result(result=result, user=owner, rating=4)
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(f"/results/{result.pk}/{verb}/", FORM).status_code == 403
    assert ResultFeedback.objects.get().rating == 4


@pytest.mark.parametrize("verb", WRITES)
def test_link_changes_no_rating(result: Result, owner: Account, browser: Browser, verb: str) -> None:
    rate_result(result=result, user=owner, rating=4)
    assert browser(owner).get(f"/results/{result.pk}/{verb}/", FORM).status_code == 405
    assert ResultFeedback.objects.get().rating == 4


@pytest.mark.parametrize("verb", WRITES)
def test_anonymous_form_leads_to_sign_in(result: Result, client: Client, verb: str) -> None:
    answered = client.post(f"/results/{result.pk}/{verb}/", FORM)
    assert answered["Location"].startswith("/account/login/")
    assert not ResultFeedback.objects.exists()


def test_nobody_withdraws_what_others_gave(result: Result, owner: Account, viewer: Account, browser: Browser) -> None:
    rate_result(result=result, user=owner, rating=4)
    answered = browser(viewer).post(f"/results/{result.pk}/withdraw/", follow=True)
    assert (told(answered), ResultFeedback.objects.get().rating) == ([], 4)


@pytest.mark.parametrize(("who", "stars"), [("owner", True), ("member", True), ("viewer", False), ("staff", True)])
def test_stars_are_offered_to_people_who_may_rate(
    result: Result, who: str, stars: bool, browser: Browser, request: pytest.FixtureRequest
) -> None:
    client = browser(request.getfixturevalue(who))
    for address in (f"/results/{result.pk}/", f"/results/compare/{result.task_id}/"):
        assert (f'hx-post="/results/{result.pk}/rate/"' in client.get(address).content.decode()) is stars


def test_extra_permission_takes_the_stars_away(result: Result, member: Account, browser: Browser) -> None:
    ProjectMember.objects.filter(user=member).update(permissions={"rate_results": False})
    client = browser(member)
    assert b"does not rate" in client.get(f"/results/{result.pk}/").content
    assert client.post(f"/results/{result.pk}/rate/", FORM).status_code == 403
    assert not ResultFeedback.objects.exists()


def test_archived_project_still_takes_ratings(
    result: Result, project: Project, owner: Account, member: Account, browser: Browser
) -> None:
    archive_project(project=project, actor=owner)
    browser(member).post(f"/results/{result.pk}/rate/", {"rating": "2"})
    assert ResultFeedback.objects.get().rating == 2


@pytest.mark.parametrize(("text", "level"), [("x" * 5_001, "error"), ("a\x00b", "error"), ("ồ" * 5_000, "success")])
def test_comment_is_saved_or_the_reason_is_told(
    result: Result, owner: Account, browser: Browser, text: str, level: str
) -> None:
    rate_result(result=result, user=owner, rating=3, feedback_text="old")
    answered = browser(owner).post(f"/results/{result.pk}/comment/", {"feedback_text": text}, follow=True)
    assert [found for found, _text in told(answered)] == [level]
    row = ResultFeedback.objects.get()
    assert (row.rating, row.feedback_text) == (3, text if level == "success" else "old")


def test_refused_stars_are_told_without_scripts_too(result: Result, owner: Account, browser: Browser) -> None:
    answered = browser(owner).post(f"/results/{result.pk}/rate/", {"rating": "6"}, follow=True)
    assert told(answered) == [("error", "Some fields are not valid.")]
    assert not ResultFeedback.objects.exists()


def test_htmx_gets_the_stars_alone_and_no_toast_when_all_is_well(
    result: Result, owner: Account, browser: Browser
) -> None:
    answered = browser(owner).post(f"/results/{result.pk}/rate/", {"rating": "5"}, headers={"HX-Request": "true"})
    content = answered.content.decode()
    assert ("HX-Trigger" in answered, "<html" in content, content.count('type="radio"')) == (False, False, 5)
    assert content.count("checked") == 1


def test_toast_of_a_refusal_is_json_with_words(result: Result, owner: Account, browser: Browser) -> None:
    answered = browser(owner).post(f"/results/{result.pk}/rate/", {"rating": "-1"}, headers={"HX-Request": "true"})
    toast = json.loads(answered["HX-Trigger"])["rh:toast"]
    assert toast == {"level": "error", "text": "Some fields are not valid."}


def test_output_comment_and_error_are_shown_as_text(answer: Answer, owner: Account, browser: Browser) -> None:
    (result,) = answer("quick", output_data={"t": "<script>1</script>"}, error_message="<b>bad</b>")
    rate_result(result=result, user=owner, rating=1, feedback_text="<i>no</i>")
    client = browser(owner)
    pages = [client.get(f"/results/{name}/").content.decode() for name in (result.pk, f"compare/{result.task_id}")]
    assert not any(mark in page for page in pages for mark in ("<script>1", "<b>bad", "<i>no"))
    assert "&lt;i&gt;no&lt;/i&gt;" in pages[0]


def test_figures_nobody_knows_are_dashes(answer: Answer, owner: Account, browser: Browser) -> None:
    (result,) = answer("quick", confidence=None, usage={"audio_seconds": 1.5, "watts": 3})
    Result.objects.update(processing_time=None)
    content = browser(owner).get(f"/results/{result.pk}/").content.decode()
    facts = content[content.index('<dl class="facts">') :].partition("</dl>")[0]
    assert ("unknown" in facts, facts.count(">\u2013</dd>"), "Seconds of audio" in facts, "watts" in facts) == (
        True, 2, True, True
    )  # fmt: skip


def test_kind_whose_app_is_gone_is_shown_by_its_name(result: Result, owner: Account, browser: Browser) -> None:
    Task.objects.update(task_type="retired.kind")
    client = browser(owner)
    for address in ("/results/", f"/results/{result.pk}/", f"/results/compare/{result.task_id}/"):
        assert b"retired.kind" in client.get(address).content
    assert (kind_title("test.echo"), kind_title("retired.kind")) == ("Echo", "retired.kind")


def test_pages_keep_the_filters(answer: Answer, owner: Account, browser: Browser) -> None:
    for number in range(26):
        answer(f"engine{number}")
    client = browser(owner)
    second = client.get("/results/?status=completed&page=2")
    assert [row["result"].engine_name for row in second.context["rows"]] == ["engine0"]
    assert b"status=completed&amp;page=1" in second.content


def test_count_of_a_long_list_is_capped(
    answer: Answer, owner: Account, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        answer(f"engine{number}")
    monkeypatch.setattr("tasks.views.MAX_COUNTED", 3)
    assert browser(owner).get("/results/").context["page_obj"].paginator.count == 3


def test_comparison_of_engines_looks_back_thirty_days_unless_asked(
    answer: Answer, owner: Account, browser: Browser
) -> None:
    answer("young")
    answer("old")
    Result.objects.filter(engine_name="old").update(created_at=timezone.now() - timedelta(days=31))
    client = browser(owner)

    def names(query: str) -> list[str]:
        return sorted(row.engine_name for row in client.get(f"/results/engines/{query}").context["summaries"])

    assert names("") == names("?days=30") == names("?days=8") == names("?project=17") == ["young"]
    assert names("?days=90") == ["old", "young"]


def test_usage_of_an_empty_project_is_told_in_words(project: Project, owner: Account, browser: Browser) -> None:
    answered = browser(owner).get(f"/results/projects/{project.pk}/usage/")
    content = answered.content.decode()
    assert (answered.context["total"], "No engine has answered" in content, "<html" in content) == (0, True, False)


def test_usage_counts_the_asked_project_alone(answer: Answer, owner: Account, browser: Browser) -> None:
    (elsewhere,) = answer("elsewhere", project=create_project(user=owner, project_name="Other"))
    answer("here")
    answered = browser(owner).get(f"/results/projects/{elsewhere.task.project_id}/usage/")
    assert [row.engine_name for row in answered.context["summaries"]] == ["elsewhere"]
    assert (answered.context["total"], answered.context["states"]) == (1, [{"status": "pending", "count": 1}])


@pytest.mark.parametrize("engines", [1, 8])
def test_number_of_queries_of_a_result_does_not_grow(
    answer: Answer, owner: Account, browser: Browser, engines: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    results = answer(*(f"engine{number}" for number in range(engines)))
    client = browser(owner)
    # Session, account and its last activity, result, feedback, own feedback, abilities, other answers, switcher.
    with django_assert_max_num_queries(9):
        assert client.get(f"/results/{results[0].pk}/").context["others"] == engines - 1


def test_own_comment_is_found_behind_fifty_newer_ones(result: Result, owner: Account, browser: Browser) -> None:
    rate_result(result=result, user=owner, rating=2, feedback_text="My own words")
    people = Account.objects.bulk_create([Account(username=f"p{n}", email=f"p{n}@example.org") for n in range(51)])
    ResultFeedback.objects.bulk_create([ResultFeedback(result=result, user=person, rating=5) for person in people])
    answered = browser(owner).get(f"/results/{result.pk}/")
    assert (len(answered.context["feedback"]), b"My own words" in answered.content) == (50, True)
