"""The operations console: everything is seen but passwords and rows, and little can be done."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from projects.models import Project
from text2sql.models import (
    DatabaseConnection,
    EvaluationRun,
    EvaluationVerdict,
    QueryExport,
    QueryHistory,
    SchemaNote,
    SqlKnowledge,
)
from text2sql.tests.pairs import answered, known, make_connection, make_task, propose, read_schema, reread
from text2sql.tests.services.test_schemas import CATALOG
from text2sql.tests.views.test_connection_pages import signed_in

ROOT = "/admin/text2sql/"
Rows = dict[str, Any]


@pytest.fixture
def console(staff: Account) -> Client:
    return signed_in(staff)


@pytest.fixture
def rows(owner: Account, project: Project) -> Rows:
    """One row of each model, by its name in the console's addresses."""
    connection = make_connection(owner, project, name="Shop", password_encrypted="geheimwort")
    schema = read_schema(connection, CATALOG)
    note = SchemaNote.objects.create(connection=connection, table_name="orders", description="What was bought")
    query = answered(owner, project, connection, result_preview=[["zeilenwort"]], answer={"columns": ["spaltenwort"]})
    export = QueryExport.objects.create(query=query, task=make_task(owner, project), file_format="csv")
    pair = known(project)
    run = EvaluationRun.objects.create(project=project, connection=connection, task=make_task(owner, project))
    verdict = EvaluationVerdict.objects.create(run=run, knowledge=pair, outcome="broken", error_code="unknown_table")
    return {
        "databaseconnection": connection, "databaseschema": schema, "schemanote": note, "queryhistory": query,
        "queryexport": export, "sqlknowledge": pair, "evaluationrun": run, "evaluationverdict": verdict,
    }  # fmt: skip


def test_every_list_and_row_opens_and_tells_no_secret(console: Client, rows: Rows) -> None:
    for name, row in rows.items():
        pages = [console.get(f"{ROOT}{name}/"), console.get(f"{ROOT}{name}/{row.pk}/change/")]
        assert [page.status_code for page in pages] == [200, 200], name
        text = "".join(page.content.decode() for page in pages)
        found = [word for word in ("geheimwort", "zeilenwort", "spaltenwort", "Huế") if word in text]
        assert found == [], name


def test_rows_are_found_by_id_and_by_words(console: Client, rows: Rows) -> None:
    words = {
        "databaseconnection": "Shop", "databaseschema": "Shop", "schemanote": "orders", "queryhistory": "Paris",
        "sqlknowledge": "Paris", "evaluationrun": "Station", "evaluationverdict": "unknown_table",
    }  # fmt: skip
    for name, row in rows.items():
        changes = console.get(f"{ROOT}{name}/", {"q": words.get(name, str(row.pk))}).context["cl"]
        assert [found.pk for found in changes.queryset] == [row.pk], name
    for text in (str(rows["queryhistory"].task_id), "' OR 1=1 --", "%", "x" * 2_000):
        found = console.get(f"{ROOT}queryhistory/", {"q": text}).context["cl"].result_count
        assert found == (1 if "-" in text and "'" not in text else 0), text


def test_lists_are_narrowed(console: Client, rows: Rows) -> None:
    cases = {
        "databaseconnection/?type__exact=mysql": 0, "databaseconnection/?is_active__exact=1": 1,
        "queryhistory/?status__exact=success": 1, "queryhistory/?feedback__exact=wrong": 0,
        "sqlknowledge/?status__exact=approved": 1, "evaluationverdict/?outcome__exact=passed": 0,
        "schemanote/?is_sampled__exact=1": 1, "queryexport/?file_format__exact=csv": 1,
    }  # fmt: skip
    assert {query: console.get(f"{ROOT}{query}").context["cl"].result_count for query in cases} == cases


