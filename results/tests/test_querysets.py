"""Who sees which answers and ratings, and what the database itself refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import Account
from conftest import make_account
from projects.models import Project, ProjectMember
from projects.services import add_member, archive_project, create_project, remove_member
from results.models import Result, ResultFeedback
from results.services import rate_result
from results.tests.conftest import Answer
from tasks.models import Engine

MODELS: list[Any] = [Result, ResultFeedback]


@pytest.fixture
def rated(result: Result, owner: Account) -> Result:
    """A result with one rating."""
    rate_result(result=result, user=owner, rating=3)
    return result


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("who", ["owner", "member", "viewer", "staff"])
def test_people_of_the_project_see_answers_and_ratings(
    rated: Result, model: Any, who: str, request: pytest.FixtureRequest
) -> None:
    assert model.objects.visible_to(request.getfixturevalue(who)).count() == 1


@pytest.mark.parametrize("model", MODELS)
def test_strangers_former_members_and_anonymous_people_see_none(
    rated: Result, model: Any, project: Project, owner: Account, member: Account, stranger: Account
) -> None:
    remove_member(project=project, user=member, actor=owner)
    seen = [model.objects.visible_to(person).count() for person in (stranger, member, AnonymousUser())]
    assert (seen, model.objects.count()) == ([0, 0, 0], 1)


@pytest.mark.parametrize("model", MODELS)
def test_archived_project_keeps_its_answers_readable(
    rated: Result, model: Any, project: Project, owner: Account, member: Account
) -> None:
    archive_project(project=project, actor=owner)
    assert model.objects.visible_to(member).count() == 1


def test_member_of_two_projects_sees_each_answer_once(answer: Answer, project: Project, member: Account) -> None:
    own = create_project(user=member, project_name="Own")
    (here,), (there,) = answer("here"), answer("there", project=own)
    assert sorted(Result.objects.visible_to(member).values_list("pk", flat=True)) == sorted([here.pk, there.pk])


@pytest.mark.parametrize(("stars", "average"), [([], None), ([1], 1.0), ([1, 2], 1.5), ([5, 5, 4], 14 / 3)])
def test_ratings_are_averaged_without_counting_an_answer_twice(
    result: Result, project: Project, owner: Account, stars: list[int], average: float | None
) -> None:
    for number, star in enumerate(stars):
        person = make_account(f"p{number}")
        add_member(project=project, user=person, role="member", actor=owner)
        rate_result(result=result, user=person, rating=star)
    (row,) = Result.objects.with_ratings(owner)
    assert vars(row)["average_rating"] == (None if average is None else pytest.approx(average))
    assert (vars(row)["rating_count"], vars(row)["my_rating"]) == (len(stars), None)


@pytest.mark.parametrize("rows", [1, 12])
def test_list_with_ratings_is_one_query(
    answer: Answer, owner: Account, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        rate_result(result=answer(f"engine{number}")[0], user=owner, rating=number % 5 + 1)
    with django_assert_num_queries(1):
        found = list(Result.objects.visible_to(owner).final().with_ratings(owner).order_by("pk"))
    assert [vars(row)["my_rating"] for row in found] == [number % 5 + 1 for number in range(rows)]


def refusing(write: Callable[[], object]) -> str | None:
    """Name of the constraint that refused the write."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    return getattr(getattr(caught.value.__cause__, "diag", None), "constraint_name", None)


@pytest.mark.parametrize(
    ("model", "values", "name"),
    [
        (Result, {"status": "burning"}, "results_valid_status"),
        (Result, {"confidence_score": 1.01}, "results_confidence_between_0_and_1"),
        (Result, {"confidence_score": -0.01}, "results_confidence_between_0_and_1"),
        (ResultFeedback, {"rating": 0}, "result_feedback_rating_1_to_5"),
        (ResultFeedback, {"rating": 6}, "result_feedback_rating_1_to_5"),
    ],
)
def test_bulk_updates_cannot_store_what_makes_no_sense(
    rated: Result, model: Any, values: dict[str, Any], name: str
) -> None:
    before = list(model.objects.values())
    assert refusing(lambda: model.objects.update(**values)) == name
    assert list(model.objects.values()) == before


def test_second_rating_row_of_a_person_is_refused(rated: Result, owner: Account) -> None:
    second = ResultFeedback(result=rated, user=owner, rating=5)
    assert refusing(second.save) == "result_feedback_one_per_person"
    assert ResultFeedback.objects.get().rating == 3


def test_engine_has_one_final_answer_and_as_many_others_as_attempts(rated: Result) -> None:
    again = {"task_id": rated.task_id, "engine_type": "test", "engine_name": "quick", "output_data": {}}
    assert refusing(lambda: Result.objects.create(attempt=2, **again)) == "results_one_final_per_engine"
    Result.objects.create(attempt=2, is_final=False, **again)
    assert [row.attempt for row in Result.objects.final()] == [1]
    assert refusing(lambda: Result.objects.create(attempt=2, is_final=False, **again)) == "results_unique_attempt"


def test_engine_that_leaves_the_catalogue_leaves_its_answers(rated: Result) -> None:
    Engine.objects.filter(name="quick").delete()
    rated.refresh_from_db()
    assert (rated.engine, rated.engine_name, str(rated.cost)) == (None, "quick", "0.003000")


def test_person_who_rated_cannot_be_deleted(rated: Result, project: Project, staff: Account) -> None:
    rate_result(result=rated, user=staff, rating=1)
    assert not ProjectMember.objects.filter(user=staff).exists()
    with pytest.raises(ProtectedError), transaction.atomic():
        staff.delete()
    assert ResultFeedback.objects.count() == 2


def test_rows_name_themselves_in_the_console(rated: Result) -> None:
    assert str(rated) == f"quick {rated.pk}"
    assert str(ResultFeedback.objects.get()) == f"3 {rated.pk}"
