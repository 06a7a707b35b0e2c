"""The SQL page: what can be asked, by whom, and what happens without script."""

import json
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from projects.models import Project
from tasks.models import Engine, Task
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.tests.views.conftest import Asked, SignedIn

pytestmark = pytest.mark.django_db

URL = "/sql/"
PageOf = Callable[[Client, str], str]


def options(page: str, name: str) -> list[str]:
    """What can be chosen in a select."""
    found = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r"<option[^>]*>([^<]*)<", found.group()) if found else []


def follows(page: str) -> str:
    """What the next question continues."""
    found = re.search(r'data-part="ask".*?name="follows" value="([^"]*)"', page, re.DOTALL)
    assert found
    return found.group(1)


def test_visitor_is_sent_to_the_sign_in(client: Client, db: None) -> None:
    response = client.get(URL)
    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/sql/")


def test_person_without_a_database_is_led_to_connecting_one(
    signed_in: SignedIn, stranger: Account, page_of: PageOf
) -> None:
    page = page_of(signed_in(stranger), URL)
    assert "No database yet" in page
    assert "data-ask" not in page
    assert "/sql/connections/" in page


def test_page_offers_the_databases_and_the_engines(
    browser_client: Client, shop: DatabaseConnection, member: Account, page_of: PageOf
) -> None:
    DatabaseConnection.objects.create(user=member, name="Not mine", type="mysql", host="db.example.org", port=3306)
    page = page_of(browser_client, URL)
    assert options(page, "connection_id") == ["Shop"]
    assert options(page, "engine")[0] == "Best engine"
    assert (follows(page), "What would you like to know?" in page) == ("", True)
    Engine.objects.filter(domain="text2sql").exclude(name="fake").update(is_enabled=False, is_default=False)
    assert options(page_of(browser_client, URL), "engine") == []


def test_member_asks_the_shared_database_without_seeing_where_it_is(
    signed_in: SignedIn, member: Account, shop: DatabaseConnection, page_of: PageOf
) -> None:
    page = page_of(signed_in(member), URL)
    assert options(page, "connection_id") == ["Shop"]
    assert shop.username not in page


def test_suggestions_come_from_the_schema(
    browser_client: Client, read_shop: DatabaseConnection, page_of: PageOf
) -> None:
    page = page_of(browser_client, URL)
    assert re.findall(r'data-suggest="([^"]*)"', page) == [
        "How many orders per month?", "Which 5 products have the highest price?", "How many customers per city?",
    ]  # fmt: skip
    assert 'data-read="true"' in page


def test_the_database_asked_last_is_remembered_unless_a_link_names_one(
    browser_client: Client, owner: Account, shop: DatabaseConnection, page_of: PageOf
) -> None:
    other = DatabaseConnection.objects.create(user=owner, name="Other", type="mysql", host="db.example.org", port=3306)

    def chosen(query: str = "") -> list[str]:
        return re.findall(r'<option value="[^"]*"[^>]* selected>([^<]*)<', page_of(browser_client, URL + query))

    browser_client.cookies["sql_connection"] = str(shop.pk)
    assert chosen() == ["Shop"]
    browser_client.cookies["sql_connection"] = str(other.pk)
    assert (chosen(), chosen(f"?connection={shop.pk}"), chosen("?connection=nonsense")) == (
        ["Other"],
        ["Shop"],
        ["Other"],
    )


def test_question_without_script_leads_to_its_answer(
    browser_client: Client, shop: DatabaseConnection, asked: Asked, project: Project
) -> None:
    before = asked()
    form = {"question": "And by month?", "connection_id": shop.pk, "engine": "fake", "follows": before.pk}
    response = browser_client.post(URL, form | {"choices": json.dumps({"which": "new"})})
    made = QueryHistory.objects.exclude(pk=before.pk).get()
    assert (response.status_code, response["Location"]) == (302, f"/sql/q/{made.pk}/")
    assert (made.question, made.follows_id, made.project_id) == ("And by month?", before.pk, project.pk)
    assert made.task.input_data == {
        "question": "And by month?", "connection_id": str(shop.pk), "engine": "fake", "follows": str(before.pk),
        "choices": {"which": "new"}, "language": "en",
    }  # fmt: skip


