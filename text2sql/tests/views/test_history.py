"""The history: one's own questions, searched, filtered and sorted by the address."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from text2sql.forms import HistoryForm
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.tests.views.conftest import Asked, SignedIn

pytestmark = pytest.mark.django_db

URL = "/sql/history/"
PageOf = Callable[[Client, str], str]


def listed(page: str) -> list[str]:
    """Questions in their order."""
    return re.findall(r"data-row-link[^>]*>([^<]*)<", page)


@pytest.fixture
def three(asked: Asked) -> list[QueryHistory]:
    """Old and slow, failed, and written by hand with feedback."""
    old = asked("Old?", status="success", rows_returned=5, execution_time_ms=900, feedback="wrong")
    QueryHistory.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    failed = asked("Failed?", status="error", error_message="no such column")
    by_hand = asked("", sql="SELECT city", status="success", source="person", rows_returned=50, execution_time_ms=3)
    return [old, failed, by_hand]


def test_newcomer_is_led_to_the_first_question(browser_client: Client, db: None, page_of: PageOf) -> None:
    page = page_of(browser_client, URL)
    assert ("Nothing asked yet" in page, 'href="/sql/"' in page) == (True, True)


def test_list_is_filtered_searched_and_sorted(three: list[QueryHistory], shop: DatabaseConnection) -> None:
    cases = {
        "": ["SELECT city", "Failed?", "Old?"],
        "status=error": ["Failed?"],
        f"connection={shop.pk}&source=person": ["SELECT city"],
        "feedback=wrong": ["Old?"],
        "feedback=none": ["SELECT city", "Failed?"],
        "period=7": ["SELECT city", "Failed?"],
        "q=CITY": ["SELECT city"],
        "q=old": ["Old?"],
        "order=rows_returned": ["Old?", "SELECT city", "Failed?"],
        "order=-execution_time_ms": ["Old?", "SELECT city", "Failed?"],
        "order=created_at": ["Old?", "Failed?", "SELECT city"],
        "order=password": ["SELECT city", "Failed?", "Old?"],
        "status=nonsense&connection=nonsense&period=x": ["SELECT city", "Failed?", "Old?"],
        "q=nothing+like+it": [],
    }
    forms = {query: HistoryForm(QueryDict(query), connections=[shop]) for query in cases}
    found = {query: form.apply(QueryHistory.objects.all()) for query, form in forms.items()}
    assert {query: [str(row) for row in rows] for query, rows in found.items()} == cases


def test_address_filters_and_sorts_the_page(browser_client: Client, three: list[QueryHistory], page_of: PageOf) -> None:
    page = page_of(browser_client, f"{URL}?feedback=none&order=created_at")
    assert listed(page) == ["Failed?", "SELECT city"]
    assert 'aria-sort="ascending"' in page
    assert "No question fits" in page_of(browser_client, f"{URL}?q=nothing+like+it")


def test_rows_say_what_became_of_them_and_lead_on(
    browser_client: Client, three: list[QueryHistory], page_of: PageOf
) -> None:
    page = page_of(browser_client, URL)
    assert re.findall(r'href="/sql/q/([^"]*)/"', page) == [str(each.pk) for each in reversed(three)]
    for words in ("no such column", "900 ms", "Wrong", "Answered", "Error"):
        assert words in page, words


def test_everybody_sees_their_own_questions_only(
    three: list[QueryHistory], signed_in: SignedIn, member: Account, staff: Account, page_of: PageOf
) -> None:
    assert [listed(page_of(signed_in(person), URL)) for person in (member, staff)] == [[], []]


def test_list_takes_a_steady_number_of_queries(browser_client: Client, three: list[QueryHistory]) -> None:
    browser_client.get(URL)
    with CaptureQueriesContext(connection) as queries:
        browser_client.get(URL)
    assert len(queries) == 7
