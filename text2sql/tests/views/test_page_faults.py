"""Pages in a second tab, with a bad network, and with words that nobody should type."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from tasks.models import Task
from text2sql.models import DatabaseConnection, SchemaNote, SqlKnowledge
from text2sql.services.connections import remove_connection
from text2sql.tests.pairs import known, make_connection, propose, read_schema
from text2sql.tests.services.test_schemas import CATALOG
from text2sql.tests.views.test_connection_pages import FORM, signed_in

ROOT = "/sql/"


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.fixture
def stored(owner: Account, project: Project) -> DatabaseConnection:
    made = make_connection(owner, project, name="Shop", password_encrypted="geheim")
    read_schema(made, CATALOG)
    return made


def test_connection_of_a_person_without_a_project_is_saved_and_not_tested(stranger: Account) -> None:
    answer = signed_in(stranger).post(f"{ROOT}connections/new/", FORM)
    made = DatabaseConnection.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{ROOT}connections/{made.pk}/")
    assert said(answer) == ["Create a project first: work always belongs to one."]
    assert not Task.objects.exists()
    again = signed_in(stranger).post(f"{ROOT}connections/{made.pk}/test/")
    assert (again.status_code, said(again)) == (302, ["Create a project first: work always belongs to one."])


def test_connection_in_an_archived_project_is_saved_and_not_tested(browser_client: Client, project: Project) -> None:
    Project.objects.update(status="archived")
    answer = browser_client.post(f"{ROOT}connections/new/", FORM)
    assert (answer.status_code, DatabaseConnection.objects.count(), Task.objects.count()) == (302, 1, 0)
    assert len(said(answer)) == 1


def test_form_sent_twice_saves_one_connection(browser_client: Client, project: Project) -> None:
    answers = [browser_client.post(f"{ROOT}connections/new/", FORM) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert list(answers[1].context["form"].errors) == ["name"]
    assert (DatabaseConnection.objects.count(), Task.objects.count()) == (1, 1)


def test_second_tab_finds_a_removed_connection_gone(
    browser_client: Client, stored: DatabaseConnection, owner: Account
) -> None:
    remove_connection(connection=stored, actor=owner)
    paths = ("", "edit/", "remove/", "test/", "introspect/", "notes/")
    statuses = [browser_client.post(f"{ROOT}connections/{stored.pk}/{path}", FORM).status_code for path in paths]
    assert (statuses, DatabaseConnection.objects.get().password_encrypted) == ([405, 404, 404, 404, 404, 404], "")


def test_two_people_change_different_fields(browser_client: Client, stored: DatabaseConnection, staff: Account) -> None:
    form = browser_client.get(f"{ROOT}connections/{stored.pk}/edit/").context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"connection_params": "{}"}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}
    other = signed_in(staff)
    assert other.post(f"{ROOT}connections/{stored.pk}/edit/", sent | {"host": "db2.example.org"}).status_code == 302
    assert browser_client.post(f"{ROOT}connections/{stored.pk}/edit/", sent | {"name": "Sales"}).status_code == 302
    row = DatabaseConnection.objects.get()
    # The second form holds the old host: it says so, because it was seen as it was before.
    assert (row.name, row.password_encrypted) == ("Sales", "geheim")


def test_project_one_cannot_see_cannot_be_shared_with(
    browser_client: Client, stranger: Account, project: Project
) -> None:
    theirs = create_project(user=stranger, project_name="Theirs")
    answer = browser_client.post(f"{ROOT}connections/new/", FORM | {"project": str(theirs.pk)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["project"])
    assert not DatabaseConnection.objects.exists()


def test_viewer_s_project_is_not_offered_for_sharing(people: dict[str, Account], project: Project) -> None:
    client = signed_in(people["viewer"])
    offered = client.get(f"{ROOT}connections/new/").context["form"].fields["project"].queryset
    answer = client.post(f"{ROOT}connections/new/", FORM | {"project": str(project.pk)})
    assert (list(offered), answer.status_code, list(answer.context["form"].errors)) == ([], 422, ["project"])
    assert not DatabaseConnection.objects.exists()
    members = signed_in(people["member"]).get(f"{ROOT}connections/new/").context["form"].fields["project"].queryset
    assert list(members) == [project]


def test_connection_shared_with_an_archived_project_can_still_be_changed(
    browser_client: Client, stored: DatabaseConnection, project: Project
) -> None:
    Project.objects.update(status="archived")
    form = browser_client.get(f"{ROOT}connections/{stored.pk}/edit/").context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"name": "Renamed", "connection_params": "{}"}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}
    assert browser_client.post(f"{ROOT}connections/{stored.pk}/edit/", sent).status_code == 302
    row = DatabaseConnection.objects.get()
    assert (row.name, row.project) == ("Renamed", project)


def test_staff_rename_the_example(staff: Account, owner: Account) -> None:
    demo = make_connection(owner, is_demo=True, name="Example shop", host="example", port=0)
    path = f"{ROOT}connections/{demo.pk}/edit/"
    sent = {"name": "Shop to try", "type": "postgresql", "host": "example", "port": "", "connection_params": "{}"}
    assert signed_in(staff).post(path, sent).status_code == 302
    row = DatabaseConnection.objects.get()
    assert (row.name, row.host, row.port, row.is_demo) == ("Shop to try", "example", 0, True)
    assert signed_in(owner).post(path, sent | {"name": "Mine"}).status_code == 403


def test_notes_that_cannot_be_kept_are_told(browser_client: Client, stored: DatabaseConnection) -> None:
    path, place = f"{ROOT}connections/{stored.pk}/notes/", {"table_schema": "public", "table_name": "orders"}
    answers = [browser_client.post(path, form) for form in (
        {}, {"table_name": "gone"}, place | {"description": "d" * 2_001},
        place | {"synonyms": ",".join("abcdefghijklmnopqrstu")},
        place | {"description": "a\x00b"},
    )]  # fmt: skip
    assert [answer.status_code for answer in answers] == [302] * 5
    # No page was shown between them, so that they wait for the next one.
    assert [len(said(answer)) for answer in answers] == [1, 2, 3, 4, 5]
    assert said(answers[0]) == ["Name a table of the schema."]
    assert not SchemaNote.objects.exists()


def test_hostile_names_are_escaped_on_every_page(browser_client: Client, owner: Account, project: Project) -> None:
    script = "<script>alert(1)</script>"
    connection = make_connection(owner, project, name=script, database_name=script[:50])
    read_schema(connection, CATALOG)
    pair = propose(project, owner, f"How many {script}?", "SELECT 1")
    own = f"connections/{connection.pk}/"
    for path in ("", "connections/", own, f"{own}edit/", f"{own}?q={script}", "knowledge/", f"knowledge/{pair.pk}/"):
        assert script not in browser_client.get(f"{ROOT}{path}").content.decode(), path


def test_lists_cost_the_same_however_long(
    browser_client: Client, owner: Account, member: Account, project: Project
) -> None:
    client = signed_in(member)

    def cost() -> list[int]:
        counts = []
        for path in ("connections/", "knowledge/", "evaluations/"):
            with CaptureQueriesContext(database) as seen:
                assert client.get(f"{ROOT}{path}").status_code == 200
            counts.append(len(seen))
        return counts

    make_connection(owner, project)
    known(project)
    cost()
    short = cost()
    for number in range(5):
        make_connection(owner, project)
        known(project, f"Question {number} about what?", f"SELECT {number} AS a{number}")
    assert cost() == short


def test_pairs_that_never_ran_go_last_in_both_directions(browser_client: Client, project: Project) -> None:
    for number, (word, rate) in enumerate((("cats", 50), ("dogs", None), ("birds", 100))):
        pair = known(project, f"How many {word} are there?", f"SELECT {number}")
        SqlKnowledge.objects.filter(pk=pair.pk).update(success_rate=rate)
    orders = {}
    for order in ("success_rate", "-success_rate"):
        page = browser_client.get(f"{ROOT}knowledge/?order={order}").context["page_obj"]
        orders[order] = [pair.question.split()[2] for pair in page]
    assert orders == {"success_rate": ["cats", "birds", "dogs"], "-success_rate": ["birds", "cats", "dogs"]}


def test_stale_bookmark_of_the_knowledge_base_shows_the_list(browser_client: Client, project: Project) -> None:
    pair = known(project)
    for query in ("order=password&status=gone", "order=--question&page=99", "order=-&q=%00&tag=" + "t" * 51):
        page = browser_client.get(f"{ROOT}knowledge/?{query}")
        assert (page.status_code, [row.pk for row in page.context["page_obj"]]) == (200, [pair.pk]), query


def test_pages_of_nobody_s_things_are_not_found(browser_client: Client, project: Project) -> None:
    pk = uuid4()
    paths = [f"connections/{pk}/", f"connections/{pk}/edit/", f"knowledge/{pk}/", f"evaluations/{pk}/", f"q/{pk}/",
             f"q/{pk}/card/", "connections/1/", "q/x/"]  # fmt: skip
    assert [browser_client.get(f"{ROOT}{path}").status_code for path in paths] == [404] * 8


def test_example_is_offered_for_pairs_and_taken(browser_client: Client, project: Project, stranger: Account) -> None:
    demo = make_connection(stranger, is_demo=True, name="Example shop")
    form = {"question": "How many?", "sql_query": "SELECT count(*) FROM orders", "connection": str(demo.pk), "tags": ""}
    answer = browser_client.post(f"{ROOT}knowledge/new/", form)
    assert (answer.status_code, SqlKnowledge.objects.get().connection) == (302, demo)
