"""The operations console of results: looked at, never edited."""

import pytest
from django.test import Client

from accounts.models import Account
from results.models import Result, ResultFeedback
from results.services import rate_result


@pytest.fixture
def console(client: Client, staff: Account) -> Client:
    """Browser of a staff member."""
    client.force_login(staff)
    return client


@pytest.mark.parametrize("query", ["", "?q=quick", "?engine_name=quick", "?status__exact=completed"])
def test_staff_look_search_and_filter(result: Result, console: Client, query: str) -> None:
    page = console.get(f"/admin/results/result/{query}")
    assert (page.status_code, str(result.pk) in page.content.decode()) == (200, True)


def test_staff_see_one_result_with_its_feedback(result: Result, owner: Account, console: Client) -> None:
    rate_result(result=result, user=owner, rating=3, feedback_text="Too quick for me")
    assert b"Too quick for me" in console.get(f"/admin/results/result/{result.pk}/change/").content
    assert b"Too quick for me" in console.get("/admin/results/resultfeedback/?rating=3").content


def test_staff_change_and_delete_nothing(result: Result, owner: Account, console: Client) -> None:
    rate_result(result=result, user=owner, rating=3)
    assert console.post(f"/admin/results/result/{result.pk}/change/", {"cost": "0"}).status_code == 403
    assert console.post(f"/admin/results/result/{result.pk}/delete/", {"post": "yes"}).status_code == 403
    assert console.get("/admin/results/result/add/").status_code == 403
    assert (Result.objects.count(), ResultFeedback.objects.count()) == (1, 1)
