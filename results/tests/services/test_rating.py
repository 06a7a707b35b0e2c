"""rate_result and withdraw_rating: who may, what counts, and rating again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Account
from conftest import make_account
from projects.services import create_project
from results.models import Result, ResultFeedback
from results.services import rate_result, record_results, withdraw_rating
from results.tests.conftest import attempt_of, outcome, refusal
from tasks.services import submit_task


@pytest.mark.parametrize("who", ["owner", "member", "staff"])
def test_people_who_may_rate(result: Result, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    rate_result(result=result, user=person, rating=4, feedback_text=" Clear. ")
    row = ResultFeedback.objects.get()
    assert (row.user, row.result, row.rating, row.feedback_text) == (person, result, 4, "Clear.")


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
def test_others_may_not_rate(result: Result, who: str, status: int, request: pytest.FixtureRequest) -> None:
    error = refusal(rate_result, result=result, user=request.getfixturevalue(who), rating=4)
    assert (error.status_code, ResultFeedback.objects.count()) == (status, 0)


def test_rating_again_replaces_the_stars_and_keeps_the_comment(result: Result, member: Account) -> None:
    rate_result(result=result, user=member, rating=2, feedback_text="Too quick")
    rate_result(result=result, user=member, rating=5)
    row = ResultFeedback.objects.get()
    assert (row.rating, row.feedback_text) == (5, "Too quick")
    assert row.updated_at > row.created_at


def test_empty_comment_takes_the_old_one_away(result: Result, member: Account) -> None:
    rate_result(result=result, user=member, rating=2, feedback_text="Too quick")
    assert rate_result(result=result, user=member, rating=2, feedback_text="").feedback_text == ""


@pytest.mark.parametrize("rating", [0, 6, -1, 2**40])
def test_stars_outside_one_to_five_are_refused(result: Result, member: Account, rating: int) -> None:
    error = refusal(rate_result, result=result, user=member, rating=rating)
    assert (error.status_code, list(error.errors), ResultFeedback.objects.count()) == (400, ["rating"], 0)


def test_over_long_comment_is_refused_and_the_old_rating_stays(result: Result, member: Account) -> None:
    rate_result(result=result, user=member, rating=3)
    error = refusal(rate_result, result=result, user=member, rating=5, feedback_text="x" * 5_001)
    assert (list(error.errors), ResultFeedback.objects.get().rating) == (["feedback_text"], 3)


def test_member_withdraws_only_the_own_rating(result: Result, owner: Account, member: Account) -> None:
    rate_result(result=result, user=owner, rating=1)
    rate_result(result=result, user=member, rating=5)
    assert withdraw_rating(result=result, user=member) is True
    assert withdraw_rating(result=result, user=member) is False
    assert ResultFeedback.objects.get().user == owner


def test_stranger_cannot_withdraw(result: Result, owner: Account, stranger: Account) -> None:
    rate_result(result=result, user=owner, rating=1)
    assert refusal(withdraw_rating, result=result, user=stranger).code == "result_not_found"
    assert ResultFeedback.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_leave_one_rating() -> None:
    person = make_account("clicker")
    project = create_project(user=person, project_name="Clicks")
    task = submit_task(user=person, project=project, task_type="test.echo", input_data={})
    record_results(attempt=attempt_of(task, outcome()))
    result = Result.objects.select_related("task__project").get()

    def click(stars: int) -> None:
        try:
            rate_result(result=result, user=person, rating=stars)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(click, [1, 2, 3, 4]))
    assert ResultFeedback.objects.get().rating in {1, 2, 3, 4}