def test_refused_question_is_kept_beside_the_reason(browser_client: Client, shop: DatabaseConnection) -> None:
    refusals = {
        "empty": {"question": "  "},
        "long": {"question": "a" * 2_001},
        "engine": {"question": "Why?", "engine": "nobody"},
        "connection": {"question": "Why?", "connection_id": uuid4()},
        "follows": {"question": "Why?", "follows": uuid4()},
        "no choices": {"question": "\x07", "choices": "no json"},
    }
    answers = {name: browser_client.post(URL, given) for name, given in refusals.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "empty": 400, "long": 400, "engine": 400, "connection": 404, "follows": 404, "no choices": 400,
    }  # fmt: skip
    said = {name: re.findall(r'data-part="problem">([^<]*)<', answers[name].content.decode()) for name in refusals}
    assert said["empty"] == ["Ask a question."]
    assert said["long"] == ["The text has 2001 characters; the limit is 2000."]
    assert said["connection"] == ["There is no such connection, or you may not use it."]
    assert ">Why?</textarea>" in answers["connection"].content.decode()
    assert not Task.objects.exists()


def test_person_without_a_project_is_told(signed_in: SignedIn, stranger: Account) -> None:
    DatabaseConnection.objects.create(user=stranger, name="Own", type="mysql", host="db.example.org", port=3306)
    response = signed_in(stranger).post(URL, {"question": "Why?"})
    assert (response.status_code, "Create a project first" in response.content.decode()) == (400, True)


def test_a_link_puts_its_question_into_the_box_and_asks_nothing(
    browser_client: Client, shop: DatabaseConnection, page_of: PageOf
) -> None:
    page = page_of(browser_client, f"{URL}?ask=How+many+%3Cb%3E%3F")
    assert ">How many &lt;b&gt;?</textarea>" in page
    assert not Task.objects.exists()


def test_thread_shows_what_led_to_the_question_and_goes_on_from_it(
    browser_client: Client, asked: Asked, page_of: PageOf
) -> None:
    first = asked("First?", status="success")
    second = asked("Second?", follows=first.pk, status="success")
    asked("Another thread?")
    third = asked("Third?", follows=second.pk, status="unclear", answer={"steps": []})
    page = page_of(browser_client, f"/sql/q/{third.pk}/")
    assert re.findall(r'data-query="([^"]*)"', page) == [str(each.pk) for each in (first, second, third)]
    assert (follows(page), "only-new" in page) == (str(third.pk), True)
    assert re.findall(r'data-query="([^"]*)"', page_of(browser_client, f"/sql/q/{first.pk}/")) == [str(first.pk)]


def test_thread_on_a_removed_database_goes_on_with_another_and_follows_nothing(
    browser_client: Client, owner: Account, asked: Asked, shop: DatabaseConnection, page_of: PageOf
) -> None:
    old = asked(status="success")
    DatabaseConnection.objects.create(user=owner, name="Other", type="mysql", host="db.example.org", port=3306)
    DatabaseConnection.objects.filter(pk=shop.pk).update(is_active=False)
    page = page_of(browser_client, f"/sql/q/{old.pk}/")
    assert (options(page, "connection_id"), follows(page)) == (["Other"], "")


def test_nobody_else_sees_a_question(
    asked: Asked, signed_in: SignedIn, member: Account, stranger: Account, staff: Account
) -> None:
    query = asked("What does Jane earn?", status="success")
    addresses = [f"/sql/q/{query.pk}/", f"/sql/q/{query.pk}/card/", f"/sql/q/{uuid4()}/"]
    answers = {
        person.username: [signed_in(person).get(address).status_code for address in addresses]
        for person in (member, stranger, staff)
    }
    assert answers == {"member": [404, 404, 404], "stranger": [404, 404, 404], "staff": [200, 200, 404]}


def test_pages_take_a_steady_number_of_queries(
    browser_client: Client, asked: Asked, read_shop: DatabaseConnection
) -> None:
    first = asked(status="success")
    last = asked(follows=asked(follows=first.pk, status="success").pk, status="success")
    browser_client.get(URL)
    counts = {}
    for address in (URL, f"/sql/q/{first.pk}/", f"/sql/q/{last.pk}/", f"/sql/q/{last.pk}/card/"):
        with CaptureQueriesContext(connection) as queries:
            browser_client.get(address)
        counts[address.replace(str(last.pk), "last").replace(str(first.pk), "first")] = len(queries)
    assert counts == {"/sql/": 8, "/sql/q/first/": 9, "/sql/q/last/": 11, "/sql/q/last/card/": 3}