def test_nothing_is_added_changed_or_deleted_by_hand(console: Client, rows: Rows) -> None:
    for name, row in rows.items():
        statuses = [
            console.get(f"{ROOT}{name}/add/").status_code, console.post(f"{ROOT}{name}/add/", {}).status_code,
            console.post(f"{ROOT}{name}/{row.pk}/change/", {"name": "x"}).status_code,
            console.post(f"{ROOT}{name}/{row.pk}/delete/", {"post": "yes"}).status_code,
        ]  # fmt: skip
        assert statuses == [403] * 4, name
        console.post(f"{ROOT}{name}/", {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
        assert type(row).objects.filter(pk=row.pk).exists(), name


@pytest.mark.parametrize("role", ["owner", "manager", "member", "stranger"])
def test_others_are_kept_out(people: dict[str, Account], rows: Rows, role: str) -> None:
    client = signed_in(people[role])
    for name, row in rows.items():
        answers = [client.get(f"{ROOT}{name}/"), client.get(f"{ROOT}{name}/{row.pk}/change/")]
        assert [answer.status_code for answer in answers] == [302, 302], name


def choose(client: Client, name: str, action: str, *rows: Any) -> Any:
    return client.post(f"{ROOT}{name}/", {"action": action, "_selected_action": [str(row.pk) for row in rows]})


def test_staff_say_which_addresses_may_be_inside(console: Client, rows: Rows) -> None:
    connection, said = rows["databaseconnection"], []
    for action in ("allow_private", "allow_private", "forbid_private"):
        choose(console, "databaseconnection", action, connection)
        said.append(DatabaseConnection.objects.get().allows_private)
    assert said == [True, True, False]
    assert DatabaseConnection.objects.get().password_encrypted == "geheimwort"


def test_staff_remove_a_connection_and_its_password(console: Client, rows: Rows) -> None:
    choose(console, "databaseconnection", "remove", rows["databaseconnection"])
    row = DatabaseConnection.objects.get()
    assert (row.is_active, row.password_encrypted, QueryHistory.objects.count()) == (False, "", 1)
    assert choose(console, "databaseconnection", "allow_private", row).status_code == 302
    assert DatabaseConnection.objects.get().allows_private is False


def test_staff_decide_what_answers(console: Client, owner: Account, project: Project) -> None:
    queries = {"How many cats?": "SELECT count(*) FROM cats", "How many dogs?": "SELECT count(*) FROM dogs"}
    pairs = [propose(project, owner, question, sql) for question, sql in queries.items()]
    choose(console, "sqlknowledge", "approve", *pairs)
    assert [reread(pair).status for pair in pairs] == ["approved", "approved"]
    assert set(SqlKnowledge.objects.values_list("approved_by__username", flat=True)) == {"staff"}
    choose(console, "sqlknowledge", "reject", pairs[0])
    assert [reread(pair).status for pair in pairs] == ["rejected", "approved"]


def test_actions_of_others_do_nothing(people: dict[str, Account], rows: Rows, project: Project) -> None:
    pair = propose(project, people["owner"], "How many cats?", "SELECT count(*) FROM cats")
    for role in ("owner", "manager", "stranger"):
        client = signed_in(people[role])
        choose(client, "databaseconnection", "allow_private", rows["databaseconnection"])
        choose(client, "databaseconnection", "remove", rows["databaseconnection"])
        choose(client, "sqlknowledge", "approve", pair)
    row = DatabaseConnection.objects.get()
    assert (row.allows_private, row.is_active, reread(pair).status) == (False, True, "proposed")


def test_last_test_is_told_in_a_word(console: Client, owner: Account) -> None:
    for name, result in (("ok", {"ok": True}), ("failed", {"ok": False, "code": "wrong_credentials"}), ("never", None)):
        make_connection(owner, name=name, last_test_result=result)
    admin = console.get(f"{ROOT}databaseconnection/").context["cl"].model_admin
    shown = {row.name: admin.show_test(row) for row in DatabaseConnection.objects.all()}
    assert shown == {"ok": "ok", "failed": "failed", "never": ""}


def test_hostile_words_are_escaped(console: Client, owner: Account, project: Project) -> None:
    query = answered(owner, project, None, question="<script>alert(1)</script>", error_message="<img onerror=x>")
    for path in ("queryhistory/", f"queryhistory/{query.pk}/change/"):
        text = console.get(f"{ROOT}{path}").content.decode()
        assert ("<script>alert(1)" in text, "<img onerror" in text) == (False, False)
